"""What is charged, for how long it stands, and what it costs at once."""

from dataclasses import replace

import pytest

from chain.application.application_samples import (
    CLOSE,
    DRAW,
    LAST,
    PARAMETERS,
    accuse,
    advance,
    deal,
    make_genesis,
    make_member,
    make_members,
    process,
)
from fieldproof.chain.application.state import Seat, State
from fieldproof.chain.application.transition import Misconduct, list_offenders
from fieldproof.chain.commitment import Fault, FaultKind, Member, compute_fault_id

GENESIS = make_genesis().state
EXPIRY = PARAMETERS.fault_expiry_blocks
BEGUN = advance(GENESIS, 2)
GUILTY = BEGUN.committee[0]


def quiet(state: State, height: int) -> State:
    """Advance with a majority of dealings, so that silence adds no faults."""
    while state.height < height:
        records = deal(state, range(5)) if PARAMETERS.schedule.get_position(state.height + 1) == 1 else ()
        state, _ = process(state, records=records)
    return state


def read_offences(state: State) -> list[tuple[bytes, int]]:
    return [
        (fault.operator, fault.height) for fault in state.faults if fault.kind is not FaultKind.NO_DEALING
    ]


@pytest.mark.parametrize("kind", [FaultKind.DOUBLE_SIGN, FaultKind.LIGHT_CLIENT_ATTACK])
def test_a_fault_says_when_it_was_recorded(kind: FaultKind) -> None:
    state, _ = process(BEGUN, misconduct=accuse(GUILTY, kind))
    assert state.faults == (
        Fault(compute_fault_id(kind, GUILTY.operator, 3), kind, GUILTY.operator, 0, 3, state.time_s),
    )


def test_one_operator_is_charged_once_while_its_fault_stands_whatever_else_is_found() -> None:
    twice = accuse(GUILTY) + accuse(GUILTY) + accuse(GUILTY, FaultKind.LIGHT_CLIENT_ATTACK)
    state, _ = process(BEGUN, misconduct=twice)
    assert read_offences(state) == [(GUILTY.operator, 3)]
    state, _ = process(state, misconduct=accuse(GUILTY, FaultKind.LIGHT_CLIENT_ATTACK))
    assert read_offences(state) == [(GUILTY.operator, 3)]


def test_not_dealing_does_not_shield_an_operator_from_the_charge_of_signing_twice() -> None:
    state = advance(GENESIS, 1 + CLOSE)
    assert {fault.kind for fault in state.faults} == {FaultKind.NO_DEALING}
    state, _ = process(state, misconduct=accuse(GUILTY))
    assert read_offences(state) == [(GUILTY.operator, state.height)]


def test_several_operators_are_charged_in_one_block_in_the_order_of_their_faults_ids() -> None:
    others = BEGUN.committee[:2]
    charges = [accuse(member)[0] for member in others]
    forward, _ = process(BEGUN, misconduct=tuple(charges))
    backward, _ = process(BEGUN, misconduct=tuple(reversed(charges)))
    assert forward.faults == backward.faults
    assert [fault.id for fault in forward.faults] == sorted(fault.id for fault in forward.faults)
    assert {fault.operator for fault in forward.faults} == {member.operator for member in others}


def test_evidence_against_a_key_that_never_had_a_seat_is_no_fault() -> None:
    state, changes = process(BEGUN, misconduct=(Misconduct(FaultKind.DOUBLE_SIGN, bytes(20)),))
    assert (state.faults, changes) == ((), ())


def test_a_fault_stands_through_its_expiry_and_is_dropped_in_the_second_block_of_an_epoch() -> None:
    state, _ = process(quiet(BEGUN, 2), misconduct=accuse(GUILTY))
    dropped = None
    for height in range(4, 60):
        state = quiet(state, height)
        if not read_offences(state):
            dropped = height
            break
    assert dropped == 38
    assert PARAMETERS.schedule.get_position(dropped) == 1
    assert dropped - PARAMETERS.epoch_blocks < 3 + EXPIRY <= dropped


@pytest.mark.parametrize(("height", "stands"), [(8, False), (9, True)])
def test_a_fault_of_the_height_of_the_expiry_is_dropped_and_a_later_one_is_not(
    height: int, stands: bool
) -> None:
    state = quiet(GENESIS, height - 1)
    state, _ = process(state, misconduct=accuse(GUILTY))
    assert 38 - EXPIRY == 8
    assert bool(read_offences(quiet(state, 38))) is stands


def test_an_operator_is_charged_again_once_its_fault_is_dropped() -> None:
    state, _ = process(BEGUN, misconduct=accuse(GUILTY))
    state = quiet(state, 38)
    state, _ = process(state, misconduct=accuse(GUILTY))
    assert read_offences(state) == [(GUILTY.operator, 39)]


def test_an_offender_loses_its_seat_in_the_block_that_shows_the_evidence() -> None:
    state, changes = process(BEGUN, misconduct=accuse(GUILTY))
    assert [(change.member, change.is_seated) for change in changes] == [(GUILTY, False)]
    assert state.validators == tuple(key for key in BEGUN.validators if key != GUILTY.consensus)
    _, changes = process(state)
    assert changes == ()


def test_the_last_seat_is_never_taken() -> None:
    state = BEGUN
    for member in BEGUN.committee:
        state, _ = process(state, misconduct=accuse(member))
        assert state.validators
    assert len(state.validators) == 1
    assert len(list_offenders(state.faults)) == 3


