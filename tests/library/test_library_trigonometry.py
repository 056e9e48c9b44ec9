"""Sine, cosine and their inverses against `math`, over dense, random and extreme angles."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.library import (
    DEGREE,
    FULL_TURN,
    HALF_TURN,
    ONE,
    arcsine,
    arctangent,
    cosine,
    sine,
    wrap_angle,
)

from .references import UNITS, spread, to_radians, values

angles = values(-HALF_TURN, HALF_TURN, 0, 90 * UNITS, -90 * UNITS)
ratios = values(-ONE, ONE, 0)


def check_sine_and_cosine(angle: int) -> None:
    assert abs(sine(angle) - math.sin(to_radians(angle)) * ONE) <= 14
    assert abs(cosine(angle) - math.cos(to_radians(angle)) * ONE) <= 30


def test_sine_and_cosine_keep_their_bounds_over_the_whole_turn() -> None:
    for angle in spread(-HALF_TURN, HALF_TURN, 40_000):
        check_sine_and_cosine(angle)


@given(angles)
def test_sine_and_cosine_keep_their_bounds_anywhere(angle: int) -> None:
    check_sine_and_cosine(angle)


@pytest.mark.parametrize("function", [sine, cosine])
@pytest.mark.parametrize("angle", [-HALF_TURN - 1, HALF_TURN + 1])
def test_an_angle_beyond_half_a_turn_is_refused(function: object, angle: int) -> None:
    assert callable(function)
    with pytest.raises(AssertionError, match="outside -180 to 180 degrees"):
        function(angle)


@given(st.integers(-(10**30), 10**30))
def test_a_wrapped_angle_points_the_same_way(angle: int) -> None:
    wrapped = wrap_angle(angle)
    assert -HALF_TURN <= wrapped < HALF_TURN
    assert (wrapped - angle) % FULL_TURN == 0


def check_arcsine(ratio: int) -> None:
    assert abs(arcsine(ratio) / DEGREE - math.degrees(math.asin(ratio / ONE))) <= 0.00004


def test_arcsine_keeps_its_bound_from_end_to_end() -> None:
    for ratio in [*spread(-ONE, ONE, 20_000), *range(ONE - 2000, ONE + 1)]:
        check_arcsine(ratio)


@given(ratios)
def test_arcsine_keeps_its_bound_anywhere(ratio: int) -> None:
    check_arcsine(ratio)


@given(st.integers(ONE, 10**30))
def test_arcsine_takes_what_rounding_brought_beyond_one_as_one(ratio: int) -> None:
    assert arcsine(ratio) == 90 * DEGREE
    assert arcsine(-ratio) == -90 * DEGREE


sides = st.integers(-30, 30) | st.integers(-(2**40), 2**40) | st.integers(-(2**200) + 1, 2**200 - 1)


@given(sides, sides)
def test_arctangent_keeps_its_bound_in_every_direction(upward: int, rightward: int) -> None:
    expected = math.degrees(math.atan2(upward, rightward))
    assert abs(arctangent(upward, rightward) / DEGREE - expected) <= 0.00002


def test_arctangent_is_exact_where_the_axes_are() -> None:
    found = [arctangent(*each) for each in ((0, 0), (0, 5), (5, 0), (0, -5), (-5, 0))]
    assert found == [0, 0, 90 * DEGREE, 180 * DEGREE, -90 * DEGREE]
