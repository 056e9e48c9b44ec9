"""Value types that cross the settle room's border."""

from dataclasses import dataclass
from typing import Self

from fieldproof.protocol import Registration, Statement, pack_points


@dataclass(frozen=True, slots=True)
class Call:
    """What a transaction does."""

    target: bytes | None
    """Address called, 20 bytes; None creates a contract."""
    data: bytes
    value_wei: int = 0
    """Coins sent along, in wei."""
    spare_gas: int = 0
    """Gas to allow beyond the estimate and its margin, for what others may do just before."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the chain."""

    number: int
    block_hash: bytes
    """32 bytes."""
    time_s: int
    """Its own time, seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Log:
    """An event as the chain keeps it."""

    address: bytes
    """Contract that gave it, 20 bytes."""
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: bytes
    transaction_hash: bytes


@dataclass(frozen=True, slots=True)
class Fees:
    """What a transaction offers for a unit of gas, in wei."""

    maximum_fee_wei: int
    """Most that is paid, tip included."""
    maximum_tip_wei: int
    """Most that the block's maker gets."""


@dataclass(frozen=True, slots=True)
class UnsignedTransaction:
    """An EIP-1559 transaction before its signature."""

    chain_id: int
    nonce: int
    call: Call
    gas_limit: int
    fees: Fees


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """A transaction that can be sent."""

    transaction_hash: bytes
    """32 bytes."""
    raw: bytes


@dataclass(frozen=True, slots=True)
class LibraryCode:
    """A library that a verifier calls and that is deployed before it."""

    name: str
    creation_code: bytes
    positions: tuple[int, ...]
    """Where in the verifier's creation code the library's address goes."""


@dataclass(frozen=True, slots=True)
class VerifierCode:
    """A verifier as it is deployed."""

    creation_code: bytes
    is_development: bool
    """True for one of the development reference string: anyone can make proofs that it accepts."""
    libraries: tuple[LibraryCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Deployment:
    """A network on its chain."""

    chain_id: int
    network_id: bytes
    """32 bytes."""
    settlement: bytes
    """Addresses, 20 bytes each."""
    registry: bytes
    reward_token: bytes
    verifier: bytes
    factory: bytes
    deployer: bytes
    first_block: int
    """Block in which it was made: no event of it is older."""


@dataclass(frozen=True, slots=True)
class RegisteredDevice:
    """A registration event: a device, and all that its identity key signed."""

    device: int
    registration: Registration
    signature: bytes
    """The identity key's, 64 bytes. The contract has verified it, except for EdDSA."""
    first_active_window: int
    """First window in which the device counts."""
    stake_wei: int
    """Held for it; 0 if a fee was burnt."""
    block_number: int
    block_hash: bytes


@dataclass(frozen=True, slots=True)
class RevokedDevice:
    """A revocation event."""

    device: int
    first_inactive_window: int
    """First window in which the device counts no more."""
    block_number: int
    block_hash: bytes


@dataclass(frozen=True, slots=True)
class CohortSnapshot:
    """A cohort as it stood at a window's start."""

    commitment: int
    """Key commitment, a field element."""
    count: int
    """Registered devices, revoked ones included."""
    active: int
    """Bitmap of active devices, bit i for device i of the cohort."""


@dataclass(frozen=True, slots=True)
class CohortProgress:
    """Where a cohort stands with its postings."""

    next_window: int
    """One more than the last window posted; 0 before the first."""
    postings: int
    """Postings for that window."""
    settled: int
    """Bitmap of the devices settled in it."""
    state_root: int


@dataclass(frozen=True, slots=True)
class WindowTimes:
    """When a window starts and when it is posted; seconds since 1970."""

    starts_s: int
    opens_s: int
    """First second at which postings are taken."""
    closes_s: int
    """Last second at which they are."""


@dataclass(frozen=True, slots=True)
class Posting:
    """The part of a statement that an operator brings."""

    cohort: int
    window: int
    window_root: int
    sealed: int
    """Bitmap of the devices whose seals the proof holds."""
    next_state: int
    result: tuple[int, ...]
    """Points, 32 bits a device, seven to a field."""
    state: tuple[int, ...]

    @classmethod
    def from_statement(cls, statement: Statement) -> Self:
        """Take from a statement what the contract cannot know."""
        return cls(
            statement.cohort,
            statement.window,
            statement.window_root,
            statement.sealed,
            statement.next_state,
            pack_points(statement.points, statement.capacity),
            statement.state,
        )


@dataclass(frozen=True, slots=True)
class Posted:
    """A posting that the contract accepted."""

    posting: Posting
    index: int
    """Its number among the postings of its window and cohort."""
    operator: bytes
    points: int
    """Sum over its devices."""
    block_number: int
    transaction_hash: bytes


@dataclass(frozen=True, slots=True)
class Credited:
    """A posting whose points became balances: each device got pool · points // total points."""

    cohort: int
    window: int
    index: int
    pool_units: int
    """What the window pays in all, in the network's units."""
    total_points: int
    """Points of all postings of the window."""
    credited_units: int
    """Sum over the devices of this posting."""
    block_number: int
    transaction_hash: bytes


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a device had earned went to the holder of its token."""

    device: int
    holder: bytes
    units: int
    block_number: int
    transaction_hash: bytes
