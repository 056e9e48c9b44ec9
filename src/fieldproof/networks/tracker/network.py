"""Metres travelled, with a speed limit between fixes.

A tracker reports where it is. A window is an hour of at most one fix every twenty seconds. The points
are the metres between neighbouring fixes; a step that no vehicle makes does not count, and a tracker
whose steps are mostly such leaps is void.
"""

from itertools import pairwise

from fieldproof import U32, Network, Reading, Window, field, isqrt, program


class Fix(Reading):
    """Where a tracker is, in ten-millionths of a degree."""

    latitude: int = field(unit="lat", scale=10_000_000, low=-90, high=90)
    longitude: int = field(unit="lon", scale=10_000_000, low=-180, high=180)


DEGREE = 10_000_000
FULL_TURN = 360 * DEGREE
# A ten-millionth of a degree of latitude is 11,132 micrometres (40,075,017 m / 360 degrees).
MICROMETRES = 11_132
# Cosine of each whole degree of latitude, times 65,536.
COSINES = (
    65536, 65526, 65496, 65446, 65376, 65287, 65177, 65048, 64898, 64729,
    64540, 64332, 64104, 63856, 63589, 63303, 62997, 62672, 62328, 61966,
    61584, 61183, 60764, 60326, 59870, 59396, 58903, 58393, 57865, 57319,
    56756, 56175, 55578, 54963, 54332, 53684, 53020, 52339, 51643, 50931,
    50203, 49461, 48703, 47930, 47143, 46341, 45525, 44695, 43852, 42995,
    42126, 41243, 40348, 39441, 38521, 37590, 36647, 35693, 34729, 33754,
    32768, 31772, 30767, 29753, 28729, 27697, 26656, 25607, 24550, 23486,
    22415, 21336, 20252, 19161, 18064, 16962, 15855, 14742, 13626, 12505,
    11380, 10252, 9121, 7987, 6850, 5712, 4572, 3430, 2287, 1144,
    0,
)  # fmt: skip
MOST_METRES_PER_SECOND = 60


def shorten_turn(difference: int) -> int:
    """The same turn the short way round, across the date line where that is nearer."""
    if difference > FULL_TURN // 2:
        return difference - FULL_TURN
    if difference < -FULL_TURN // 2:
        return difference + FULL_TURN
    return difference


def cosine(latitude: int) -> int:
    """Cosine times 65,536, on the straight line between whole degrees."""
    size = abs(latitude)
    degree = size // DEGREE
    here = COSINES[degree]
    there = COSINES[min(degree + 1, 90)]
    return here + (there - here) * (size % DEGREE) // DEGREE


@program
def travelled(window: Window[Fix]) -> U32:
    """Metres between neighbouring fixes, leaps left out."""
    assert len(window) >= 2, "fewer than two fixes"
    total_mm = 0
    leaps = 0
    for before, after in pairwise(window):
        seconds = (after.time_ms - before.time_ms) // 1000
        north = (after.latitude - before.latitude) * MICROMETRES
        turn = shorten_turn(after.longitude - before.longitude)
        east = turn * MICROMETRES * cosine(before.latitude) // 65_536
        step_mm = isqrt(north * north + east * east) // 1000
        if step_mm > MOST_METRES_PER_SECOND * 1000 * (seconds + 1):
            leaps += 1
            continue
        total_mm += step_mm
    assert leaps * 10 <= len(window), "more than a tenth of the steps are leaps"
    return total_mm // 1000


network = Network(
    name="trackers",
    reading=Fix,
    program=travelled,
    window="1h",
    readings_per_window=180,
    grace="10m",
    cohort=16,
    pool_per_window="500",
)
