"""Solar yield, counted where the sky allows it.

Every minute a site reports the irradiance on its panels. A window is an hour. A site earns in
proportion to the light its panels received, and nothing for an hour in which the sensor was frozen,
jumped about, or reported more light than the sky holds.
"""

from fieldproof import U32, Attributes, Network, Reading, Window, field, program


class Sample(Reading):
    """What a site measures every minute."""

    irradiance: int = field(unit="W/m2", scale=10, low=0, high=1600)
    temperature: int = field(unit="Cel", scale=100, low=-60, high=60)


class Site(Attributes):
    """What an owner claims of a site."""

    panel_area: int = field(unit="m2", scale=100, low=0, high=50)


# Greatest irradiance under a clear sky in each hour of the day, UTC, in W/m2, at 105 degrees west.
CLEAR_SKY = (
    60, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10,
    90, 270, 480, 690, 860, 990, 1050, 1040, 960, 820, 620, 400,
)  # fmt: skip
SECONDS_PER_HOUR = 3600
MARGIN = 12  # A bound in tenths of W/m2, a fifth above the table: bright cloud edges reflect light.
LEAST_READINGS = 45
LARGEST_JUMP = 8000  # Between neighbouring minutes, in tenths of W/m2.
MOST_JUMPS = 6
DARK = 200  # Below 20 W/m2 a sensor may well stand still.


@program
def reward(window: Window[Sample], site: Site) -> U32:
    """Watt-hours of light on the panels in the hour, in tenths; void where they cannot be true."""
    assert len(window) >= LEAST_READINGS, "fewer than three quarters of the minutes"
    bound = CLEAR_SKY[window.starts_at // SECONDS_PER_HOUR % 24] * MARGIN

    total = 0
    too_bright = 0
    jumps = 0
    changes = 0
    previous = window[0]
    for sample in window:
        step = abs(sample.irradiance - previous.irradiance)
        if step > LARGEST_JUMP:
            jumps += 1
        if step > 0 or sample.temperature != previous.temperature:
            changes += 1
        if sample.irradiance <= bound:
            total += sample.irradiance
        else:
            too_bright += 1
        previous = sample

    assert too_bright * 10 <= len(window), "more sun than the sky holds"
    assert jumps <= MOST_JUMPS, "the irradiance jumps about"
    assert total <= DARK * len(window) or changes * 10 >= len(window), "the sensor is frozen"
    return total * site.panel_area // (100 * 60)


network = Network(
    name="rooftops",
    reading=Sample,
    attributes=Site,
    program=reward,
    window="1h",
    readings_per_window=60,
    grace="5m",
    settle_within="20m",
    cohort=16,
    pool_per_window="1000",
    registration_fee="0.001",
    registration_stake="0.05",
)
