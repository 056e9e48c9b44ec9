"""The odds of a committee, against counting all committees and against known values."""

from fractions import Fraction
from itertools import combinations

import pytest

from fieldproof.chain.beacon import (
    Seats,
    compute_lasting_share,
    compute_odds,
    compute_odds_of_either,
    compute_pool_seats,
)
from fieldproof.core import IntegerError


@pytest.mark.parametrize(("pool", "committee"), [(6, 4), (7, 3), (5, 5), (3, 1)])
def test_odds_are_those_of_counting_all_committees(pool: int, committee: int) -> None:
    committees = [*combinations(range(pool), committee)]
    for dishonest in range(pool + 1):
        for seats in range(committee + 2):
            bad = sum(len([m for m in each if m < dishonest]) >= seats for each in committees)
            assert compute_odds(pool, dishonest, committee, seats) == Fraction(bad, len(committees))


def test_seven_of_thirty_six_never_stop_a_committee_of_twenty_four() -> None:
    assert compute_odds(36, 7, 24, 8) == 0
    assert 0 < compute_odds(36, 8, 24, 8) < Fraction(1, 40)
    assert compute_odds(36, 20, 24, 8) == 1


@pytest.mark.parametrize(("dishonest", "committee"), [(37, 24), (-1, 24), (5, 0), (5, 37)])
def test_numbers_that_no_pool_has_are_refused(dishonest: int, committee: int) -> None:
    with pytest.raises(IntegerError):
        compute_odds(36, dishonest, committee, 8)


@pytest.mark.parametrize("committee", range(1, 101))
def test_seats_that_do_harm_are_those_of_a_quorum_above_two_thirds(committee: int) -> None:
    seats = Seats.of_committee(committee)
    assert 3 * seats.decide > 2 * committee >= 3 * (seats.decide - 1)
    assert committee - seats.stop < seats.decide <= committee - seats.stop + 1
    # Honest members sign once: those left over are split between the two blocks.
    assert seats.fork + (committee - seats.fork) // 2 >= seats.decide
    assert (seats.fork - 1) + (committee - seats.fork + 1) // 2 < seats.decide


def test_the_default_committee_is_stopped_by_eight_forked_by_ten_and_ruled_by_seventeen() -> None:
    assert Seats.of_committee(24) == Seats(8, 10, 17)


def test_two_draws_double_small_odds() -> None:
    assert compute_odds_of_either(Fraction(1, 10)) == Fraction(19, 100)
    assert compute_odds_of_either(Fraction(1)) == 1


@pytest.mark.parametrize(
    "odds", [Fraction(0), Fraction(1, 100), Fraction(1, 3), Fraction(9, 10), Fraction(1)]
)
def test_the_lasting_share_is_the_one_that_stays_as_it_is(odds: Fraction) -> None:
    share = compute_lasting_share(odds)
    assert 0 <= share <= 1
    assert share == share * compute_odds_of_either(odds) + (1 - share) * odds


def test_the_fewest_members_that_reach_some_odds_just_reach_them() -> None:
    for at_least in (8, 17):
        for odds in (Fraction(1, 1_000), Fraction(1, 2), Fraction(1)):
            members = compute_pool_seats(36, 24, at_least, odds)
            assert compute_odds(36, members, 24, at_least) >= odds
            assert compute_odds(36, members - 1, 24, at_least) < odds
