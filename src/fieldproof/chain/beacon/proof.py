"""Proofs that two logarithms are equal (Chaum and Pedersen 1992), made non-interactive (Fiat and Shamir).

Each proof is a challenge and a response; who verifies computes the announcements back from them.
"""

from dataclasses import dataclass
from typing import Self

from fieldproof.chain.beacon.errors import Reason, RefusedError
from fieldproof.chain.beacon.group import ORDER, SCALAR_LENGTH, Point, decode_scalar, hash_to_scalar
from fieldproof.chain.beacon.key import BeaconKey


@dataclass(frozen=True, slots=True)
class Proof:
    """That one logarithm is behind both pairs of a statement."""

    challenge: int
    """Hash of statement and announcements."""
    response: int
    """Nonce − challenge · logarithm."""

    def encode(self) -> bytes:
        """Return challenge and response, 64 bytes."""
        return self.challenge.to_bytes(SCALAR_LENGTH) + self.response.to_bytes(SCALAR_LENGTH)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read 64 bytes; raises `RefusedError` where a number is zero or not below the order."""
        return cls(decode_scalar(data[:SCALAR_LENGTH]), decode_scalar(data[SCALAR_LENGTH:]))


@dataclass(frozen=True, slots=True)
class Statement:
    """There is one number that takes each base to its point."""

    context: bytes
    """Domain and whatever else the proof is bound to; of one width for each domain."""
    bases: tuple[Point, Point]
    points: tuple[Point, Point]

    def encode(self) -> bytes:
        """Return what is hashed before the announcements."""
        pairs = zip(self.bases, self.points, strict=True)
        return self.context + b"".join(base.encode() + point.encode() for base, point in pairs)

    def prove(self, logarithm: int, key: BeaconKey) -> Proof:
        """Prove it; the nonce is derived from `key`."""
        nonce = key.derive_nonce(self.encode())
        challenge = self._compute_challenge([base.multiply(nonce) for base in self.bases])
        return Proof(challenge, (nonce - challenge * logarithm) % ORDER)

    def verify(self, proof: Proof) -> None:
        """Raise `RefusedError` unless `proof` shows it."""
        pairs = zip(self.bases, self.points, strict=True)
        announcements = [
            recover_announcement(base, point, proof.challenge, proof.response) for base, point in pairs
        ]
        if self._compute_challenge(announcements) != proof.challenge:
            raise RefusedError(Reason.WRONG_PROOF, "the proof of equal logarithms does not hold")

    def _compute_challenge(self, announcements: list[Point]) -> int:
        return hash_to_scalar(self.encode(), *(point.encode() for point in announcements))


def recover_announcement(base: Point, point: Point, challenge: int, response: int) -> Point:
    """Return response · base + challenge · point; raises `RefusedError` where that is infinity."""
    announcement = Point.add([base.multiply(response), point.multiply(challenge)])
    if announcement is None:
        raise RefusedError(Reason.WRONG_PROOF, "an announcement of the proof is infinity")
    return announcement
