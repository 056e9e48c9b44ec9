"""Within this area at that time, and nothing else about where.

A tracker reports its way; a window is an hour. It earns one point if it stayed within an area from one
minute to another: every fix between them lies in the area, and no silence between them, from the first
minute on and up to the last, is longer than five minutes. Where it was before and after makes no
difference. The proof says one bit of the whole route.
"""

from fieldproof import U8, Network, Reading, Window, field, program
from fieldproof.library import is_in_polygon


class Fix(Reading):
    """Where a tracker is, in ten-millionths of a degree."""

    latitude: int = field(unit="lat", scale=10_000_000, low=-90, high=90)
    longitude: int = field(unit="lon", scale=10_000_000, low=-180, high=180)


# The summit of Žbevnica in Istria: latitude and longitude of each corner, the first again at the end.
AREA = (
    (454_596_000, 140_040_000),
    (454_597_000, 140_074_000),
    (454_621_000, 140_082_000),
    (454_634_000, 140_064_000),
    (454_629_000, 140_055_000),
    (454_637_000, 140_044_000),
    (454_620_000, 140_031_000),
    (454_596_000, 140_040_000),
)
FROM_MS = 20 * 60_000
UNTIL_MS = 40 * 60_000
LONGEST_SILENCE_MS = 5 * 60_000


@program
def stayed(window: Window[Fix]) -> U8:
    """1 for who stayed in the area from the one minute to the other, else 0."""
    stays = True
    latest_ms = FROM_MS
    for fix in window:
        if FROM_MS <= fix.time_ms <= UNTIL_MS:
            if fix.time_ms - latest_ms > LONGEST_SILENCE_MS:
                stays = False
            if not is_in_polygon(fix.latitude, fix.longitude, AREA):
                stays = False
            latest_ms = fix.time_ms
    return 1 if stays and UNTIL_MS - latest_ms <= LONGEST_SILENCE_MS else 0


network = Network(
    name="area",
    reading=Fix,
    program=stayed,
    window="1h",
    readings_per_window=180,
    grace="10m",
    cohort=16,
    pool_per_window="100",
)
