"""Random programs of the whole language, and random windows for them."""

import random

from fieldproof.compiler.evaluate import Inputs

READINGS = 6
LOW_X, HIGH_X = -50, 100
HIGH_Y = 1000
LOW_A, HIGH_A = -5, 20

_HEAD = '''"""A random program."""
from itertools import pairwise

from fieldproof import U8, I16, U32, Attributes, Network, Reading, Window, field, isqrt, program


class Sample(Reading):
    x: int = field(unit="/", low=-50, high=100)
    y: int = field(unit="/", low=0, high=1000)


class Site(Attributes):
    a: int = field(unit="/", low=-5, high=20)


TABLE = (7, -3, 0, 12, 100, -41, 5)
LIMIT = 37
'''
_HELPERS = {
    "helper(": """

def helper(p: int, q: int) -> int:
    if p > q:
        return p - q
    if p == q:
        return 3
    assert q != 41, "helper refuses"
    return q // (p * p + 1)
""",
    "find(": """

def find(window: Window[Sample], least: int) -> int:
    for place, sample in enumerate(window):
        if sample.x >= least:
            return place
    return -1
""",
}
_START = """

@program
def reward(window: Window[Sample], site: Site) -> U32:
"""
_TAIL = """

network = Network(
    name="random", reading=Sample, attributes=Site, program=reward,
    window="1h", readings_per_window=6, cohort=1, pool_per_window="1",
)
"""


