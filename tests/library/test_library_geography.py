"""Positions against WGS84 in floating point, distances against Vincenty's formula."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.library import (
    FULL_TURN,
    HALF_TURN,
    QUARTER_TURN,
    chord_m,
    earth_position_cm,
    equirectangular_mm,
    is_within_chord,
    square_chord_cm2,
)

from .references import UNITS, latitudes, locate_cm, longitudes, measure_geodesic_m, spread

positions = st.tuples(*[st.integers(-640_000_000, 640_000_000)] * 3)


@given(latitudes, longitudes)
def test_a_position_is_within_25_cm_of_the_ellipsoid_anywhere(latitude: int, longitude: int) -> None:
    assert math.dist(earth_position_cm(latitude, longitude), locate_cm(latitude, longitude)) <= 25


def test_a_position_is_within_25_cm_of_the_ellipsoid_at_every_latitude() -> None:
    for latitude, longitude in zip(
        spread(-QUARTER_TURN, QUARTER_TURN, 20_000), spread(-HALF_TURN, HALF_TURN, 20_000), strict=True
    ):
        assert math.dist(earth_position_cm(latitude, longitude), locate_cm(latitude, longitude)) <= 25


def test_a_place_that_is_none_has_no_position() -> None:
    for place in ((QUARTER_TURN + 1, 0), (-QUARTER_TURN - 1, 0), (0, HALF_TURN + 1), (0, -HALF_TURN - 1)):
        with pytest.raises(AssertionError, match="outside"):
            earth_position_cm(*place)


@given(positions, positions)
def test_chords_are_exact_for_their_positions(one: tuple[int, int, int], other: tuple[int, int, int]) -> None:
    square = square_chord_cm2(one, other)
    assert square == sum((left - right) ** 2 for left, right in zip(one, other, strict=True))
    assert chord_m(one, other) ** 2 * 10_000 <= square < (chord_m(one, other) + 1) ** 2 * 10_000
    metres = chord_m(one, other)
    assert not is_within_chord(one, other, metres - 1)
    assert is_within_chord(one, other, metres) == (square == metres**2 * 10_000)
    assert is_within_chord(one, other, metres + 1)


def test_a_radius_below_zero_holds_nothing() -> None:
    assert is_within_chord((1, 2, 3), (1, 2, 3), 0)
    assert not is_within_chord((1, 2, 3), (1, 2, 3), -1)


@given(latitudes, longitudes, latitudes, longitudes)
def test_a_chord_of_two_places_errs_by_its_rounding_and_half_a_metre(
    latitude: int, longitude: int, other_latitude: int, other_longitude: int
) -> None:
    found = chord_m(
        earth_position_cm(latitude, longitude), earth_position_cm(other_latitude, other_longitude)
    )
    expected = math.dist(locate_cm(latitude, longitude), locate_cm(other_latitude, other_longitude)) / 100
    assert -1.5 <= found - expected <= 0.5


@st.composite
def neighbours(draw: st.DrawFn, reach_m: int, degrees: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Two places at most so far apart, neither further from the equator than so many degrees."""
    most = degrees * UNITS
    latitude = draw(st.sampled_from([-most, 0, most]) | st.integers(-most, most))
    longitude = draw(longitudes)
    bearing, metres = draw(st.floats(0, 2 * math.pi)), draw(st.floats(0, reach_m))
    north = math.degrees(metres * math.cos(bearing) / 6_400_000) * UNITS
    east = math.degrees(metres * math.sin(bearing) / 6_400_000) * UNITS
    other = max(-most, min(most, latitude + round(north)))
    widest = max(abs(latitude), abs(other)) / UNITS
    turned = longitude + round(east / math.cos(math.radians(widest)) * 0.99)
    if turned > HALF_TURN:
        turned -= FULL_TURN
    if turned < -HALF_TURN:
        turned += FULL_TURN
    return (latitude, longitude), (other, turned)


def measure_error_mm(pair: tuple[tuple[int, int], tuple[int, int]]) -> tuple[float, float]:
    one, other = pair
    expected = measure_geodesic_m(one, other) * 1000
    return abs(equirectangular_mm(*one, *other) - expected), expected


@given(neighbours(1_000, 80))
def test_the_equirectangular_distance_errs_by_4_mm_up_to_a_kilometre(
    pair: tuple[tuple[int, int], tuple[int, int]],
) -> None:
    assert measure_error_mm(pair)[0] <= 4


@given(neighbours(10_000, 70))
def test_the_equirectangular_distance_errs_by_4_mm_and_a_millionth_up_to_ten(
    pair: tuple[tuple[int, int], tuple[int, int]],
) -> None:
    error, expected = measure_error_mm(pair)
    assert error <= 4 + expected / 1_000_000


@given(neighbours(100_000, 70))
def test_the_equirectangular_distance_errs_by_100_millionths_up_to_a_hundred(
    pair: tuple[tuple[int, int], tuple[int, int]],
) -> None:
    error, expected = measure_error_mm(pair)
    assert error <= 4 + expected / 10_000


def test_the_equirectangular_distance_refuses_a_latitude_that_is_none() -> None:
    for place in ((QUARTER_TURN + 1, 0, 0, 0), (0, 0, -QUARTER_TURN - 1, 0)):
        with pytest.raises(AssertionError, match="latitude"):
            equirectangular_mm(*place)
