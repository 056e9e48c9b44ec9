"""What the application knows after a block: all that its hash commits to, and what the next blocks need."""

from dataclasses import dataclass

from fieldproof.chain.application.schedule import Schedule
from fieldproof.chain.commitment import Fault, Leaves, Member, compute_faults_root, compute_members_hash


@dataclass(frozen=True, slots=True)
class Parameters:
    """What genesis fixes for ever."""

    chain_id: int
    epoch_blocks: int
    committee_size: int
    """Seats of a committee; a smaller pool is seated whole."""
    pool_size: int
    gas_limit: int
    block_reward_gwei: int
    epoch_reward_gwei: int
    fault_expiry_blocks: int
    """For how many blocks a fault stands in the application's hash."""

    @property
    def schedule(self) -> Schedule:
        """The order of an epoch."""
        return Schedule(self.epoch_blocks)


@dataclass(frozen=True, slots=True)
class Dealt:
    """The first dealing that a member of the frozen pool recorded in time."""

    dealer: int
    """Its place in the frozen pool."""
    data: bytes
    """Empty if it is not valid."""


@dataclass(frozen=True, slots=True)
class Shared:
    """The first share of a dealer's secret that another member recorded."""

    dealer: int
    member: int
    data: bytes
    """Empty if it is not valid."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The first opening that a qualified dealer recorded."""

    dealer: int
    is_valid: bool


@dataclass(frozen=True, slots=True)
class Known:
    """The point of a qualified dealer's secret, opened or reconstructed."""

    dealer: int
    point: bytes


@dataclass(frozen=True, slots=True)
class BeaconState:
    """How far the making of the next epoch's seed has come."""

    dealt: tuple[Dealt, ...] = ()
    opened: tuple[Opened, ...] = ()
    shared: tuple[Shared, ...] = ()
    known: tuple[Known, ...] = ()

    @property
    def qualified(self) -> tuple[int, ...]:
        """The places of those whose dealings are valid, lowest first."""
        return tuple(sorted(dealt.dealer for dealt in self.dealt if dealt.data))


@dataclass(frozen=True, slots=True)
class Seat:
    """Who held a consensus key, and until when: evidence comes late."""

    consensus: bytes
    operator: bytes
    last_epoch: int
    """The last epoch in whose committee it sat."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the next epoch begins with."""

    seed: bytes
    committee: tuple[Member, ...]
    is_missed: bool
    """Whether the beacon failed and the seed follows from the one before."""


@dataclass(frozen=True, slots=True)
class State:
    """The application after a height. Immutable: a block makes a new one."""

    height: int
    execution_hash: bytes
    time_s: int
    """Of the execution block."""
    seed: bytes
    committee: tuple[Member, ...]
    pool: tuple[Member, ...]
    """That the committee was drawn from."""
    proposed: tuple[int, ...]
    """Blocks that each member of the pool proposed in this epoch."""
    frozen_pool: tuple[Member, ...]
    """That the next committee is drawn from."""
    beacon: BeaconState
    drawn: Drawn | None
    """The next committee, from the position of the draw on."""
    seats: tuple[Seat, ...]
    """By consensus address, lowest first."""
    faults: tuple[Fault, ...]
    """That have not expired, by height, then id."""
    results: bytes
    """The chain of results, 32 bytes."""
    validators: tuple[bytes, ...]
    """Consensus addresses that CometBFT was told to seat, lowest first."""


def compute_leaves(parameters: Parameters, state: State) -> Leaves:
    """Return the values that the application's hash commits to."""
    return Leaves(
        execution_hash=state.execution_hash,
        height=state.height,
        epoch=parameters.schedule.get_epoch(max(state.height, 1)),
        seed=state.seed,
        committee=compute_members_hash(state.committee),
        pool=compute_members_hash(state.frozen_pool),
        faults=compute_faults_root(state.faults),
        results=state.results,
    )
