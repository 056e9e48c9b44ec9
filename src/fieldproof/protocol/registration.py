"""Registrations: what a device's identity key signs so that an owner may register it."""

from dataclasses import dataclass

from fieldproof.core import (
    GRUMPKIN,
    PYTHON,
    Arithmetic,
    Domain,
    Point,
    SignatureVerifier,
    check_unsigned,
    compute_hash,
)
from fieldproof.protocol.errors import SchemaError
from fieldproof.protocol.identity import Identity

_TAG = b"fieldproof.register.1".ljust(32, b"\0")


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration as it is signed."""

    chain_id: int
    registry: bytes
    owner: bytes
    identity: Identity
    seal_key: Point
    attributes: tuple[int, ...]
    """Raw attributes (value less the low end of its range), in the schema's order."""
    nonce: int
    """How often this identity was registered before."""
    deadline: int
    """Seconds since 1970 after which the registration is worthless."""

    def encode_message(self) -> bytes:
        """Return the 320 bytes that are signed (protocol.md, "Registration")."""
        if not GRUMPKIN.is_on_curve(self.seal_key):
            raise SchemaError("the seal key is no point of Grumpkin")
        attributes_hash = compute_hash(Domain.ATTRIBUTES, 0, *self.attributes) if self.attributes else 0
        words = (
            self.chain_id,
            int.from_bytes(self.registry),
            int.from_bytes(self.owner),
            int.from_bytes(self.identity.hash),
            *self.seal_key,
            attributes_hash,
            self.nonce,
            self.deadline,
        )
        return _TAG + b"".join(word.to_bytes(32) for word in words)

    def is_signed_by_device(self, signature: bytes, verify: SignatureVerifier) -> bool:
        """Say whether `signature` (64 bytes) is that of the identity key over this registration."""
        return verify(self.identity.algorithm, self.identity.key, self.encode_message(), signature)


def compute_leaf(
    device: int, seal_key: Point, attributes_hash: int, *, arithmetic: Arithmetic = PYTHON
) -> int:
    """Return the leaf of a registered device."""
    check_unsigned("device number", device, 32)
    return compute_hash(Domain.LEAF, device, *seal_key, attributes_hash, arithmetic=arithmetic)


def compute_chain_start(
    chain_id: int, registry: bytes, cohort: int, *, arithmetic: Arithmetic = PYTHON
) -> int:
    """Return the first value of a cohort's key commitment."""
    return compute_hash(
        Domain.CHAIN_START, 0, chain_id, int.from_bytes(registry), cohort, arithmetic=arithmetic
    )


def extend_chain(commitment: int, leaf: int, *, arithmetic: Arithmetic = PYTHON) -> int:
    """Return the key commitment after one more leaf."""
    return compute_hash(Domain.CHAIN, 0, commitment, leaf, arithmetic=arithmetic)