def test_all_offenders_at_once_leave_one_seat() -> None:
    charges = tuple(accuse(member)[0] for member in BEGUN.committee)
    state, changes = process(BEGUN, misconduct=charges)
    assert state.validators == BEGUN.validators[:1]
    assert len(changes) == 2


def test_the_offender_that_was_spared_goes_as_soon_as_others_come() -> None:
    charges = tuple(accuse(member)[0] for member in BEGUN.committee)
    state, _ = process(BEGUN, misconduct=charges)
    state = advance(state, 1 + DRAW)
    honest = {member.consensus for member in make_members(5)} - set(BEGUN.validators)
    assert set(state.validators) == honest


def test_the_draw_passes_over_offenders() -> None:
    for member in BEGUN.committee:
        state, _ = process(BEGUN, misconduct=accuse(member))
        state = advance(state, 1 + DRAW)
        assert state.drawn is not None
        assert len(state.drawn.committee) == 3
        assert member not in state.drawn.committee
        assert member.consensus not in state.validators


def test_where_all_the_pool_are_offenders_the_draw_is_as_if_nobody_were() -> None:
    state = replace(BEGUN, seats=tuple(Seat(m.consensus, m.operator, 0) for m in make_members(5)))
    state, _ = process(state, misconduct=tuple(accuse(member)[0] for member in make_members(5)))
    honest = advance(BEGUN, 1 + DRAW)
    state = advance(state, 1 + DRAW)
    assert state.drawn is not None
    assert honest.drawn is not None
    assert state.drawn.committee == honest.drawn.committee
    assert state.validators


@pytest.mark.parametrize("position", [DRAW, LAST])
def test_an_offence_shown_between_draw_and_epoch_takes_the_seat_that_was_drawn(position: int) -> None:
    before = advance(GENESIS, position)
    honest = advance(before, 12)
    assert honest.drawn is not None
    guilty = next(member for member in honest.drawn.committee if member in before.committee)
    state, _ = process(before, misconduct=accuse(guilty))
    assert guilty.consensus not in state.validators
    state = advance(state, 13)
    assert guilty.consensus not in state.validators
    assert state.validators


def find_leaver() -> tuple[State, Member]:
    """Return a state of an epoch with a member of the committee before that has no seat any more."""
    state = quiet(GENESIS, 14)
    return state, next(member for member in GENESIS.committee if member not in state.committee)


def test_evidence_that_comes_after_a_member_has_left_still_finds_its_operator() -> None:
    state, leaver = find_leaver()
    state, changes = process(state, misconduct=accuse(leaver))
    assert read_offences(state) == [(leaver.operator, 15)]
    assert changes == ()


def test_evidence_finds_the_operator_that_held_the_key_after_it_took_another() -> None:
    state, leaver = find_leaver()
    index = next(i for i in range(5) if make_member(i) == leaver)
    other = replace(make_member(50), operator=leaver.operator, votes=leaver.votes)
    renewed = tuple(other if i == index else make_member(i) for i in range(5))
    state, _ = process(advance(state, 24), candidates=renewed)
    state = advance(state, 30)
    state, _ = process(state, misconduct=accuse(leaver))
    assert (leaver.operator, 31) in read_offences(state)


def test_a_seat_is_kept_as_long_as_faults_stand_and_an_epoch_more() -> None:
    state, leaver = find_leaver()
    others = tuple(member for member in make_members(6) if member != leaver)
    last_epoch, forgotten = 0, None
    for height in range(15, 121):
        is_first = PARAMETERS.schedule.get_position(height) == 0
        state, _ = process(state, candidates=others if is_first else ())
        held = {seat.consensus: seat.last_epoch for seat in state.seats}
        last_epoch = held.get(leaver.consensus, last_epoch)
        if leaver.consensus not in held:
            forgotten = PARAMETERS.schedule.get_epoch(height)
            break
    assert forgotten == last_epoch + EXPIRY // PARAMETERS.epoch_blocks + 2


def test_seats_are_ordered_by_key_and_say_the_last_epoch() -> None:
    state = advance(GENESIS, 25)
    assert [seat.consensus for seat in state.seats] == sorted(seat.consensus for seat in state.seats)
    latest = {seat.consensus: seat.last_epoch for seat in state.seats}
    assert all(latest[member.consensus] == 2 for member in state.committee)


def test_those_who_did_not_deal_are_charged_at_the_close_where_a_majority_is_missing() -> None:
    state = advance(GENESIS, 1)
    state, _ = process(state, records=deal(state, [0, 3]))
    assert advance(state, CLOSE).faults == ()
    state = advance(state, 1 + CLOSE)
    absent = {make_member(index).operator for index in (1, 2, 4)}
    assert {fault.operator for fault in state.faults} == absent
    assert {(fault.kind, fault.height) for fault in state.faults} == {(FaultKind.NO_DEALING, 1 + CLOSE)}


def test_nobody_is_charged_for_not_dealing_where_a_majority_did() -> None:
    state = advance(GENESIS, 1)
    state, _ = process(state, records=deal(state, [0, 2, 3]))
    assert advance(state, 1 + CLOSE).faults == ()


def test_not_dealing_costs_no_seat_and_is_charged_in_each_epoch() -> None:
    state = advance(GENESIS, 24)
    mine = [fault for fault in state.faults if fault.operator == make_member(0).operator]
    assert [fault.height for fault in mine] == [5, 17]
    assert len({fault.id for fault in mine}) == 2
    assert len(state.validators) == 3
