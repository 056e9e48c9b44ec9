"""What a member owes the beacon, block by block."""

import pytest

from chain.application.application_samples import (
    CLOSE,
    DRAW,
    LAST,
    PARAMETERS,
    advance,
    deal,
    make_genesis,
    make_member,
    open_dealings,
    process,
    share_dealing,
)
from fieldproof.chain.application.duties import Duty, list_duties
from fieldproof.chain.application.rounds import RecordKind
from fieldproof.chain.application.state import State

FROZEN = advance(make_genesis().state, 1)
HALFWAY = (CLOSE + DRAW) // 2


def list_of(state: State, index: int) -> tuple[Duty, ...]:
    return list_duties(PARAMETERS, state, make_member(index).operator)


def dealt(places: range) -> State:
    return process(FROZEN, records=deal(FROZEN, places))[0]


def test_a_member_deals_in_each_block_that_counts_until_it_has() -> None:
    for position in range(1, CLOSE + 1):
        assert list_of(advance(FROZEN, position), 2) == (Duty(RecordKind.DEALT, 1, 2),)
    assert list_of(dealt(range(2, 3)), 2) == ()


def test_a_member_whose_dealing_was_not_valid_does_not_deal_again() -> None:
    from dataclasses import replace

    (junk,) = deal(FROZEN, [2])
    assert list_of(process(FROZEN, records=(replace(junk, data=b""),))[0], 2) == ()


@pytest.mark.parametrize("height", [0, 1 + LAST])
def test_nothing_is_owed_for_the_block_of_the_freeze(height: int) -> None:
    state = make_genesis().state if height == 0 else advance(FROZEN, height)
    assert list_of(state, 2) == ()


def test_nothing_is_owed_after_the_draw_or_by_somebody_outside_of_the_pool() -> None:
    assert list_of(advance(dealt(range(5)), 1 + DRAW), 2) == ()
    assert list_of(FROZEN, 7) == ()


def test_a_dealer_opens_from_the_close_on_until_it_has() -> None:
    state = dealt(range(5))
    for position in range(CLOSE + 1, HALFWAY + 1):
        assert list_of(advance(state, position), 2) == (Duty(RecordKind.OPENED, 1, 2),)
    closed = advance(state, 1 + CLOSE)
    opened, _ = process(closed, records=open_dealings(FROZEN, [2]))
    assert list_of(opened, 2) == ()


def test_a_member_that_did_not_deal_has_nothing_to_open() -> None:
    assert list_of(advance(dealt(range(4)), 1 + CLOSE), 4) == ()


def test_from_halfway_on_members_share_for_those_who_are_silent() -> None:
    closed = advance(dealt(range(5)), 1 + CLOSE)
    state, _ = process(closed, records=open_dealings(FROZEN, [0, 1, 2]))
    assert list_of(advance(state, HALFWAY), 1) == ()
    state = advance(state, HALFWAY + 1)
    assert list_of(state, 1) == (Duty(RecordKind.SHARED, 1, 3), Duty(RecordKind.SHARED, 1, 4))
    assert list_of(state, 3) == (Duty(RecordKind.OPENED, 1, 3), Duty(RecordKind.SHARED, 1, 4))


def test_a_share_is_owed_once() -> None:
    closed = advance(dealt(range(5)), 1 + CLOSE)
    state, _ = process(closed, records=open_dealings(FROZEN, [0, 1, 2]))
    state = advance(state, HALFWAY + 1)
    state, _ = process(state, records=share_dealing(FROZEN, 3, [1]))
    assert list_of(state, 1) == (Duty(RecordKind.SHARED, 1, 4),)


def test_nobody_shares_for_a_dealer_whose_point_is_known() -> None:
    closed = advance(dealt(range(5)), 1 + CLOSE)
    state, _ = process(closed, records=open_dealings(FROZEN, range(5)))
    assert all(list_of(advance(state, height), index) == () for height in range(7, 13) for index in range(5))


def test_members_who_do_what_they_owe_make_the_seed_whoever_is_silent() -> None:
    """Two of five only deal: the other three bring it to its end by their duties alone."""
    state = dealt(range(5))
    active = (0, 1, 2)
    while state.height < 1 + DRAW:
        owed = [duty for index in active for duty in list_of(state, index)]
        opened = sorted({duty.dealer for duty in owed if duty.kind is RecordKind.OPENED})
        records = list(open_dealings(FROZEN, opened))
        for index in active:
            silent = [duty.dealer for duty in list_of(state, index) if duty.kind is RecordKind.SHARED]
            records += [record for dealer in silent for record in share_dealing(FROZEN, dealer, [index])]
        state, _ = process(state, records=tuple(records))
    assert state.drawn is not None
    assert not state.drawn.is_missed
