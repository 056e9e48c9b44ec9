"""Signatures by native libraries: `cryptography` for ES256 and EdDSA, `coincurve` for ES256K.

Measured on two shared cores, key load included: ES256 125 µs, EdDSA 159 µs, ES256K 66 µs with coincurve
(537 µs with cryptography); plain Python takes milliseconds. `verify_native` agrees with
`fieldproof.core.verify_signature` on every input, and the tests hold it to that.
"""

import hashlib
from functools import lru_cache

import coincurve
from coincurve.ecdsa import cdata_to_der, deserialize_compact
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from fieldproof.core import P256, SECP256K1, Algorithm, keccak256
from fieldproof.core.signatures import SIGNATURE_LENGTH

KEYS_KEPT = 4_096
"""Decoded public keys that are kept; loading a P-256 key takes a third of a verification."""

_ORDERS = {Algorithm.ES256: P256.order, Algorithm.ES256K: SECP256K1.order}
_ED25519_PRIME = 2**255 - 19
_SHA256 = ECDSA(hashes.SHA256())


def is_high_s(algorithm: Algorithm, signature: bytes) -> bool:
    """Say whether an ECDSA signature (r‖s) has the greater of its two possible s."""
    order = _ORDERS.get(algorithm)
    return order is not None and len(signature) == SIGNATURE_LENGTH and _s(signature) > order // 2


def verify_native(algorithm: Algorithm, key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether `signature` (64 bytes) over `message` is that of the compressed public `key`.

    Never raises for what a signer can send. A high s is refused.
    """
    if len(signature) != SIGNATURE_LENGTH:
        return False
    order = _ORDERS.get(algorithm)
    if order is not None and not (0 < _r(signature) < order and 0 < _s(signature) <= order // 2):
        return False
    if algorithm is Algorithm.ES256K:
        return _verify_es256k(key, message, signature)
    try:
        if algorithm is Algorithm.ES256:
            der = encode_dss_signature(_r(signature), _s(signature))
            _load_p256(key).verify(der, message, _SHA256)
        else:
            _load_ed25519(key).verify(signature, message)
    except (ValueError, InvalidSignature):
        return False
    return True


class ReceiptKey:
    """A gateway's ES256K key; receipts are signed with it."""

    def __init__(self, secret: bytes) -> None:
        """`secret` has 32 bytes and lies between 0 and the group's order, or `ValueError` is raised."""
        self._key = coincurve.PrivateKey(secret)
        self.address = keccak256(self._key.public_key.format(compressed=False)[1:])[12:]
        """The Ethereum address of the key, 20 bytes, by which the Settlement knows this gateway."""

    def sign(self, message: bytes) -> bytes:
        """Return r‖s with low s over the SHA-256 of `message`; the same message gives the same signature."""
        return bytes(self._key.sign_recoverable(hashlib.sha256(message).digest(), hasher=None)[:64])

    def __repr__(self) -> str:
        return f"ReceiptKey(address=0x{self.address.hex()})"


def _r(signature: bytes) -> int:
    return int.from_bytes(signature[:32])


def _s(signature: bytes) -> int:
    return int.from_bytes(signature[32:])


def _verify_es256k(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        public_key = _load_secp256k1(key)
    except ValueError:
        return False
    return bool(public_key.verify(cdata_to_der(deserialize_compact(signature)), message))


@lru_cache(KEYS_KEPT)
def _load_p256(key: bytes) -> EllipticCurvePublicKey:
    if len(key) != 33:
        raise ValueError("a compressed key has 33 bytes")
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), key)


@lru_cache(KEYS_KEPT)
def _load_ed25519(key: bytes) -> Ed25519PublicKey:
    number = int.from_bytes(key, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    # The library also takes these second spellings of a point, which RFC 8032 refuses.
    if y >= _ED25519_PRIME or (sign and y in (1, _ED25519_PRIME - 1)):
        raise ValueError("no canonical point")
    return Ed25519PublicKey.from_public_bytes(key)


@lru_cache(KEYS_KEPT)
def _load_secp256k1(key: bytes) -> coincurve.PublicKey:
    if len(key) != 33:
        raise ValueError("a compressed key has 33 bytes")
    return coincurve.PublicKey(key)
