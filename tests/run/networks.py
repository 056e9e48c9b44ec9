"""Two networks as authors write them, small enough that a proof takes well under a second."""

from collections.abc import Mapping, Sequence
from typing import Any

from fieldproof import Attributes, Reading, Window
from fieldproof.protocol import UNIT_WEI, DeviceState

Row = tuple[int, int]
"""Milliseconds from the window's start, level."""

_PROGRAM = '''"""The level of a tank, trusted while it does not leap."""

from fieldproof import {words}


class Sample(Reading):
    """One look at the gauge."""

    level: int = field(unit="%", scale=1, low=0, high=100)

{attributes}
@program
def reward({parameters}) -> U32:
    """Points for a full tank."""
    assert len(window) >= 2, "fewer than two readings"
    total = 0
    previous = window[0]
    for sample in window:
        assert abs(sample.level - previous.level) <= 50, "the level leaps"
        total += sample.level
        previous = sample
    return {result}


network = Network(
    name="tanks", reading=Sample, {attributes_setting}program=reward,
    window="5m", readings_per_window=4, grace="2m", cohort=4, pool_per_window="100", {settings}
)
'''

_TANK = '''
class Tank(Attributes):
    """What an owner claims of a tank."""

    volume: int = field(unit="m3", scale=1, low=0, high=9)

'''

AT_ONCE = _PROGRAM.format(
    words="U32, Attributes, Network, Reading, Window, field, program",
    attributes=_TANK,
    parameters="window: Window[Sample], tank: Tank",
    result="total * tank.volume",
    attributes_setting="attributes=Tank, ",
    settings="",
)
"""One cohort, attributes, credited with the posting."""

POSTED = _PROGRAM.format(
    words="U32, Network, Reading, Window, field, program",
    attributes="",
    parameters="window: Window[Sample]",
    result="total",
    attributes_setting="",
    settings='settle_within="10m",',
)
"""Several cohorts, credited after a deadline."""

STREAKS = '''"""The level of a tank, worth more with every window in a row."""

from dataclasses import dataclass

from fieldproof import U32, Int, Network, Reading, Window, field, program


class Sample(Reading):
    """One look at the gauge."""

    level: int = field(unit="%", scale=1, low=0, high=100)


@dataclass(frozen=True)
class Streak:
    """What a tank carries from window to window."""

    windows: Int[0, 100] = 0
    level: Int[0, 400] = 0


@program
def reward(window: Window[Sample], state: Streak) -> tuple[U32, Streak]:
    """Points for a full tank, by the length of its streak."""
    assert len(window) >= 2, "fewer than two readings"
    total = 0
    for sample in window:
        total += sample.level
    windows = min(state.windows + 1, 100) if window.missed == 0 else 1
    return total * windows + 1000 * window.missed + state.level, Streak(windows, total)


network = Network(
    name="streaks", reading=Sample, program=reward,
    window="5m", readings_per_window=4, grace="2m", cohort=4, pool_per_window="100", settle_within="10m",
)
'''
"""Devices that carry state, in several cohorts."""

JUDGED = '''"""Levels of tanks that stand side by side: one that is off its neighbours earns less."""

from dataclasses import dataclass

from fieldproof import U32, Array, Cohort, Int, Network, Reading, Window, each_device, field, program


class Sample(Reading):
    """One look at the gauge."""

    level: int = field(unit="%", scale=1, low=0, high=100)


@dataclass(frozen=True)
class Report:
    """What a tank says of its window."""

    total: Int[0, 400]
    count: Int[2, 4]


@each_device
def look(window: Window[Sample]) -> Report:
    """Add up a window."""
    assert len(window) >= 2, "fewer than two readings"
    total = 0
    for sample in window:
        total += sample.level
    return Report(total, len(window))


@program
def reward(cohort: Cohort[Report]) -> Array[U32, 4]:
    """Points of each tank by all of them together."""
    total = 0
    counts = 0
    for member in cohort:
        total += member.report.total
        counts += member.report.count
    points = [0] * 4
    for i, member in enumerate(cohort):
        if member.present:
            points[i] = 1000 * counts + 10 * total + member.report.total
    return points


network = Network(
    name="neighbours", reading=Sample, program=reward,
    window="5m", readings_per_window=4, grace="2m", cohort=4, pool_per_window="100", settle_within="10m",
)
'''
"""Devices that judge one another."""

WINDOW_S = 300
GRACE_S = 120
SETTLE_S = 600
POOL_UNITS = 100 * 10**18 // UNIT_WEI


class Author:
    """The author's function, run by hand as the plain Python that it is."""

    def __init__(self, source: str) -> None:
        words: dict[str, Any] = {"__name__": "network"}
        exec(compile(source, "network.py", "exec"), words)
        self._reading: type[Reading] = words["Sample"]
        self._attributes: type[Attributes] | None = words.get("Tank")
        self._reward = words["reward"]

    def compute_points(self, rows: Sequence[Row], starts_at: int, attributes: Sequence[int]) -> int:
        """Points of a device's window; a void one has none."""
        window = Window(
            [self._reading(time_ms=time, level=level) for time, level in rows], starts_at=starts_at
        )
        claims = [self._attributes(volume=attributes[0])] if self._attributes else []
        try:
            return int(self._reward(window, *claims))
        except AssertionError:
            return 0


def run_streaks(
    windows: Sequence[Mapping[int, Sequence[Row]]], devices: int
) -> tuple[list[dict[int, int]], list[DeviceState]]:
    """Points in each window of those that seal, and the last states, by STREAKS as the plain Python it is."""
    words: dict[str, Any] = {"__name__": "network"}
    exec(compile(STREAKS, "network.py", "exec"), words)
    carried = [words["Streak"]() for _ in range(devices)]
    next_windows = [0] * devices
    points: list[dict[int, int]] = []
    for number, readings in enumerate(windows):
        points.append({})
        for device, rows in readings.items():
            missed = number - next_windows[device] if next_windows[device] else 0
            samples = [words["Sample"](time_ms=time, level=level) for time, level in rows]
            window = Window(samples, starts_at=number * WINDOW_S, number=number, missed=missed)
            try:
                points[-1][device], carried[device] = words["reward"](window, carried[device])
                next_windows[device] = number + 1
            except AssertionError:
                points[-1][device] = 0
    states = zip(next_windows, carried, strict=True)
    return points, [DeviceState(following, (state.windows, state.level)) for following, state in states]


def share_pool(points: Mapping[int, int], active: int) -> dict[int, int]:
    """Units of each settled device: the emission by devices settled, shared by points."""
    total = sum(points.values())
    pool = POOL_UNITS * len(points) // active
    return {device: pool * own // total if total else 0 for device, own in points.items()}
