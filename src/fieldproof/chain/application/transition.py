"""What a block does to the application: a pure function of the state before and what the block brought.

Nothing here waits, reads a clock or a contract: every node comes to the same state, and a test can drive it
with blocks of its own making.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from fieldproof.chain.application.rounds import Record, collect, compute_round, draw, list_absent
from fieldproof.chain.application.state import BeaconState, Drawn, Parameters, Seat, State
from fieldproof.chain.commitment import (
    Entry,
    Fault,
    FaultKind,
    Member,
    Result,
    compute_fault_id,
    extend_results,
)


@dataclass(frozen=True, slots=True)
class Misconduct:
    """What CometBFT has evidence of."""

    kind: FaultKind
    consensus: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """A decided and executed block, with what the contracts said in it."""

    height: int
    execution_hash: bytes
    time_s: int
    proposer: bytes
    """Its consensus address."""
    misconduct: tuple[Misconduct, ...]
    records: tuple[Record, ...]
    """The beacon's events, in order."""
    candidates: tuple[Member, ...]
    """All candidates; read at an epoch's first block only, empty in any other."""


@dataclass(frozen=True, slots=True)
class Change:
    """A seat that CometBFT is told to give or to take."""

    member: Member
    is_seated: bool


def process_block(parameters: Parameters, state: State, block: Block) -> tuple[State, tuple[Change, ...]]:
    """Return the state after a block, and the changes that act two blocks later."""
    schedule = parameters.schedule
    position = schedule.get_position(block.height)
    if position == 0 and block.height > 1:
        state = _begin_epoch(state)
    state = replace(state, height=block.height, execution_hash=block.execution_hash, time_s=block.time_s)
    state = _count_proposal(state, block.proposer)
    state = _record_faults(parameters, state, block)
    changes = _unseat_offenders(state)
    if position == 0:
        state = _freeze(parameters, state, block.candidates)
    elif schedule.is_dealing(position):
        round_ = compute_round(parameters, state)
        state = replace(state, beacon=collect(round_, state, block.records, is_opening=False))
    elif schedule.is_opening(position):
        round_ = compute_round(parameters, state)
        state = replace(state, beacon=collect(round_, state, block.records, is_opening=True))
    if position == schedule.close:
        state = _record_silence(parameters, state)
    if position == schedule.draw:
        state = replace(state, drawn=draw(parameters, state, list_offenders(state.faults)))
        changes = _seat_committee(state)
    if position == parameters.epoch_blocks - 1:
        state = replace(state, results=extend_results(state.results, compute_result(parameters, state)))
    return _apply(state, changes), changes


def _begin_epoch(state: State) -> State:
    drawn = state.drawn
    if drawn is None:
        raise LookupError("an epoch ended without a draw: this is a bug")
    return replace(
        state,
        seed=drawn.seed,
        committee=drawn.committee,
        pool=state.frozen_pool,
        proposed=(0,) * len(state.frozen_pool),
        beacon=BeaconState(),
        drawn=None,
    )


def _count_proposal(state: State, proposer: bytes) -> State:
    proposed = tuple(
        count + (member.consensus == proposer)
        for member, count in zip(state.pool, state.proposed, strict=True)
    )
    return replace(state, proposed=proposed)


def elect_pool(candidates: Iterable[Member], size: int) -> tuple[Member, ...]:
    """Return the candidates with the most votes, highest first; among equals the lowest operator first."""
    standing = (member for member in candidates if member.votes > 0)
    return tuple(sorted(standing, key=lambda member: (-member.votes, member.operator))[:size])


def _freeze(parameters: Parameters, state: State, candidates: Iterable[Member]) -> State:
    """Fix the next pool: the candidates with the most votes. Where nobody has any, the pool stays."""
    pool = elect_pool(candidates, parameters.pool_size) or state.frozen_pool
    epoch = parameters.schedule.get_epoch(state.height)
    seats = {seat.consensus: seat for seat in state.seats}
    for member in state.committee:
        seats[member.consensus] = Seat(member.consensus, member.operator, epoch)
    oldest = epoch - parameters.fault_expiry_blocks // parameters.epoch_blocks - 1
    kept = (seats[key] for key in sorted(seats) if seats[key].last_epoch >= oldest)
    return replace(state, frozen_pool=pool, seats=tuple(kept))


