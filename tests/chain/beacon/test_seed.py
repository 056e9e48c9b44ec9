"""The seed and the draw."""

import hashlib
import statistics
from collections import Counter
from itertools import permutations

import pytest
from bench.chain.beacon import compute_chi_square, count_drawn

from chain.beacon.beacon_samples import make_bytes, make_keys, make_round
from fieldproof.chain.beacon import (
    MAXIMUM_POOL,
    Point,
    RoundError,
    compute_missed_seed,
    compute_opening,
    compute_seed,
    draw_committee,
)
from fieldproof.chain.beacon.draw import _draw_below
from fieldproof.chain.beacon.group import BASE, ORDER
from fieldproof.core import EncodingError, IntegerError

KEYS = make_keys(3)
ROUND = make_round(KEYS)
POINTS = [compute_opening(ROUND, dealer, key).point for dealer, key in enumerate(KEYS)]


def test_the_order_of_the_points_does_not_matter() -> None:
    assert len({compute_seed(ROUND, points) for points in permutations(POINTS)}) == 1


def test_every_input_changes_the_seed() -> None:
    rounds = [
        ROUND,
        make_round(KEYS, epoch=8),
        make_round(KEYS, chain_id=1),
        make_round(KEYS, previous_seed=bytes(32)),
    ]
    seeds = {compute_seed(each, POINTS) for each in rounds} | {compute_missed_seed(each) for each in rounds}
    assert len(seeds | {compute_seed(ROUND, POINTS[:2])}) == 9


def test_dealers_who_cancel_one_another_out_stop_nothing() -> None:
    cancelling = [BASE, BASE.multiply(ORDER - 1)]
    assert compute_seed(ROUND, cancelling) != compute_missed_seed(ROUND)
    assert compute_seed(ROUND, [*cancelling, POINTS[0]]) == compute_seed(ROUND, POINTS[:1])


def test_a_seed_of_nothing_is_the_callers_mistake() -> None:
    with pytest.raises(RoundError):
        compute_seed(ROUND, list[Point]())


@pytest.mark.parametrize(
    ("pool", "seats", "drawn"), [(1, 1, 1), (1, 24, 1), (2, 1, 1), (3, 3, 3), (36, 24, 24), (7, 24, 7)]
)
def test_a_committee_has_its_seats_or_the_whole_pool(pool: int, seats: int, drawn: int) -> None:
    committee = draw_committee(make_bytes("a seed"), pool, seats)
    assert len(committee) == len(set(committee)) == drawn
    assert set(committee) <= set(range(pool))


def test_the_largest_pool_is_drawn_from() -> None:
    assert sorted(draw_committee(make_bytes("a seed"), MAXIMUM_POOL, MAXIMUM_POOL)) == [*range(MAXIMUM_POOL)]


@pytest.mark.parametrize(("pool", "seats"), [(0, 1), (MAXIMUM_POOL + 1, 1), (5, 0), (5, MAXIMUM_POOL + 1)])
def test_pools_and_committees_out_of_range_are_refused(pool: int, seats: int) -> None:
    with pytest.raises(IntegerError):
        draw_committee(bytes(32), pool, seats)


def test_a_seed_of_another_length_is_refused() -> None:
    with pytest.raises(EncodingError):
        draw_committee(bytes(31), 5, 3)


def test_words_that_would_favour_some_are_passed_over() -> None:
    # 65,536 is 36 · 1,820 + 16: the last sixteen words would favour sixteen members.
    assert _draw_below(36, iter([65_519])) == 35
    assert _draw_below(36, iter([65_520, 65_535, 37])) == 1
    assert _draw_below(1, iter([65_535])) == 0
    assert _draw_below(32, iter([65_535])) == 31


def test_all_orders_of_three_are_drawn_alike() -> None:
    draws = 3_000
    counts = Counter(draw_committee(hashlib.sha256(b"%d" % i).digest(), 3, 3) for i in range(draws))
    expected = draws / 6
    assert len(counts) == 6
    # Five degrees of freedom: one in a thousand honest draws is beyond.
    assert sum((count - expected) ** 2 / expected for count in counts.values()) < 20.52


# Quantiles of chi-square with 35 degrees of freedom: one in a thousand is below or above.
LOW, HIGH = 14.69, 66.62


def test_the_measure_of_evenness_sees_a_member_drawn_too_often() -> None:
    counts = [66_667] * 36
    assert compute_chi_square(counts, 100_000, 24) < LOW
    counts[5] += 1_500
    assert compute_chi_square(counts, 100_000, 24) > HIGH


def test_the_measure_of_evenness_is_chi_square_for_draws_known_to_be_even() -> None:
    import random

    source = random.Random(1)
    values = []
    for _ in range(200):
        counts = Counter[int]()
        for _ in range(200):
            counts.update(source.sample(range(36), 24))
        values.append(compute_chi_square([counts[i] for i in range(36)], 200, 24))
    # Its mean is 35 and its variance 70.
    assert abs(statistics.mean(values) - 35) < 3
    assert 45 < statistics.variance(values) < 100


def test_every_member_is_drawn_as_often_as_every_other() -> None:
    assert LOW < compute_chi_square(count_drawn(2_000, 36, 24), 2_000, 24) < HIGH


@pytest.mark.slow
def test_every_member_is_drawn_as_often_as_every_other_in_a_hundred_thousand_draws() -> None:
    assert LOW < compute_chi_square(count_drawn(100_000, 36, 24), 100_000, 24) < HIGH
