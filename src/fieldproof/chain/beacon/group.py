"""The group of the beacon: secp256k1 by libsecp256k1, its two generators, canonical bytes, hashes.

Only multiples of the base point take a time that hangs on no secret; `Point.multiply` does not.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Self

from coincurve import PublicKey

from fieldproof.chain.beacon.errors import Reason, RefusedError
from fieldproof.core import SECP256K1

ORDER = SECP256K1.order
POINT_LENGTH = 33
SCALAR_LENGTH = 32
DOMAIN_LENGTH = 32


class Point:
    """A point of secp256k1; never the one at infinity."""

    __slots__ = ("_key",)

    def __init__(self, key: PublicKey) -> None:
        self._key = key

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read a compressed SEC 1 point, 33 bytes; raises `RefusedError` for all else."""
        if len(data) != POINT_LENGTH:
            raise RefusedError(Reason.WRONG_LENGTH, f"a point has {POINT_LENGTH} bytes, not {len(data)}")
        try:
            return cls(PublicKey(bytes(data)))
        except ValueError:
            raise RefusedError(Reason.NOT_A_POINT, f"{data.hex()} is no point of secp256k1") from None

    @classmethod
    def from_scalar(cls, scalar: int) -> Self:
        """Return scalar · G, for a scalar from 1 below the order."""
        return cls(PublicKey.from_valid_secret(scalar.to_bytes(SCALAR_LENGTH)))

    def encode(self) -> bytes:
        """Return the compressed SEC 1 form, 33 bytes."""
        return self._key.format()

    def multiply(self, scalar: int) -> "Point":
        """Return scalar · this, for a scalar from 1 below the order."""
        return Point(self._key.multiply(scalar.to_bytes(SCALAR_LENGTH)))

    @staticmethod
    def add(points: Sequence["Point"]) -> "Point | None":
        """Return the sum, or None where it is infinity."""
        if not points:
            return None
        first, *others = (point._key for point in points)
        try:
            return Point(first.combine(others))
        except ValueError:
            return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Point) and self.encode() == other.encode()

    def __hash__(self) -> int:
        return hash(self.encode())

    def __repr__(self) -> str:
        return f"Point({self.encode().hex()})"


BASE = Point.from_scalar(1)
"""G, the standard base point: of beacon keys and of the secrets' points."""

SECOND_BASE = Point.decode(
    bytes.fromhex("02ed45aab277cc031fdac2a6126d0ea0275159cfd47f71bf9c9732fb660788c8be")
)
"""H, of commitments. Nobody knows its logarithm to G: the point of even y whose x is
SHA-256("fieldproof beacon generator" ‖ zeros to 32 bytes ‖ counter in 4 bytes), for the first counter from 0
that gives a point (1)."""


def sum_products(scalars: Iterable[int], points: Iterable[Point]) -> Point | None:
    """Return Σ scalar · point, or None where it is infinity; scalars that are 0 add nothing."""
    pairs = zip(scalars, points, strict=True)
    return Point.add([point.multiply(scalar) for scalar, point in pairs if scalar])


def decode_scalar(data: bytes) -> int:
    """Read 32 bytes as a number from 1 below the order; raises `RefusedError` for all else."""
    value = int.from_bytes(data)
    if len(data) != SCALAR_LENGTH or not 0 < value < ORDER:
        raise RefusedError(Reason.NOT_A_SCALAR, f"{data.hex()} is no number from 1 below the group's order")
    return value


def encode_domain(name: str) -> bytes:
    """Return an ASCII name of at most 32 characters, filled up with zeros: the first bytes of every hash."""
    return name.encode("ascii").ljust(DOMAIN_LENGTH, b"\0")


def hash_to_scalar(*parts: bytes) -> int:
    """Return SHA-256 of the parts, of fixed widths all but one, modulo the order."""
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest()) % ORDER