class ProgramMaker:
    """Writes one program."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._variables: list[str] = []
        self._samples: list[str] = []
        self._lines: list[str] = []
        self._loops = 0
        self._names = 0

    @staticmethod
    def make_frame() -> tuple[str, str]:
        """What stands before and after the body of a program without helpers."""
        return _HEAD + _START, "\n" + _TAIL

    def make(self) -> str:
        for name in ("u", "v", "w"):
            self._write(1, f"{name} = {self._random.choice(['0', '1', 'LIMIT', 'site.a', 'len(window)'])}")
            self._variables.append(name)
        self._block(1, depth=3, size=self._random.randint(3, 7))
        result = self._expression(2)
        self._write(1, f"return {self._random.choice([f'abs({result}) % 100003', result])}")
        body = "\n".join(self._lines)
        helpers = "".join(text for call, text in _HELPERS.items() if call in body)
        return _HEAD + helpers + _START + body + "\n" + _TAIL

    def _write(self, indent: int, text: str) -> None:
        self._lines.append("    " * indent + text)

    def _block(self, indent: int, depth: int, size: int) -> None:
        for _ in range(size):
            self._statement(indent, depth)

    def _statement(self, indent: int, depth: int) -> None:
        kinds = ["assign"] * 4 + ["augment"] * 3 + ["assert", "tuple", "sized"]
        if depth > 0:
            kinds += ["if"] * 3 + ["for"] * 3
        if self._loops:
            kinds += ["leave"]
        kind = self._random.choice(kinds)
        variable = self._random.choice(["u", "v", "w"])
        if kind == "assign":
            self._write(indent, f"{variable} = {self._expression(3)}")
        elif kind == "augment":
            operator = self._random.choice(["+", "-", "+", "//", "%"])
            self._write(indent, f"{variable} {operator}= {self._expression(2)}")
        elif kind == "tuple":
            self._write(indent, f"u, v = {self._expression(1)}, {self._expression(1)}")
        elif kind == "sized":
            type_ = self._random.choice(["U8", "I16", "U32"])
            self._write(indent, f"{variable} = {type_}({self._expression(2)})")
        elif kind == "assert":
            self._write(indent, f'assert {self._condition(2)} or {self._condition(1)}, "no"')
        elif kind == "leave":
            self._write(indent, f"if {self._condition(1)}:")
            self._write(
                indent + 1, self._random.choice(["continue", "break", f"return {self._expression(1)}"])
            )
        elif kind == "if":
            self._if(indent, depth)
        else:
            self._for(indent, depth)

    def _if(self, indent: int, depth: int) -> None:
        self._write(indent, f"if {self._condition(2)}:")
        self._block(indent + 1, depth - 1, self._random.randint(1, 3))
        if self._random.random() < 0.3:
            self._write(indent, f"elif {self._condition(2)}:")
            self._block(indent + 1, depth - 1, self._random.randint(1, 2))
        if self._random.random() < 0.5:
            self._write(indent, "else:")
            self._block(indent + 1, depth - 1, self._random.randint(1, 2))

    def _for(self, indent: int, depth: int) -> None:
        self._names += 1
        name = f"n{self._names}"
        samples, variables = list(self._samples), list(self._variables)
        kind = self._random.choice(
            ["window", "window", "enumerate", "range", "pairs", "table", "tail", "zip"]
        )
        if kind == "window":
            self._write(indent, f"for {name} in window:")
            self._samples.append(name)
        elif kind == "enumerate":
            self._write(indent, f"for i{name}, {name} in enumerate(window, {self._random.randint(0, 3)}):")
            self._samples.append(name)
            self._variables.append(f"i{name}")
        elif kind == "pairs":
            self._write(indent, f"for {name}, m{name} in pairwise(window):")
            self._samples += [name, f"m{name}"]
        elif kind == "tail":
            self._write(indent, f"for {name} in window[{self._random.randint(1, 3)}:]:")
            self._samples.append(name)
        elif kind == "zip":
            self._write(indent, f"for {name}, t{name} in zip(window, TABLE):")
            self._samples.append(name)
            self._variables.append(f"t{name}")
        elif kind == "range":
            self._write(indent, f"for {name} in range({self._random.choice(['3', '1, 4', '5, -1, -2'])}):")
            self._variables.append(name)
        else:
            self._write(indent, f"for {name} in TABLE:")
            self._variables.append(name)
        self._loops += 1
        self._block(indent + 1, depth - 1, self._random.randint(1, 4))
        self._loops -= 1
        self._samples, self._variables = samples, variables

    def _expression(self, depth: int) -> str:
        choose = self._random.choice
        if depth == 0 or self._random.random() < 0.2:
            leaves = [*self._variables, "site.a", "LIMIT", "len(window)", str(self._random.randint(-20, 20))]
            leaves += [f"{sample}.{choose(['x', 'y', 'x'])}" for sample in self._samples] * 2
            return choose(leaves)
        a, b = self._expression(depth - 1), self._expression(depth - 1)
        forms = [
            f"({a} + {b})", f"({a} - {b})", f"({a} * {b}) % 1009", f"({a} // {b})", f"({a} % {b})",
            f"({a} // {choose([3, -7, 8, 1000])})", f"({a} % {choose([2, 10, -6, 64])})",
            f"min({a}, {b})", f"max({a}, {b}, 3)", f"abs({a})", f"(-{a})", f"isqrt({a})", f"isqrt(abs({a}))",
            f"({a} if {self._condition(depth - 1)} else {b})", f"TABLE[{a}]", f"TABLE[abs({a}) % 7]",
            f"helper({a} % 100, {b} % 50)", f"find(window, {a})",
            f"window[{a}].x", f"window[{choose(['0', '-1', '2'])}].y",
            f"({a} and {b})", f"({a} or {b})", f"({self._condition(depth - 1)}) + 1", f"({a}) ** 2 % 77",
            f"sum(s.x * {choose(['1', 's.x', '3'])} for s in window)",
            f"sum(s.y for s in window if s.x > {b} % 90)", "max(s.y for s in window)",
            "window.starts_at % 1000", f"window[{choose(['0', '1'])}].time_ms % 999",
        ]  # fmt: skip
        return choose(forms)

    def _condition(self, depth: int) -> str:
        choose = self._random.choice
        a, b = self._expression(max(0, depth - 1)), self._expression(max(0, depth - 1))
        forms = [
            f"{a} {choose(['<', '<=', '>', '>=', '==', '!='])} {b}",
            f"{a} < {b} <= {self._expression(0)}",
        ]
        if depth > 0:
            left, right = self._condition(depth - 1), self._condition(depth - 1)
            forms += [f"({left} and {right})", f"({left} or {right})", f"(not {left})", a]
            forms += [
                f"any(s.x > {self._expression(0)} for s in window)",
                "all(s.y // s.x < 9 for s in window)",
            ]
        return choose(forms)


def make_window(source: random.Random) -> Inputs:
    """A window for any of the programs, small values and edges above all."""

    def pick(low: int, high: int) -> int:
        edges = [low, high, 0, 1, 2, source.randint(low, high)]
        return min(high, max(low, source.choice(edges)))

    count = source.choice([0, 1, 2, READINGS, READINGS, source.randint(0, READINGS)])
    times = sorted(source.sample(range(3_600_000), count))
    rows = tuple((time_ms, pick(LOW_X, HIGH_X), pick(0, HIGH_Y)) for time_ms in times)
    return Inputs(rows, (pick(LOW_A, HIGH_A),), source.choice([0, 59, 1_451_606_400, 2**40 - 1]))
