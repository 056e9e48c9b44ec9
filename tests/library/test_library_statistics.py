"""Counts and middles against the standard library."""

import statistics
from bisect import bisect_right
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.library import (
    count_changes,
    current_streak,
    divide_rounded,
    histogram,
    interquartile_range,
    longest_constant_run,
    longest_streak,
    mean_rounded,
    median_deviation,
    moving_median,
)

readings = st.lists(st.integers(-3, 3) | st.integers(-(10**9), 10**9), min_size=1, max_size=30)
flags = st.lists(st.booleans(), max_size=30)


def get_runs(values: list[int]) -> list[tuple[int, int]]:
    return [(value, len(list(run))) for value, run in groupby(values)]


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**15))
def test_a_rounded_quotient_is_the_nearest_and_a_half_goes_up(dividend: int, divisor: int) -> None:
    doubled = 2 * (dividend - divide_rounded(dividend, divisor) * divisor)
    assert -divisor <= doubled < divisor


@pytest.mark.parametrize("divisor", [0, -1])
def test_a_divisor_that_is_not_positive_is_refused(divisor: int) -> None:
    with pytest.raises(AssertionError, match="not positive"):
        divide_rounded(1, divisor)


@given(readings)
def test_a_rounded_mean_is_the_nearest_and_a_half_goes_up(values: list[int]) -> None:
    assert mean_rounded(values) == divide_rounded(sum(values), len(values))


@given(readings, st.data())
def test_a_moving_median_is_the_lower_median_of_each_part(values: list[int], data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(values) + 2))
    expected = [statistics.median_low(values[at : at + size]) for at in range(len(values) - size + 1)]
    assert moving_median(values, size) == expected


def test_fewer_values_than_a_moving_median_takes_give_none() -> None:
    assert moving_median([], 1) == moving_median([4, 7], 3) == []


@given(readings)
def test_spreads_are_those_of_ranks_and_medians(values: list[int]) -> None:
    ordered = sorted(values)
    upper, lower = (ordered[max(1, -(-part * len(values) // 4)) - 1] for part in (3, 1))
    assert interquartile_range(values) == upper - lower
    middle = statistics.median_low(values)
    assert median_deviation(values) == statistics.median_low(abs(value - middle) for value in values)


def test_the_mean_and_the_spreads_of_nothing_raise() -> None:
    with pytest.raises(ZeroDivisionError):
        mean_rounded([])
    for function in (interquartile_range, median_deviation):
        with pytest.raises(ValueError, match="no values"):
            function([])


@given(flags)
def test_streaks_are_runs_of_truths(values: list[bool]) -> None:
    runs = get_runs(list(values))
    assert longest_streak(values) == max((length for value, length in runs if value), default=0)
    assert current_streak(values) == (runs[-1][1] if runs and runs[-1][0] else 0)


@given(st.lists(st.integers(0, 2), max_size=30))
def test_runs_of_equal_values_are_those_of_groupby(values: list[int]) -> None:
    runs = get_runs(values)
    assert count_changes(values) == max(0, len(runs) - 1)
    assert longest_constant_run(values) == max((length for _, length in runs), default=0)


@given(st.lists(st.integers(-20, 20), max_size=30), st.sets(st.integers(-15, 15), min_size=1))
def test_a_histogram_counts_each_value_once(values: list[int], places: set[int]) -> None:
    edges = tuple(sorted(places))
    expected = [0] * (len(edges) + 1)
    for value in values:
        expected[bisect_right(edges, value)] += 1
    assert histogram(values, edges) == expected
