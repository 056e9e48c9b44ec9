"""The sun against pvlib's SPA (a recorded table) and against the NOAA equations, anywhere and at any time.

`sun_positions.json` was made by pvlib 0.13.1 (`solarposition.spa_python`, altitude 0, its own delta T;
`clearsky.haurwitz`, which has 0.059 for 0.057): rows of Unix time, latitude and longitude in ten-millionths
of a degree, true elevation in degrees, and irradiance in W/m².
"""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.library import (
    DEGREE,
    ONE,
    clear_sky_w_m2,
    sine_of_elevation,
    sun_direction,
    sun_elevation,
    zenith,
)

from .references import (
    compute_haurwitz,
    find_sun_elevation,
    latitudes,
    longitudes,
    spread,
    to_radians,
    values,
)

FIRST, LAST = 946_684_800, 4_102_444_799
times = values(FIRST, LAST, 1_710_903_960, 1_718_916_660, 1_734_772_860)


def get_bound(elevation: float) -> float:
    return 0.04 if elevation > 88 else 0.02


def test_the_sun_stands_where_pvlib_says() -> None:
    rows = json.loads((Path(__file__).parent / "sun_positions.json").read_text())
    assert len(rows) == 240
    for time, latitude, longitude, elevation, irradiance in rows:
        assert abs(sun_elevation(time, latitude, longitude) / DEGREE - elevation) <= get_bound(elevation)
        sine = round(math.sin(math.radians(elevation)) * ONE)
        assert -0.14 <= clear_sky_w_m2(sine, 100) / 100 - irradiance <= 2.3


@given(times, latitudes, longitudes)
def test_the_sun_stands_where_the_noaa_equations_say(time: int, latitude: int, longitude: int) -> None:
    expected = find_sun_elevation(time, latitude, longitude)
    assert abs(sun_elevation(time, latitude, longitude) / DEGREE - expected) <= get_bound(expected)
    sine = sine_of_elevation(sun_direction(time), zenith(latitude, longitude)) / ONE
    assert abs(sine - math.sin(math.radians(expected))) <= 0.00035


def test_the_sun_is_found_through_a_century() -> None:
    for number, time in enumerate(spread(FIRST, LAST, 5_000)):
        place = (
            number * 7_919_333 % (180 * DEGREE) - 90 * DEGREE,
            number * 104_729_111 % (360 * DEGREE) - 180 * DEGREE,
        )
        expected = find_sun_elevation(time, *place)
        assert abs(sun_elevation(time, *place) / DEGREE - expected) <= get_bound(expected)


@given(times, st.integers(-300, 300), st.integers(-300, 300))
def test_the_sun_is_found_where_it_stands_overhead(time: int, north: int, east: int) -> None:
    direction = sun_direction(time)
    length = math.hypot(*direction)
    latitude = round(math.degrees(math.asin(direction[2] / length)) * DEGREE) + north * DEGREE // 100
    longitude = round(math.degrees(math.atan2(direction[1], direction[0])) * DEGREE) + east * DEGREE // 100
    longitude = max(-180 * DEGREE, min(180 * DEGREE, longitude))
    expected = find_sun_elevation(time, latitude, longitude)
    assert abs(sun_elevation(time, latitude, longitude) / DEGREE - expected) <= get_bound(expected)


@given(latitudes, longitudes)
def test_the_zenith_keeps_its_bound(latitude: int, longitude: int) -> None:
    phi, along = to_radians(latitude), to_radians(longitude)
    expected = (math.cos(phi) * math.cos(along), math.cos(phi) * math.sin(along), math.sin(phi))
    for found, each in zip(zenith(latitude, longitude), expected, strict=True):
        assert abs(found - each * ONE) <= 60


@pytest.mark.parametrize("time", [FIRST - 1, LAST + 1, 0])
def test_a_time_outside_the_century_is_refused(time: int) -> None:
    with pytest.raises(AssertionError, match="a time outside 2000 to 2100"):
        sun_direction(time)


def test_an_hour_of_the_sun_is_as_straight_as_the_page_says() -> None:
    up = zenith(0, 0)
    for half, bound in ((1800, 0.009), (300, 0.0003)):
        for time in spread(1_710_892_800, 1_710_979_200, 200):
            before, now, after = (
                sine_of_elevation(sun_direction(time + step), up) / ONE for step in (-half, 0, half)
            )
            assert abs(now - (before + after) / 2) <= bound


def check_clear_sky(sine: int, scale: int) -> None:
    expected = compute_haurwitz(sine / ONE)
    assert abs(clear_sky_w_m2(sine, scale) - expected * scale) <= 0.12 * scale + 1
    assert clear_sky_w_m2(sine, scale) >= 0


def test_the_clear_sky_keeps_its_bound_from_dawn_to_noon() -> None:
    for sine in [*spread(0, ONE, 20_000), *spread(0, ONE // 50, 5_000)]:
        check_clear_sky(sine, 10)


@given(values(-ONE, ONE, 0), st.integers(1, 1000))
def test_the_clear_sky_keeps_its_bound_at_any_scale(sine: int, scale: int) -> None:
    check_clear_sky(sine, scale)


def test_there_is_no_clear_sky_at_night() -> None:
    assert [clear_sky_w_m2(sine, 1000) for sine in (-(10**30), -ONE, -1, 0)] == [0, 0, 0, 0]


@pytest.mark.parametrize("scale", [0, 1001])
def test_a_scale_out_of_range_is_refused(scale: int) -> None:
    with pytest.raises(AssertionError, match="a scale outside 1 to 1000"):
        clear_sky_w_m2(ONE, scale)
