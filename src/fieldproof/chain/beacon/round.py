"""A round of the beacon: the frozen pool, and what makes this round differ from all others."""

import hashlib
from dataclasses import dataclass, field

from fieldproof.chain.beacon.errors import RefusedError, RoundError
from fieldproof.chain.beacon.group import Point, encode_domain
from fieldproof.core import check_bytes, check_range, check_unsigned

MAXIMUM_POOL = 1_000
"""Members of the largest pool: its dealings, 98,032 bytes, are still transactions that geth accepts."""

OPERATOR_LENGTH = 20
SEED_LENGTH = 32
_DOMAIN = encode_domain("fieldproof beacon round")


@dataclass(frozen=True, slots=True)
class Round:
    """What all members must agree on before the first dealing. Everything published is bound to all of it."""

    chain_id: int
    """Of the chain; below 2²⁵⁶."""
    epoch: int
    """Whose seed is being made; 64 bits."""
    previous_seed: bytes
    """Seed of the epoch before, 32 bytes."""
    keys: tuple[bytes, ...]
    """Beacon key of each member in the pool's order, compressed, each with proven possession."""
    operators: tuple[bytes, ...]
    """Account of each member in the same order, 20 bytes, no two alike."""
    points: tuple[Point, ...] = field(init=False, repr=False, compare=False)
    """The keys as points."""
    digest: bytes = field(init=False, repr=False, compare=False)
    """SHA-256 of all of it."""

    def __post_init__(self) -> None:
        check_unsigned("chain id", self.chain_id, 256)
        check_unsigned("epoch", self.epoch, 64)
        check_bytes("previous seed", self.previous_seed, SEED_LENGTH)
        check_range("number of members in the pool", self.size, 1, MAXIMUM_POOL)
        for operator in self.operators:
            check_bytes("operator", operator, OPERATOR_LENGTH)
        if len(self.operators) != self.size or len(set(self.operators)) != self.size:
            raise RoundError("a pool has one operator for each key, and no operator twice")
        object.__setattr__(self, "points", _decode_keys(self.keys))
        object.__setattr__(self, "digest", self._compute_digest())

    @property
    def size(self) -> int:
        """Number of members in the pool."""
        return len(self.keys)

    @property
    def threshold(self) -> int:
        """How many shares bring a secret back: a majority of the pool."""
        return self.size // 2 + 1

    def check_member(self, index: int) -> int:
        """Return `index` if it is a place in the pool, counted from 0; else raise `IntegerError`."""
        return check_range("place in the pool", index, 0, self.size - 1)

    def _compute_digest(self) -> bytes:
        parts = [_DOMAIN, self.chain_id.to_bytes(32), self.epoch.to_bytes(8), self.previous_seed]
        parts += [self.size.to_bytes(4), *self.keys, *self.operators]
        return hashlib.sha256(b"".join(parts)).digest()


def _decode_keys(keys: tuple[bytes, ...]) -> tuple[Point, ...]:
    try:
        return tuple(Point.decode(key) for key in keys)
    except RefusedError as error:
        raise RoundError(f"a beacon key of the pool is none: {error}") from error
