"""Numbers, bytes, hashes, curves and time: what every other room stands on. Nothing but Python and cbor2."""

from fieldproof.core.arithmetic import PYTHON, Arithmetic, PythonArithmetic
from fieldproof.core.bell import Bell
from fieldproof.core.clock import Clock, ManualClock, SystemClock
from fieldproof.core.curves import GRUMPKIN, P256, SECP256K1, Curve, Point
from fieldproof.core.errors import EncodingError, FieldproofError
from fieldproof.core.hashing import Domain, check_field, compute_hash
from fieldproof.core.integers import IntegerError, check_bytes, check_range, check_unsigned
from fieldproof.core.keccak import keccak256
from fieldproof.core.poseidon2 import FIELD_ORDER
from fieldproof.core.signatures import Algorithm, SignatureVerifier, verify_signature

__all__ = [
    "FIELD_ORDER",
    "GRUMPKIN",
    "P256",
    "PYTHON",
    "SECP256K1",
    "Algorithm",
    "Arithmetic",
    "Bell",
    "Clock",
    "Curve",
    "Domain",
    "EncodingError",
    "FieldproofError",
    "IntegerError",
    "ManualClock",
    "Point",
    "PythonArithmetic",
    "SignatureVerifier",
    "SystemClock",
    "check_bytes",
    "check_field",
    "check_range",
    "check_unsigned",
    "compute_hash",
    "keccak256",
    "verify_signature",
]