def _record_faults(parameters: Parameters, state: State, block: Block) -> State:
    """Add what CometBFT has evidence of, once for each operator while it stands; drop what has expired.

    Dropped at an epoch's second block alone, so that its first still shows whom the draw passed over.
    """
    faults = list(state.faults)
    if parameters.schedule.get_position(state.height) == 1:
        oldest = state.height - parameters.fault_expiry_blocks
        faults = [fault for fault in faults if fault.height > oldest]
    seats = {seat.consensus: seat.operator for seat in state.seats}
    for found in block.misconduct:
        operator = seats.get(found.consensus)
        if operator is not None and operator not in list_offenders(faults):
            faults.append(_build_fault(parameters, state, found.kind, operator))
    return replace(state, faults=_order(faults))


def _record_silence(parameters: Parameters, state: State) -> State:
    """Close the dealings; where too few are valid, those who did not deal are at fault."""
    faults = [
        _build_fault(parameters, state, FaultKind.NO_DEALING, member.operator)
        for member in list_absent(state)
    ]
    return replace(state, faults=_order([*state.faults, *faults]))


def _build_fault(parameters: Parameters, state: State, kind: FaultKind, operator: bytes) -> Fault:
    """Return a fault that stands from this height on, however long ago it was done."""
    epoch = parameters.schedule.get_epoch(state.height)
    identity = compute_fault_id(kind, operator, state.height)
    return Fault(identity, kind, operator, epoch, state.height, state.time_s)


def _order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: (fault.height, fault.id)))


def list_offenders(faults: Iterable[Fault]) -> frozenset[bytes]:
    """Return the operators that broke consensus: they get no seat while their fault stands."""
    kinds = (FaultKind.DOUBLE_SIGN, FaultKind.LIGHT_CLIENT_ATTACK)
    return frozenset(fault.operator for fault in faults if fault.kind in kinds)


def _unseat_offenders(state: State) -> tuple[Change, ...]:
    """Take the seats of those who broke consensus at once, but never the last one: the chain would end."""
    offenders = list_offenders(state.faults)
    members = (*state.committee, *(state.drawn.committee if state.drawn else ()))
    guilty = {item.consensus: item for item in members if item.operator in offenders}
    seated = [address for address in state.validators if address in guilty]
    spared = 1 if len(seated) == len(state.validators) else 0
    return tuple(Change(guilty[address], is_seated=False) for address in seated[spared:])


def _seat_committee(state: State) -> tuple[Change, ...]:
    drawn: Drawn | None = state.drawn
    members = {item.consensus: item for item in state.committee}
    chosen = {item.consensus: item for item in drawn.committee} if drawn else {}
    leaving = [Change(members[item], is_seated=False) for item in state.validators if item not in chosen]
    coming = [Change(chosen[item], is_seated=True) for item in sorted(chosen) if item not in state.validators]
    return (*leaving, *coming)


def _apply(state: State, changes: Sequence[Change]) -> State:
    seated = set(state.validators)
    for change in changes:
        if change.is_seated:
            seated.add(change.member.consensus)
        else:
            seated.discard(change.member.consensus)
    return replace(state, validators=tuple(sorted(seated)))


def compute_result(parameters: Parameters, state: State) -> Result:
    """Return what the members of the pool did in the epoch of the last block.

    Who is new to a seat waits longer than one round for its first turn, as CometBFT gives them out, and so
    proposes one block less than its share though it never failed.
    """
    seated = {member.operator for member in state.committee}
    expected = max(parameters.epoch_blocks // len(state.committee) - 1, 0)
    entries = tuple(
        Entry(member.operator, member.votes, proposed, expected if member.operator in seated else 0)
        for member, proposed in zip(state.pool, state.proposed, strict=True)
    )
    return Result(parameters.schedule.get_epoch(state.height), entries)
