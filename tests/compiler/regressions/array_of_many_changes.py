"""A list that hundreds of changes made was read through all of them, and broke the compiler."""
# The program stands as it was generated.
# ruff: noqa: E501

FILES = {
    "network.py": '''"""A random program."""

from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise

from fieldproof import (
    I16, U8, U16, U32, Array, Attributes, Bool, Bound, Cohort, Fixed, Int, Network, Reading, Window,
    each_device, field, interpolate, isqrt, median, percentile, program, rank,
)
from rules import turn, Kind, Pair, STEPS


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


@dataclass(frozen=True)
class Share:
    part: Int[5, 90]
    kind: Kind


@dataclass(frozen=True)
class Report:
    level: Int[-50, 1000]
    values: Array[Int[-9, 300], 3]
    share: Share
    warm: Bool
    shares: Array[Share, 2]


@each_device
def look(window: Window[Sample], site: Site) -> Report:
    u = -7
    v = LIMIT
    w = 0
    p = [TABLE[i] for i in range(4)]
    o = None
    r = Pair(1, right=9)
    for n1 in range(w, 2 + w):
        o = None
        for n2, mn2 in pairwise(window):
            v = U8(len(p))
            w %= median(s.x for s in window)
    w //= sum(t * s.x for s, t in zip(window, TABLE))
    u, v = v, u
    v = (u) ** 2 % 77
    for n3 in window:
        p = [(int((n3.y < site.a <= len(p))) % -6), TABLE[abs(site.a) % 7], u, 4]
        if ([site.a, LIMIT][abs(LIMIT) % 2] < POINTS[abs(site.a) % 4][-1] <= len(window)):
            o = ((len(window[2:4])) % 64 & (((Kind.HIGH) >> 2)) % 32) if (any(n > r.right for n in TABLE)) else o
            for n4 in reversed(p):
                u, v = v, u
                if ((((n3.h + 1) < (n3.h + 1) <= p[-1]) or (o is None))):
                    continue
            w = w * (n3.h + len(p)) % 1009
        elif (o is None):
            u = I16(site.a)
            assert (any(n > ((v) % 64 | 2) for n in TABLE)) or (any(n > n3.y for n in TABLE)), "no"
        else:
            if (any(s.h for s in window)):
                if (not window):
                    return Report(abs(TABLE[abs(len(window)) % 7]) % 1001, values=[min(300, max(n, -9)) for n in (v, u, v)], shares=[Share(kind=abs(v) % 8, part=90)] * 2, share=Share(abs(sum(x * y % 9 for x, y in pairwise(p))) % 86 + 5, Kind.HIGH), warm=(window[-1].h == r.right))
                w %= -12
            else:
                r = Pair(w, (Kind.HIGH * p[-1]) % 1009)
                o = sum(a.x * b.y % 7 for a, b in pairwise(window)) if (any(s.x > Kind.HIGH for s in window)) else o
        for n5 in TABLE:
            v = sum(s.y for s in window if s.x > (((n3.y == 1) & (len(p) < 9) | (u > 2))) + 1 % 90)
            w += median([((p[-1]) % 64 & (n3.x) % 32), median(p), u])
            w = p[rank(p, abs(sum(x * y % 9 for x, y in pairwise(p))) % 4)]
    return Report(min(1000, max(u, -50)), values=[u, U8(Kind.HIGH), 3], shares=[Share(LIMIT, 2), Share(kind=abs(U8(Kind.HIGH)) % 8, part=90)], share=Share(LIMIT, 2), warm=(any(s.x > p[-1] for s in window)))


@program
def reward(cohort: Cohort[Report]) -> Array[U32, 4]:
    u = 0
    v = -7
    w = LIMIT
    b = [u > 0, True, False]
    r = Pair(1, right=9)
    rs = [Pair(u, 2)] * 3
    points = [0] * len(cohort)
    match sum(m.present for m in cohort) % 5:
        case Kind.HIGH:
            points[abs(((r.right) % 64 ^ (w) % 100)) % 4] = abs((sum(n.left for n in rs) // 3)) % 100003
        case Kind.LOW | 3:
            if (any(m.present for m in cohort)):
                for n1 in range(u, u + 3):
                    (u, w), v = divmod(median(m.report.level for m in cohort), 7), n1
                    points[1] = abs((rs[0].right * median((u, v, u, 4))) % 1009) % 100003
                    u = ((rank([w, u, Kind.HIGH], 2)) >> 2)
                if ((not (all(b)))):
                    (u, w), v = divmod(max(n * len(cohort) % 50 for n in range(3)), 7), median(m.report.level for m in cohort)
                    points[abs(1) % 4] = points[1] // 2
                elif (points[1] not in (1, 17, Kind.LOW)):
                    w = points[1]
            elif (((cohort[0].report.share.part) % 64 & (v) % 32) < min(LIMIT, -20) <= w):
                if (all(b)):
                    b = [n > ((r.right) % 64 | 20) for n in (u, v, w)]
                    b = [n > len(cohort) for n in (u, v, w)]
                elif (Pair(LIMIT, cohort[3].report.level).right):
                    w += LIMIT
                else:
                    u %= 2
                    w = divmod(sum(share.part for share in cohort[3].report.shares), -4)[0]
                w = (-cohort[abs(int((points[1] < cohort[1].report.shares[1].part <= cohort[3].report.values[2]))) % 4].report.level)
        case _:
            if (-20 not in (1, turn(Pair(r.right), Kind.HIGH).left, Kind.LOW)):
                v = (abs(POINTS[abs(v) % 4][-1]) - interpolate(sum(n.left for n in rs), (0, 7, 30), (9, 9, 0)))
                v = max(m.report.share.part for m in cohort)
                v //= 2
            else:
                if ((LIMIT // 3) < [w, v][abs(v) % 2] <= r.left):
                    b = list(b)
                    v = sum(n.left for n in rs)
                    points[1] = points[3] // 2
                elif (any(b)):
                    v = (v + median(m.report.level for m in cohort))
                    points[0] = abs(POINTS[abs(max(m.report.share.part for m in cohort)) % 4][0]) % 100003
                else:
                    v = v * ((any(b))) + 1 % 1009
                    points[abs(1) % 4] = points[1] // 2
                for n2 in XS:
                    points[abs(int((b[0] ^ (u > 3)))) % 4] = abs((11 or LIMIT)) % 100003
                    points[1] = abs(cohort[abs(min(n for n in TABLE if n > 10)) % 4].report.level) % 100003
    rs = [replace(n, left=n.left - 1) for n in rs]
    for n3 in reversed(TABLE):
        if (sorted([m.report.level for m in cohort])[1] < (LIMIT) ** 2 % 77):
            w = rs[abs((LIMIT) ** 2 % 77) % 3].left
            if ((median(m.report.level for m in cohort) == 1) & (median((u, v, r.right, 4)) < 9) | (u > 2)):
                if (w in (1, u, Kind.LOW)):
                    return points
            else:
                points[abs(1) % 4] = points[abs((u, -15, Kind.HIGH)[1]) % 4] // 2
                rs = [Pair(n, sum(share.part for share in cohort[3].report.shares)) for n in range(3)]
    w += ((any(b))) + 1
    return points


network = Network(
    name="random", reading=Sample, attributes=Site, program=reward,
    window="1h", readings_per_window=6, cohort=4, pool_per_window="1",
)
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


def turn(pair: Pair, by: int) -> Pair:
    if by > pair.left:
        return Pair(by, right=pair.left % 100)
    return Pair(pair.left - by)
''',
}
WINDOWS = ()
