"""Networks of the two other kinds as authors write them: one with state, one over a cohort."""

STREAKS = '''"""Points for each window, more for going on."""
from dataclasses import dataclass, replace
from enum import IntEnum

from fieldproof import U32, Attributes, Int, Network, Reading, Window, field, program


class Sample(Reading):
    level: int = field(unit="%", low=0, high=100)


class Site(Attributes):
    factor: int = field(unit="/", low=1, high=9)


class Phase(IntEnum):
    NEW = 0
    STEADY = 1
    TIRED = 2


@dataclass(frozen=True)
class Streak:
    windows: Int[0, 20] = 0
    debt: Int[-50, 50] = 7
    phase: Phase = Phase.NEW
    best_level: Int[-1, 100] = -1
    best_window: U32 = 0


def advance(state: Streak, missed: int) -> Streak:
    if missed > 0:
        return replace(state, windows=0, phase=Phase.TIRED)
    match state.phase:
        case Phase.NEW | Phase.TIRED:
            return replace(state, windows=state.windows + 1, phase=Phase.STEADY)
        case _:
            return replace(state, windows=state.windows + 1)


@program
def reward(window: Window[Sample], site: Site, state: Streak) -> tuple[U32, Streak]:
    assert len(window) > 0, "no reading"
    after = advance(state, window.missed)
    top = max(sample.level for sample in window)
    if top > state.best_level:
        after = replace(after, best_level=top, best_window=window.number)
    after = replace(after, debt=state.debt + window[0].level - 50)
    return after.windows * site.factor + top, after


network = Network(
    name="streaks", reading=Sample, attributes=Site, program=reward, window="5m", readings_per_window=3,
    cohort=4, pool_per_window="100",
)
'''
CHOIR = '''"""Who sings with the others is paid: devices judge one another."""
from dataclasses import dataclass

from fieldproof import U32, Array, Cohort, Int, Network, Reading, Window, each_device, field, median, program

SIZE = 4
SLOTS = 3


class Sample(Reading):
    level: int = field(unit="%", low=10, high=100)
    peer: int = field(unit="/", low=0, high=3)


@dataclass(frozen=True)
class Report:
    mean: Int[10, 100]
    heard: Array[Int[-1, 3], SLOTS]
    count: Int[-3, 3]


@each_device
def listen(window: Window[Sample]) -> Report:
    assert len(window) > 0, "silence"
    heard = [-1] * SLOTS
    total = 0
    for i, sample in enumerate(window):
        heard[i] = sample.peer
        total += sample.level
    assert window[0].level != 13, "unlucky"
    return Report(mean=total // len(window), heard=heard, count=len(window) - 3)


def count_listeners(cohort: Cohort[Report], place: int) -> int:
    found = 0
    for number, member in enumerate(cohort):
        if member.present and number != place:
            for peer in member.report.heard:
                if peer == place:
                    found += 1
    return found


@program
def judge(cohort: Cohort[Report]) -> Array[U32, SIZE]:
    middle = median([member.report.mean for member in cohort])
    points = [0] * SIZE
    for place in range(SIZE):
        member = cohort[place]
        off = abs(member.report.mean - middle)
        points[place] = 1000 * count_listeners(cohort, place) + max(0, 100 - off) + member.report.count + 3
        if member.present:
            first = member.report.heard[0]
            if first >= 0 and cohort[first].present:
                points[first] += 10_000
    return points


network = Network(
    name="choir", reading=Sample, program=judge, window="5m", readings_per_window=3, cohort=4,
    pool_per_window="100",
)
'''
