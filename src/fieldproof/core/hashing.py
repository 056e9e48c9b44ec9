"""Hashes of field elements, each kind in a domain of its own (protocol.md, "Hash of fields")."""

from enum import Enum

from fieldproof.core.arithmetic import PYTHON, Arithmetic
from fieldproof.core.integers import check_range, check_unsigned
from fieldproof.core.poseidon2 import FIELD_ORDER

CONTEXT_BITS = 128


class Domain(Enum):
    """What a hash is for. Values are the ASCII names of protocol.md as big-endian integers."""

    ATTRIBUTES = int.from_bytes(b"fp1.attributes")
    LEAF = int.from_bytes(b"fp1.leaf")
    CHAIN_START = int.from_bytes(b"fp1.chain-start")
    CHAIN = int.from_bytes(b"fp1.chain")
    DIGEST = int.from_bytes(b"fp1.digest")
    SEAL = int.from_bytes(b"fp1.seal")
    CHALLENGE = int.from_bytes(b"fp1.challenge")
    ROOT = int.from_bytes(b"fp1.root")
    STATE = int.from_bytes(b"fp1.state")


def compute_hash(domain: Domain, context: int, *fields: int, arithmetic: Arithmetic = PYTHON) -> int:
    """Hash `fields` in `domain`.

    `context` has at most 128 bits, every field is below the field's order; otherwise `IntegerError`:
    a value that wraps would let two different inputs share a hash.
    """
    check_unsigned("context of a hash", context, CONTEXT_BITS)
    for value in fields:
        check_field("input of a hash", value)
    return arithmetic.sponge(((domain.value << CONTEXT_BITS) + context, *fields))


def check_field(name: str, value: object) -> int:
    """Return `value` if it is an integer below the order of the field, else raise `IntegerError`."""
    return check_range(name, value, 0, FIELD_ORDER - 1)
