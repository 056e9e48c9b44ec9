"""Found with seed 1003467."""
# The program stands as it was generated.
# ruff: noqa: E501

FILES = {
    "network.py": '''"""A random program."""
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise
from fieldproof import I16, U8, U16, U32, Array, Attributes, Bool, Bound, Cohort, Fixed, Int, Network, Reading, Window, each_device, field, interpolate, isqrt, median, percentile, program, rank
from rules import Pair

class Sample(Reading):
    x: int = field(unit='/', low=-50, high=100)
    y: int = field(unit='/', low=0, high=1000)
    h: int | None = field(unit='/', low=-7, high=30)

class Site(Attributes):
    a: int = field(unit='/', low=-5, high=20)
TABLE = (7, -3, 0, 12, 100, -41, 5)
POINTS = ((0, 0), (10, 5), (30, -2), (55, 8))
XS = (-10, 0, 40, 60)
YS = (0, 5, 50, -7)
LIMIT = 37

@program
def reward(window: Window[Sample], site: Site) -> U32:
    u = len(window)
    v = 0
    q = [0 for s in window]
    b = [u, True, False]
    u, v = (v, u)
    rounds2 = Bound(4)
    while rounds2(v > 3):
        if b[0]:
            if Pair(u, site.a).right:
                q = [1 for s in window]
            else:
                pass
            if 1:
                break
    if sum((x for x, y in zip(q, q))):
        pass
    else:
        for n3 in window:
            assert 0, 'no'
    return 40
network = Network(name='random', reading=Sample, attributes=Site, program=reward, window='1h', readings_per_window=6, cohort=1, pool_per_window='1')
''',
    "rules.py": '''"""What the helpers of a random program are."""
from dataclasses import dataclass
from enum import IntEnum
from fieldproof import Int

class Kind(IntEnum):
    LOW = -5
    ZERO = 0
    HIGH = 7

@dataclass(frozen=True)
class Pair:
    left: int
    right: Int[0, 99] = 4
STEPS = ((0, 3, 1), (10, -5, 2), (25, 8, 7), (60, 1, 0))
''',
}
WINDOWS = ()
