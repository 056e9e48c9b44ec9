"""What stands around the body of a random program: schema, types, tables, helpers, a second module."""

from collections.abc import Sequence

RULES = '''"""What the helpers of a random program are."""

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
'''
IN_RULES = {
    "weigh": """

def weigh(values: list[int], worth: int) -> int:
    total = 0
    for place, value in enumerate(values):
        if value > worth:
            continue
        total += value * (place + 1)
        if total > 500:
            return 500
    return total
""",
    "grade": """

def grade(level: int) -> int:
    match level:
        case Kind.LOW | Kind.ZERO:
            return Kind.HIGH
        case 1 | 2 | 3 if level != 2:
            return level * 2
        case _ if level > 50:
            assert level < 90, "too high a grade"
            return STEPS[level % 4][1]
        case _:
            return -1
""",
    "turn": """

def turn(pair: Pair, by: int) -> Pair:
    if by > pair.left:
        return Pair(by, right=pair.left % 100)
    return Pair(pair.left - by)
""",
}
HELPERS = {
    "helper": """

def helper(p: int, q: int) -> int:
    if p > q:
        return p - q
    if p == q:
        return 3
    assert q != 41, "helper refuses"
    return q // (p * p + 1)
""",
    "find": """

def find(window: Window[Sample], least: int) -> int:
    for place, sample in enumerate(window):
        if sample.x >= least:
            return place
    return -1
""",
    "shift": """

def shift(values: list[int], by: int) -> list[int]:
    moved = [0] * len(values)
    for i in range(len(values)):
        moved[(i + by) % len(values)] = values[i]
    return moved
""",
    "split": """

def split(n: int) -> tuple[int, int]:
    if n < 0:
        return 0, -n
    for i in range(4):
        if i * i > n:
            return i, n
    return 99, n
""",
    "known": """

def known(h: int | None, other: int) -> int:
    if h is None:
        return other
    return h
""",
}
_IMPORTS = '''"""A random program."""

from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise

from fieldproof import (
    I16, U8, U16, U32, Array, Attributes, Bool, Bound, Cohort, Fixed, Int, Network, Reading, Window,
    each_device, field, interpolate, isqrt, median, percentile, program, rank,
)
'''
_SCHEMA = """

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
"""
KINDS = """

class Kind(IntEnum):
    LOW = -5
    ZERO = 0
    HIGH = 7


@dataclass(frozen=True)
class Pair:
    left: int
    right: Int[0, 99] = 4
"""
STATE = """

@dataclass(frozen=True)
class Streak:
    days: Int[0, 30] = 2
    last: Int[-50, 100] = -7
    best: Fixed[10, 0, 9] = 0
    warm: Bool = False
"""
REPORT = """

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
"""
PLAIN_START = """

@program
def reward(window: Window[Sample], site: Site) -> U32:
"""
STATE_START = """

@program
def reward(window: Window[Sample], site: Site, state: Streak) -> tuple[U32, Streak]:
"""
DEVICE_START = """

@each_device
def look(window: Window[Sample], site: Site) -> Report:
"""
JUDGE_START = """

@program
def reward(cohort: Cohort[Report]) -> Array[U32, 4]:
"""


def make_tail(cohort: int) -> str:
    """What ends a network's file."""
    return f"""

network = Network(
    name="random", reading=Sample, attributes=Site, program=reward,
    window="1h", readings_per_window=6, cohort={cohort}, pool_per_window="1",
)
"""


def make_frame() -> tuple[str, str]:
    """What stands before and after the body of a program without helpers."""
    return _IMPORTS + _SCHEMA + KINDS + PLAIN_START, make_tail(1)


def make_files(parts: Sequence[str], cohort: int) -> dict[str, str]:
    """A network of two files: `parts` are types and functions; helpers that they call are added."""
    text = "".join(parts)
    rules = "".join(function for name, function in IN_RULES.items() if f"{name}(" in text)
    helpers = "".join(function for name, function in HELPERS.items() if f"{name}(" in text)
    names = [name for name in IN_RULES if f"{name}(" in text] + ["Kind", "Pair", "STEPS"]
    imports = f"from rules import {', '.join(names)}\n"
    return {
        "network.py": _IMPORTS + imports + _SCHEMA + helpers + text + make_tail(cohort),
        "rules.py": RULES + rules,
    }


def make_plain(text: str) -> dict[str, str]:
    """A network of one file."""
    return {"network.py": _IMPORTS + _SCHEMA + text + make_tail(1)}
