"""Which dealings, openings and shares count, and what they lead to."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import pytest

from chain.application.application_samples import (
    CLOSE,
    DRAW,
    PARAMETERS,
    advance,
    compute_dealing,
    deal,
    get_key,
    make_bytes,
    make_genesis,
    make_member,
    make_record,
    open_dealings,
    process,
    share_dealing,
)
from fieldproof.chain import beacon
from fieldproof.chain.application.rounds import Record, RecordKind, compute_round
from fieldproof.chain.application.state import Known, State
from fieldproof.chain.beacon.dealing import deal_values
from fieldproof.chain.beacon.group import ORDER

FROZEN = advance(make_genesis().state, 1)
"""The next block is the first whose dealings count."""
ROUND = compute_round(PARAMETERS, FROZEN)
EVERYONE = range(5)
ALL = deal(FROZEN, EVERYONE)
CLOSED = advance(process(FROZEN, records=ALL)[0], 1 + CLOSE)
"""All five have dealt; the next block is the first whose openings count."""
OPENINGS = open_dealings(FROZEN, EVERYONE)
SHARES = {dealer: share_dealing(FROZEN, dealer, EVERYONE) for dealer in EVERYONE}


def record(state: State, *records: Record) -> State:
    return process(state, records=records)[0]


def finish(state: State) -> tuple[bytes, bool]:
    """Return the next seed, and whether it is the missed one."""
    drawn = advance(state, 1 + DRAW).drawn
    assert drawn is not None
    return drawn.seed, drawn.is_missed


def deal_as(dealer: int, data: bytes, **changes: object) -> Record:
    made = make_record(RecordKind.DEALT, ROUND, dealer, dealer, data)
    return replace(made, **changes)  # type: ignore[arg-type]


def negate(point: beacon.Point) -> beacon.Point:
    return point.multiply(ORDER - 1)


SEED = beacon.compute_seed(
    ROUND, [beacon.Point.decode(beacon.Opening.decode(item.data).point.encode()) for item in OPENINGS]
)


def test_openings_of_all_dealers_make_the_seed() -> None:
    assert finish(record(CLOSED, *OPENINGS)) == (SEED, False)


OTHER_EPOCH = compute_round(PARAMETERS, advance(FROZEN, 13))
THIRD = compute_dealing(ROUND, 3)
UNLIKE = deal_values(ROUND, 0, get_key(ROUND, 0), [7, 7, 7, 7, 8])
ZERO = deal_values(ROUND, 0, get_key(ROUND, 0), [i * (i + 1) for i in range(1, 6)])
NEGATED = beacon.Dealing(
    THIRD.challenge,
    tuple(map(negate, THIRD.commitments)),
    tuple(map(negate, THIRD.shares)),
    tuple(ORDER - response for response in THIRD.responses),
)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(beacon.compute_dealing_length(5)),
        ALL[0].data[:-1],
        ALL[0].data + b"\0",
        ALL[0].data[:-1] + bytes([ALL[0].data[-1] ^ 1]),
        UNLIKE.encode(),
        ZERO.encode(),
        compute_dealing(OTHER_EPOCH, 0).encode(),
        ALL[3].data,
        NEGATED.encode(),
    ],
    ids=[
        "nothing",
        "no point",
        "a byte too few",
        "a byte too many",
        "a bit flipped",
        "shares of no polynomial",
        "a secret that is zero",
        "of another epoch",
        "copied from another dealer",
        "negated from another dealer",
    ],
)
def test_a_dealing_that_is_not_valid_takes_the_place_of_the_members_only_one(data: bytes) -> None:
    state = record(FROZEN, deal_as(0, data))
    state = record(state, *ALL)
    assert state.beacon.qualified == (1, 2, 3, 4)
    assert [item.data for item in state.beacon.dealt if item.dealer == 0] == [b""]


def test_of_two_valid_dealings_the_first_counts() -> None:
    key = get_key(ROUND, 0)
    other = deal_values(ROUND, 0, key, [5 + 3 * i for i in range(1, 6)]).encode()
    state = record(FROZEN, deal_as(0, other), ALL[0])
    assert state.beacon.dealt[0].data == other
    state = record(state, ALL[0])
    assert [item.data for item in state.beacon.dealt] == [other]


def test_the_order_in_a_block_decides_which_is_the_first() -> None:
    state = record(FROZEN, ALL[0], deal_as(0, b"junk"))
    assert state.beacon.qualified == (0,)


@pytest.mark.parametrize("height", range(2, 2 + CLOSE))
def test_dealings_count_up_to_the_close(height: int) -> None:
    assert record(advance(FROZEN, height - 1), ALL[0]).beacon.qualified == (0,)


@pytest.mark.parametrize("height", [1, 2 + CLOSE, 1 + DRAW])
def test_a_dealing_before_the_freeze_or_after_the_close_does_not_count(height: int) -> None:
    before = make_genesis().state if height == 1 else advance(FROZEN, height - 1)
    assert record(before, ALL[0]).beacon.dealt == ()


@pytest.mark.parametrize("epoch", [0, 2])
def test_a_dealing_for_another_epoch_does_not_count_and_takes_no_place(epoch: int) -> None:
    state = record(FROZEN, replace(ALL[0], epoch=epoch))
    assert state.beacon.dealt == ()
    assert record(state, ALL[0]).beacon.qualified == (0,)


def test_a_dealing_by_somebody_outside_of_the_frozen_pool_does_not_count() -> None:
    stranger = make_member(7).operator
    assert record(FROZEN, replace(ALL[0], sender=stranger, dealer=stranger)).beacon.dealt == ()


@pytest.mark.parametrize("height", [2, 1 + CLOSE])
def test_openings_and_shares_before_the_close_have_no_effect_and_take_no_place(height: int) -> None:
    state = advance(record(FROZEN, *ALL), max(height - 1, 2))
    early = record(state, *OPENINGS, *SHARES[0])
    assert early.beacon == state.beacon
    assert finish(record(advance(early, 1 + CLOSE), *OPENINGS)) == (SEED, False)


def test_openings_count_up_to_the_draw_and_not_behind_it() -> None:
    last = advance(CLOSED, DRAW)
    assert finish(record(last, *OPENINGS)) == (SEED, False)
    late = advance(CLOSED, 1 + DRAW)
    assert record(late, *OPENINGS).drawn == late.drawn
    assert finish(late)[1]


@pytest.mark.parametrize(
    "data",
    [b"", OPENINGS[0].data[:-1], OPENINGS[0].data + b"\0", bytes(97), OPENINGS[1].data, SHARES[0][0].data],
    ids=["nothing", "a byte too few", "a byte too many", "no point", "of another dealer", "a share"],
)
def test_an_opening_that_is_not_valid_is_a_dealers_only_one_but_the_others_open_for_it(data: bytes) -> None:
    state = record(CLOSED, replace(OPENINGS[0], data=data), OPENINGS[0])
    assert state.beacon.known == ()
    assert [item.is_valid for item in state.beacon.opened] == [False]
    state = record(state, *OPENINGS[1:], *SHARES[0][1:4])
    assert finish(state) == (SEED, False)


def test_a_dealing_that_is_not_qualified_cannot_be_opened_or_shared() -> None:
    state = advance(record(FROZEN, *ALL[:4]), 1 + CLOSE)
    state = record(state, OPENINGS[4], *SHARES[4])
    assert (state.beacon.opened, state.beacon.shared, state.beacon.known) == ((), (), ())


def test_an_opening_of_another_epoch_does_not_count() -> None:
    state = record(CLOSED, replace(OPENINGS[0], epoch=2))
    assert state.beacon.opened == ()


def test_nobody_opens_for_another() -> None:
    state = record(CLOSED, replace(OPENINGS[0], sender=ROUND.operators[1], dealer=ROUND.operators[1]))
    assert state.beacon.known == ()


def test_shares_of_somebody_outside_of_the_frozen_pool_do_not_count() -> None:
    stranger = make_member(7).operator
    shares = [replace(share, sender=stranger) for share in SHARES[0]]
    assert record(CLOSED, *shares).beacon.shared == ()


def test_a_share_of_another_member_or_of_another_dealing_takes_the_senders_place() -> None:
    foreign = [replace(SHARES[0][1], data=SHARES[0][2].data), replace(SHARES[0][3], data=SHARES[1][3].data)]
    state = record(CLOSED, *foreign)
    assert [item.data for item in state.beacon.shared] == [b"", b""]
    state = record(state, *SHARES[0])
    assert state.beacon.known == (known(0),)


def test_of_two_shares_of_one_member_the_first_counts() -> None:
    state = record(CLOSED, SHARES[0][1], replace(SHARES[0][1], data=b"junk"), SHARES[0][1])
    assert [item.data for item in state.beacon.shared] == [SHARES[0][1].data]


def known(dealer: int) -> Known:
    return Known(dealer, beacon.Opening.decode(OPENINGS[dealer].data).point.encode())


def test_one_share_less_than_a_majority_opens_nothing() -> None:
    state = record(CLOSED, *SHARES[0][1:3])
    assert state.beacon.known == ()
    assert record(state, SHARES[0][4]).beacon.known == (known(0),)


@pytest.mark.parametrize("members", list(combinations(range(5), 3)), ids=str)
def test_any_majority_of_shares_opens_what_the_dealer_would_have(members: Sequence[int]) -> None:
    state = record(CLOSED, *(SHARES[0][member] for member in members))
    assert state.beacon.known == (known(0),)


def test_shares_of_a_dealer_that_is_open_already_are_passed_over() -> None:
    state = record(CLOSED, OPENINGS[0], *SHARES[0])
    assert state.beacon.shared == ()
    assert state.beacon.known == (known(0),)


def test_a_dealer_that_opens_after_the_others_did_changes_nothing() -> None:
    state = record(CLOSED, *SHARES[0][:3], OPENINGS[0])
    assert state.beacon.known == (known(0),)
    assert state.beacon.opened == ()


@pytest.mark.parametrize("count", range(6))
def test_whoever_opens_the_seed_is_the_same(count: int) -> None:
    """Every subset of five dealers opens, in either order; the others share for the silent ones."""
    for openers in combinations(EVERYONE, count):
        silent = [dealer for dealer in EVERYONE if dealer not in openers]
        records = [OPENINGS[dealer] for dealer in openers]
        for dealer in silent:
            others = [member for member in EVERYONE if member != dealer]
            records += [SHARES[dealer][member] for member in others[-3:]]
        assert finish(record(CLOSED, *records)) == (SEED, False)
        assert finish(record(CLOSED, *reversed(records))) == (SEED, False)


def compute_missed() -> bytes:
    return beacon.compute_missed_seed(ROUND)


@pytest.mark.parametrize("count", range(6))
def test_fewer_dealings_than_a_majority_miss_the_seed_and_are_charged_to_those_who_did_not_deal(
    count: int,
) -> None:
    state = advance(record(FROZEN, *ALL[:count]), 1 + CLOSE)
    absent = {make_member(index).operator for index in range(count, 5)} if count < 3 else set()
    assert {fault.operator for fault in state.faults} == absent
    seed, is_missed = finish(record(state, *OPENINGS[:count]))
    assert is_missed is (count < 3)
    assert (seed == compute_missed()) is is_missed


def test_an_invalid_dealing_is_charged_like_none_where_a_majority_is_missing() -> None:
    state = record(FROZEN, *ALL[:2], *(deal_as(dealer, b"junk") for dealer in (2, 3, 4)))
    state = advance(state, 1 + CLOSE)
    assert {fault.operator for fault in state.faults} == {make_member(index).operator for index in (2, 3, 4)}


def test_half_of_an_even_pool_is_no_majority() -> None:
    frozen = advance(make_genesis(4).state, 1)
    for count, faults in ((2, 2), (3, 0)):
        state = record(frozen, *deal(frozen, range(count)))
        assert len(advance(state, 1 + CLOSE).faults) == faults


@pytest.mark.parametrize("missing", EVERYONE)
def test_one_dealing_that_is_not_open_at_the_deadline_misses_the_seed(missing: int) -> None:
    records = [OPENINGS[dealer] for dealer in EVERYONE if dealer != missing]
    records += [SHARES[missing][member] for member in range(2)]
    state = record(CLOSED, *records)
    assert finish(state) == (compute_missed(), True)
    assert advance(state, 1 + DRAW).faults == ()


def test_a_dealing_that_came_too_late_is_not_part_of_the_seed() -> None:
    state = advance(record(FROZEN, *ALL[:3]), 1 + CLOSE)
    state = record(state, *ALL[3:], *OPENINGS)
    points = [beacon.Opening.decode(item.data).point for item in OPENINGS[:3]]
    assert finish(state) == (beacon.compute_seed(ROUND, points), False)


def test_the_round_is_bound_to_chain_epoch_seed_and_frozen_pool() -> None:
    digests = {
        compute_round(PARAMETERS, FROZEN).digest,
        compute_round(replace(PARAMETERS, chain_id=1), FROZEN).digest,
        compute_round(PARAMETERS, replace(FROZEN, height=13)).digest,
        compute_round(PARAMETERS, replace(FROZEN, seed=make_bytes("another"))).digest,
        compute_round(PARAMETERS, replace(FROZEN, frozen_pool=FROZEN.frozen_pool[:4])).digest,
    }
    assert len(digests) == 5
