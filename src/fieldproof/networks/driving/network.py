"""Weeks of driving, with extra points for who keeps at it.

A vehicle reports odometer, charge and coolant temperature. A window is a week. A week counts when a
signal changed in it: it pays for the kind of connection, and more the longer the streak of such weeks.
A week that does not count makes the device void: no points, the state untouched, so that the weeks
missed in a row are `window.missed` when it next counts. At every third of them the streak fell to the
least weeks of the level below.
"""

from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

from fieldproof import U32, Attributes, Int, Network, Reading, Window, field, program


class Signals(Reading):
    """What a vehicle says of itself."""

    odometer: int = field(unit="km", scale=10, low=0, high=2_000_000)
    charge: int = field(unit="%", scale=10, low=0, high=100)
    coolant: int = field(unit="Cel", low=-60, high=200)


class Connection(IntEnum):
    """How a vehicle's signals reach the network."""

    HARDWARE = 0
    SOFTWARE = 1


class Vehicle(Attributes):
    """What the owner claims of the vehicle."""

    connection: int = field(unit="count", low=0, high=1)


HARDWARE_POINTS = 6_000
SOFTWARE_POINTS = 3_000
# The levels: least weeks of a streak, and the points that it adds.
LEAST_WEEKS = (0, 4, 21, 36)
EXTRA_POINTS = (0, 1_000, 2_000, 3_000)
TOP_LEVEL = 3
MISSED_WEEKS_A_FALL = 3
MOST_WEEKS = 8_191


@dataclass(frozen=True)
class Streak:
    """Weeks that counted, less what missed ones took."""

    weeks: Int[0, MOST_WEEKS] = 0


def find_level(weeks: int) -> int:
    """The level of a streak, from 0."""
    level = 0
    for number, least in enumerate(LEAST_WEEKS):
        if weeks >= least:
            level = number
    return level


def lose_weeks(weeks: int, missed: int) -> int:
    """What is left of a streak after so many missed weeks in a row."""
    falls = min(missed // MISSED_WEEKS_A_FALL, TOP_LEVEL)
    if falls == 0:
        return weeks
    return LEAST_WEEKS[max(find_level(weeks) - falls, 0)]


def measure_change(before: Signals, after: Signals) -> int:
    """How far the signals moved between two reports: 0 only if none did."""
    # Squares that add up are cheaper to prove than three comparisons.
    return (
        (after.odometer - before.odometer) ** 2
        + (after.charge - before.charge) ** 2
        + (after.coolant - before.coolant) ** 2
    )


@program
def reward(window: Window[Signals], vehicle: Vehicle, streak: Streak) -> tuple[U32, Streak]:
    """Points of a week that counts, and the streak with it."""
    change = sum(measure_change(before, after) for before, after in pairwise(window))
    assert change > 0, "no signal changed"
    weeks = min(lose_weeks(streak.weeks, window.missed) + 1, MOST_WEEKS)
    base = HARDWARE_POINTS if vehicle.connection == Connection.HARDWARE else SOFTWARE_POINTS
    return base + EXTRA_POINTS[find_level(weeks)], Streak(weeks=weeks)


network = Network(
    name="driving",
    reading=Signals,
    attributes=Vehicle,
    program=reward,
    window="7d",
    readings_per_window=56,
    grace="6h",
    cohort=16,
    pool_per_window="10000",
)
