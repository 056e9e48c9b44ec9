"""What a light client reads of CometBFT: headers, commits, validators."""

from dataclasses import dataclass
from enum import IntEnum

NANOSECONDS = 10**9
HASH_LENGTH = 32


class VoteKind(IntEnum):
    """What a validator's vote in a commit is for, with CometBFT's own numbers."""

    ABSENT = 1
    COMMIT = 2
    NIL = 3


@dataclass(frozen=True, slots=True)
class BlockId:
    """What a block is known by. All of it is empty before the first block, and in a vote for nil."""

    hash: bytes
    """Of the header."""
    part_count: int
    parts_hash: bytes
    """Root over the parts that the block was sent in."""

    @property
    def is_complete(self) -> bool:
        """Whether it names a block."""
        return len(self.hash) == len(self.parts_hash) == HASH_LENGTH and self.part_count > 0


@dataclass(frozen=True, slots=True)
class Header:
    """A header, field by field in the order that its hash has them."""

    block_version: int
    application_version: int
    chain_id: str
    height: int
    time_ns: int
    """Since 1970."""
    last_block_id: BlockId
    last_commit_hash: bytes
    data_hash: bytes
    validators_hash: bytes
    """Of the set that signs this block."""
    next_validators_hash: bytes
    """Of the set that signs the next one."""
    consensus_hash: bytes
    app_hash: bytes
    """The application's hash after the block before."""
    last_results_hash: bytes
    evidence_hash: bytes
    proposer: bytes


@dataclass(frozen=True, slots=True)
class Vote:
    """One validator's part in a commit, at the validator's place."""

    kind: VoteKind
    time_ns: int
    """Since 1970; meaningless where it is absent."""
    signature: bytes
    """r, s and v (0 or 1) in 65 bytes; empty where it is absent."""


@dataclass(frozen=True, slots=True)
class Commit:
    """The precommits that decided for a block."""

    height: int
    round: int
    block_id: BlockId
    votes: tuple[Vote, ...]


@dataclass(frozen=True, slots=True)
class Validator:
    """One of a set."""

    key: bytes
    """A secp256k1 key, compressed, 33 bytes."""
    power: int


@dataclass(frozen=True, slots=True)
class LightBlock:
    """A header with what shows that it was decided. Nothing of it is checked."""

    header: Header
    commit: Commit
    validators: tuple[Validator, ...]
    """In CometBFT's order."""


@dataclass(frozen=True, slots=True)
class TrustedHeader:
    """What is kept of a header that is trusted."""

    height: int
    time_ns: int
    next_validators_hash: bytes
    app_hash: bytes

    @classmethod
    def of(cls, header: Header) -> "TrustedHeader":
        """Take what is kept of a header that the caller trusts."""
        return cls(header.height, header.time_ns, header.next_validators_hash, header.app_hash)


@dataclass(frozen=True, slots=True)
class TrustSettings:
    """Which chain is followed, and for how long its committees are trusted."""

    chain_id: str
    """CometBFT's."""
    trusting_period_s: int
    """Counted from the newest trusted header; shorter than the unbonding period of stakes."""
    maximum_drift_s: int
    """How far a header may be ahead of the clock."""
