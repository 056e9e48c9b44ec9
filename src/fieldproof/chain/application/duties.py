"""What a member of the frozen pool owes the beacon after a block: a pure function of the state."""

from dataclasses import dataclass

from fieldproof.chain.application.rounds import RecordKind
from fieldproof.chain.application.state import Parameters, State


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to record at the beacon contract."""

    kind: RecordKind
    epoch: int
    dealer: int
    """The place in the frozen pool of whoever dealt it."""


def list_duties(parameters: Parameters, state: State, operator: bytes) -> tuple[Duty, ...]:
    """Return what `operator` can still record in the next block, so that the seed is made.

    Dealers open their own at once. Shares for a silent dealer begin halfway to the draw: until then it may
    yet speak, and a share costs every member a transaction.
    """
    place = next((i for i, member in enumerate(state.frozen_pool) if member.operator == operator), None)
    schedule = parameters.schedule
    position = schedule.get_position(state.height + 1)
    if place is None or position == 0:
        return ()
    epoch = schedule.get_epoch(state.height + 1) + 1
    beacon = state.beacon
    if schedule.is_dealing(position):
        is_done = any(item.dealer == place for item in beacon.dealt)
        return () if is_done else (Duty(RecordKind.DEALT, epoch, place),)
    if not schedule.is_opening(position):
        return ()
    known = {item.dealer for item in beacon.known}
    duties = []
    if place in beacon.qualified and place not in known:
        duties.append(Duty(RecordKind.OPENED, epoch, place))
    if position > (schedule.close + schedule.draw) // 2:
        shared = {item.dealer for item in beacon.shared if item.member == place}
        silent = [dealer for dealer in beacon.qualified if dealer not in known | shared and dealer != place]
        duties += [Duty(RecordKind.SHARED, epoch, dealer) for dealer in silent]
    return tuple(duties)
