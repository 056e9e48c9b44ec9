"""The beacon's round inside an epoch: which dealings, openings and shares count, and what they lead to.

The contract only records; here everything is verified. Of each kind the first that a member records counts,
valid or not: nobody can make the others verify one bad proof after another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

from fieldproof.chain import beacon
from fieldproof.chain.application.state import (
    BeaconState,
    Dealt,
    Drawn,
    Known,
    Opened,
    Parameters,
    Shared,
    State,
)
from fieldproof.chain.commitment import Member


class RecordKind(Enum):
    """The beacon contract's events."""

    DEALT = "Dealt"
    OPENED = "Opened"
    SHARED = "Shared"


@dataclass(frozen=True, slots=True)
class Record:
    """An event of the beacon contract."""

    kind: RecordKind
    epoch: int
    """Whose seed it is for."""
    sender: bytes
    """The operator that recorded it."""
    dealer: bytes
    """The operator whose dealing it is about."""
    data: bytes


def compute_round(parameters: Parameters, state: State) -> beacon.Round:
    """Return the round in which the next epoch's seed is made."""
    epoch = parameters.schedule.get_epoch(state.height) + 1
    return _build_round(parameters.chain_id, epoch, state.seed, state.frozen_pool)


@lru_cache(maxsize=2)
def _build_round(chain_id: int, epoch: int, previous_seed: bytes, pool: tuple[Member, ...]) -> beacon.Round:
    return beacon.Round(
        chain_id=chain_id,
        epoch=epoch,
        previous_seed=previous_seed,
        keys=tuple(encode_key(member) for member in pool),
        operators=tuple(member.operator for member in pool),
    )


def encode_key(member: Member) -> bytes:
    """Return a member's beacon key, compressed."""
    return bytes([member.beacon_prefix]) + member.beacon_x


def collect(
    round_: beacon.Round, state: State, records: Sequence[Record], *, is_opening: bool
) -> BeaconState:
    """Return the beacon's state with what a block recorded: dealings before the close, openings behind it."""
    places = {operator: place for place, operator in enumerate(round_.operators)}
    found = state.beacon
    for record in records:
        sender, dealer = places.get(record.sender), places.get(record.dealer)
        if sender is None or dealer is None or record.epoch != round_.epoch:
            continue
        if record.kind is RecordKind.DEALT:
            found = found if is_opening else _take_dealing(round_, found, dealer, record.data)
        elif is_opening and dealer in found.qualified and all(item.dealer != dealer for item in found.known):
            if record.kind is RecordKind.OPENED:
                found = _take_opening(round_, found, dealer, record.data)
            else:
                found = _take_share(round_, found, dealer, sender, record.data)
    return found


def list_absent(state: State) -> tuple[Member, ...]:
    """Return who did not deal validly, where that left the round without a majority; nobody otherwise."""
    dealt = state.beacon.qualified
    if _is_majority(dealt, state.frozen_pool):
        return ()
    return tuple(member for place, member in enumerate(state.frozen_pool) if place not in dealt)


def draw(parameters: Parameters, state: State, offenders: frozenset[bytes]) -> Drawn:
    """Return the next seed and committee.

    Offenders are passed over, unless nobody else is there.
    """
    round_ = compute_round(parameters, state)
    points = {item.dealer: item.point for item in state.beacon.known}
    qualified = state.beacon.qualified
    is_missed = not _is_majority(qualified, state.frozen_pool) or set(points) != set(qualified)
    if is_missed:
        seed = beacon.compute_missed_seed(round_)
    else:
        seed = beacon.compute_seed(round_, [beacon.Point.decode(points[dealer]) for dealer in qualified])
    committee = choose_committee(seed, state.frozen_pool, parameters.committee_size, offenders)
    return Drawn(seed, committee, is_missed)


def _is_majority(places: Sequence[int], pool: tuple[Member, ...]) -> bool:
    return 2 * len(places) > len(pool)


def choose_committee(
    seed: bytes, pool: tuple[Member, ...], seats: int, offenders: frozenset[bytes] = frozenset()
) -> tuple[Member, ...]:
    """Return the committee that a seed draws from a pool."""
    order = [pool[place] for place in beacon.draw_committee(seed, len(pool), len(pool))]
    honest = [member for member in order if member.operator not in offenders]
    return tuple((honest or order)[:seats])


def _take_dealing(round_: beacon.Round, found: BeaconState, dealer: int, data: bytes) -> BeaconState:
    if any(item.dealer == dealer for item in found.dealt):
        return found
    try:
        beacon.verify_dealing(round_, dealer, beacon.Dealing.decode(data, round_.size))
    except beacon.RefusedError:
        data = b""
    return replace(found, dealt=(*found.dealt, Dealt(dealer, data)))


def _take_opening(round_: beacon.Round, found: BeaconState, dealer: int, data: bytes) -> BeaconState:
    if any(item.dealer == dealer for item in found.opened):
        return found
    try:
        opening = beacon.Opening.decode(data)
        beacon.verify_opening(round_, dealer, get_dealing(round_, found, dealer), opening)
    except beacon.RefusedError:
        return replace(found, opened=(*found.opened, Opened(dealer, is_valid=False)))
    known = (*found.known, Known(dealer, opening.point.encode()))
    return replace(found, opened=(*found.opened, Opened(dealer, is_valid=True)), known=known)


def _take_share(
    round_: beacon.Round, found: BeaconState, dealer: int, member: int, data: bytes
) -> BeaconState:
    if any(item.dealer == dealer and item.member == member for item in found.shared):
        return found
    try:
        share = beacon.Share.decode(data)
        beacon.verify_share(round_, member, dealer, get_dealing(round_, found, dealer), share)
    except beacon.RefusedError:
        data = b""
    found = replace(found, shared=(*found.shared, Shared(dealer, member, data)))
    shares = {
        item.member: beacon.Share.decode(item.data)
        for item in found.shared
        if item.dealer == dealer and item.data
    }
    if not data or len(shares) < round_.threshold:
        return found
    return replace(
        found, known=(*found.known, Known(dealer, beacon.recover_secret_point(round_, shares).encode()))
    )


def get_dealing(round_: beacon.Round, found: BeaconState, dealer: int) -> beacon.Dealing:
    """Return a qualified dealer's dealing."""
    (data,) = (item.data for item in found.dealt if item.dealer == dealer)
    return beacon.Dealing.decode(data, round_.size)
