"""The program is plain Python: call it."""

import pytest
from network import Sample, Site, reward

from fieldproof import Window

AT_18_HOURS = 18 * 3600


def take_minutes(irradiance: list[int]) -> Window[Sample]:
    """One reading a minute, with a temperature that rises."""
    return Window(
        [
            Sample(time_ms=minute * 60_000, irradiance=value, temperature=minute)
            for minute, value in enumerate(irradiance)
        ],
        starts_at=AT_18_HOURS,
    )


def test_a_sunny_hour_earns_light_times_area() -> None:
    assert reward(take_minutes([5000] * 60), Site(panel_area=1000)) == 5000 * 60 * 1000 // 6000


def test_an_hour_with_too_few_minutes_earns_nothing() -> None:
    with pytest.raises(AssertionError, match="three quarters"):
        reward(take_minutes([5000] * 44), Site(panel_area=1000))


def test_more_sun_than_the_sky_holds_earns_nothing() -> None:
    with pytest.raises(AssertionError, match="more sun"):
        reward(take_minutes([15_000] * 60), Site(panel_area=1000))
