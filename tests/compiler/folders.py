"""Networks of several files, with state, and over a cohort, as their authors write them."""

STREAKS = {
    "network.py": '''"""Warm windows in a row."""

from fieldproof import U32, Attributes, Network, Reading, Window, field, program
from rules import STEPS, Kind, Mood, Streak, count_warm


class Sample(Reading):
    value: int = field(unit="Cel", scale=10, low=-40, high=60)


class Site(Attributes):
    area: int = field(unit="m2", low=0, high=50)


@program
def reward(window: Window[Sample], site: Site, state: Streak) -> tuple[U32, Streak]:
    warm = count_warm(window, site)
    mood = Mood(last=Kind.WARM, level=warm)
    if window.missed > 0 or warm == 0:
        mood = replace(mood, last=Kind.COLD)
    days = 0
    match mood.last:
        case Kind.WARM:
            days = state.days + 1
        case Kind.COLD | Kind.UNKNOWN:
            days = 0
    following = Streak(days, best=max(state.best, days), last=mood.last)
    return STEPS[min(days, 2)][1] * warm + window.number, following


network = Network(
    name="streaks", reading=Sample, attributes=Site, program=reward,
    window="1h", readings_per_window=60, pool_per_window="1",
)
'''.replace("from fieldproof import U32", "from dataclasses import replace\n\nfrom fieldproof import U32"),
    "rules.py": '''"""What counts as warm."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from fieldproof import Bool, Fixed, Int
from limits import LEAST, MOST_DAYS


class Kind(IntEnum):
    """What a window was like."""

    UNKNOWN = -1
    COLD = 0
    WARM = 1


STEPS: Final = ((0, 1), (1, 10), (2, 100))
LAST = Kind.COLD


@dataclass(frozen=True, slots=True)
class Mood:
    last: Kind
    level: int


@dataclass(frozen=True)
class Streak:
    """Warm windows in a row, now and at most."""

    days: Int[0, MOST_DAYS] = 0
    best: Int[0, MOST_DAYS] = 0
    last: Kind = Kind.UNKNOWN
    height: Fixed[10, -1, 2] = 5
    is_new: Bool = True


def count_warm(window, site) -> int:
    return sum(1 for sample in window if is_warm(sample, site))


def is_warm(sample, site) -> bool:
    assert sample.value > -399, "it is too cold"
    return sample.value >= LEAST
''',
    "limits.py": "LEAST = 200 + 50\nMOST_DAYS = 3\n",
    "notes.py": "import os\n",
    "test_network.py": "import pytest\n",
}
"""State, a helper module and what that one imports; two files that take no part."""

COHORT = {
    "network.py": '''"""Who is nearest to the cohort's middle."""

from dataclasses import dataclass

from fieldproof import (
    U8, U32, Array, Bound, Cohort, Int, Network, Reading, Window, each_device, field, interpolate, median,
    percentile, program, rank,
)


class Sample(Reading):
    value: int = field(unit="Cel", scale=10, low=-40, high=60)


@dataclass(frozen=True)
class Share:
    part: Int[5, 9]


@dataclass(frozen=True)
class Report:
    level: Int[-400, -10]
    halvings: U8
    highest: Array[Int[-400, 600], 2]
    share: Share


@each_device
def look(window: Window[Sample]) -> Report:
    assert len(window) > 0, "nothing was read"
    left = window[0].value
    count = 0
    rounds = Bound(4)
    while rounds(left > 1):
        left //= 2
        count += 1
    values = sorted([sample.value for sample in window])
    return Report(
        level=median(values), halvings=count, highest=[rank(values, 0), percentile(values, 100)],
        share=Share(interpolate(len(window), (1, 3), (5, 9))),
    )


@program
def reward(cohort: Cohort[Report]) -> Array[U32, 4]:
    points = [0] * len(cohort)
    for i, member in enumerate(cohort):
        if member.present:
            points[i] = member.report.share.part + cohort[0].report.halvings
        else:
            points[i] = abs(member.report.level) + len(member.report.highest)
    return points


network = Network(
    name="cohorts", reading=Sample, program=reward,
    window="1h", readings_per_window=60, cohort=4, pool_per_window="1",
)
''',
}
"""Two stages, arrays, a record in a record."""
