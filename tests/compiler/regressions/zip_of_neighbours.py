"""The shorter of two series was taken for the longer one."""

from fieldproof.compiler import Inputs

FILES = {
    "network.py": '''"""A random program."""

from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise

from fieldproof import (
    I16, U8, U16, U32, Array, Attributes, Bool, Bound, Cohort, Fixed, Int, Network, Reading, Window,
    each_device, field, interpolate, isqrt, median, percentile, program, rank,
)


class Sample(Reading):
    x: int = field(unit="/", low=-50, high=100)
    y: int = field(unit="/", low=0, high=1000)
    h: int | None = field(unit="/", low=-7, high=30)


class Site(Attributes):
    a: int = field(unit="/", low=-5, high=20)


TABLE = (7, -3, 0, 12, 100, -41, 5)
POINTS = ((0, 0), (10, 5), (30, -2), (55, 8))
XS = (-10, 0, 40, 60)
YS = (0, 5, 50, -7)
LIMIT = 37


@program
def reward(window: Window[Sample], site: Site) -> U32:
    n = 0
    for c, (a, b) in zip(window[2:], pairwise(window[2:])):
        n += c.y
    return n


network = Network(
    name="random", reading=Sample, attributes=Site, program=reward,
    window="1h", readings_per_window=6, cohort=1, pool_per_window="1",
)
''',
}
WINDOWS = (
    Inputs(
        rows=((0, 0, 0, None), (1, 0, 0, None), (2, 0, 77, None)),
        attributes=(3,),
        starts_at=0,
        number=0,
        missed=0,
        state=(),
    ),
)
