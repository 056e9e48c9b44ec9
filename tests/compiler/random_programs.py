"""Random well-typed programs of the whole language, and random windows for them.

A program keeps the kinds of its variables: numbers `u v w`, a list `p` of four, a list `q` as long as the
window, truth values `b`, one alone `t`, a number or None `o`, an object `r` and a list `rs` of three such, a
table `z`, a part of the window `y`.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from fieldproof.compiler.evaluate import Inputs

from .random_expressions import ExpressionMaker
from .random_frames import DEVICE_START, JUDGE_START, PLAIN_START, REPORT, STATE, STATE_START, make_files

READINGS = 6
CAPACITY = 4
X, Y, H, A = (-50, 100), (0, 1000), (-7, 30), (-5, 20)
STREAK = ((0, 30), (-50, 100), (0, 90), (0, 1))
"""Ranges of the fields of a random program's state."""
KINDS = ("plain",) * 7 + ("state",) * 2 + ("cohort",) * 2 + ("long",)
LONG = (257, 300, 320, 449)
"""Rounds of loops whose bounds are guessed and proven, and whose sums get fresh names on the way."""
_REFUSED = 0.05
"""Share of changes within loops and branches that may be ones that are refused there."""


@dataclass(frozen=True)
class RandomProgram:
    """Pieces of source whose statements can be left out one by one."""

    kind: str
    parts: tuple[str, ...]

    @property
    def files(self) -> Mapping[str, str]:
        return make_files(self.parts, CAPACITY if self.kind == "cohort" else 1)


def make_program(seed: int, kinds: tuple[str, ...] = KINDS) -> RandomProgram:
    """The program of a seed."""
    source = random.Random(seed)
    kind = source.choice(kinds)
    if kind in ("plain", "long"):
        maker = FunctionMaker(source, "plain")
        return RandomProgram(kind, (PLAIN_START, maker.make() if kind == "plain" else maker.make_long()))
    if kind == "state":
        return RandomProgram(kind, (STATE, STATE_START, FunctionMaker(source, "state").make()))
    look, judge = FunctionMaker(source, "look").make(), FunctionMaker(source, "judge").make()
    return RandomProgram(kind, (REPORT, DEVICE_START, look, JUDGE_START, judge))


class FunctionMaker(ExpressionMaker):
    """Writes the body of one function."""

    def __init__(self, source: random.Random, stage: str) -> None:
        super().__init__(source, stage)
        self._lines: list[str] = []
        self._loops = 0
        self._names = 0

    def make(self) -> str:
        self._declare()
        self._block(1, depth=3, size=self._random.randint(3, 7))
        self._write(1, self.result(2))
        return "\n".join(self._lines) + "\n"

    def make_long(self) -> str:
        """Few statements around one loop of hundreds of rounds."""
        self._declare()
        self._block(1, depth=1, size=self._random.randint(0, 2))
        self._long_for(1)
        self._block(1, depth=1, size=self._random.randint(0, 2))
        self._write(1, self.result(2))
        return "\n".join(self._lines) + "\n"

    def _declare(self) -> None:
        choose, is_device = self._random.choice, self._stage != "judge"
        starts = ["0", "1", "LIMIT", "-7", *(["site.a", "len(window)"] if is_device else [])]
        for name in ("u", "v", "w"):
            self._write(1, f"{name} = {choose(starts)}")
            self._variables.append(name)
        kept = self._random.sample(
            ["p", "b", "t", "r", "rs", "z", *(["q", "o", "y"] if is_device else [])], 4
        )
        texts = {
            "p": ["[0] * 4", "[1, -2, u, 30]", "[TABLE[i] for i in range(4)]"],
            "q": ["[s.x for s in window]", "[s.y - s.x for s in window]"],
            "b": ["[False] * 3", "[u > 0, True, False]"],
            "t": ["False", "True", "u > 0"],
            "z": ["TABLE", "XS"],
            "y": ["window[:3]", "window[1:]", "window[2:4]"],
            "o": ["None", "None", "window[0].h"],
            "r": ["Pair(u)", "Pair(1, right=9)"],
            "rs": ["[Pair(i, i + 1) for i in range(3)]", "[Pair(u, 2)] * 3"],
        }
        for name in ("p", "q", "b", "t", "o", "r", "rs", "z", "y"):
            if name in kept:
                self._write(1, f"{name} = {choose(texts[name])}")
                self._kept.add(name)
        if self._stage == "judge":
            self._write(1, "points = [0] * len(cohort)")

    def _write(self, indent: int, text: str) -> None:
        self._lines.append("    " * indent + text)

    def _block(self, indent: int, depth: int, size: int) -> None:
        for _ in range(size):
            self._statement(indent, depth)

    def _statement(self, indent: int, depth: int) -> None:
        kinds = ["assign"] * 3 + ["augment"] * 2 + ["tuple"] + ["change"] * 5
        if not self._is_total:
            kinds += ["assert", "sized"]
        if depth > 0:
            kinds += ["if"] * 3 + ["for"] * 3 + ["match"]
            if not self._is_total:
                kinds += ["while"]
        if self._loops:
            kinds += ["leave"]
        kind = self._random.choice(kinds)
        variable = self._random.choice(["u", "v", "w"])
        if kind == "assign":
            self._write(indent, f"{variable} = {self.number(3)}")
        elif kind == "augment":
            self._augment(indent, variable)
        elif kind == "tuple":
            forms = [f"u, v = {self.number(1)}, {self.number(1)}", "u, v = v, u"]
            forms += [f"(u, w), v = divmod({self.number(1)}, 7), {self.number(1)}"]
            if not self._is_total:
                forms += [
                    f"u, v = split({self.number(1)})",
                    f"u, v = divmod({self.number(1)}, {self.number(1)})",
                ]
            self._write(indent, self._random.choice(forms))
        elif kind == "sized":
            type_ = self._random.choice(["U8", "I16", "U32", "Int[-40, 900]", "Fixed[10, -4, 90]"])
            self._write(indent, f"{variable} = {type_}({self.number(2)})")
        elif kind == "assert":
            self._write(indent, f'assert {self.condition(2)} or {self.condition(1)}, "no"')
        elif kind == "change":
            self._change(indent)
        elif kind == "leave":
            self._write(indent, f"if {self.condition(1)}:")
            self._write(indent + 1, self._random.choice(["continue", "break", self.result(1)]))
        elif kind == "if":
            self._if(indent, depth)
        elif kind == "match":
            self._match(indent, depth)
        elif kind == "while":
            self._while(indent, depth)
        else:
            self._for(indent, depth)

    def _augment(self, indent: int, variable: str) -> None:
        operator = self._random.choice(["+", "-", "+", "//", "%", "*", "|", "^"])
        if operator == "*":
            self._write(indent, f"{variable} = {variable} * {self.number(1)} % 1009")
        elif operator in "|^":
            # Bits of what is negative are refused.
            self._write(indent, f"{variable} = abs({variable}) % 4096")
            bits = self._random.choice([f"({self.number(2)}) % 512", self.truth(1), f"{variable} >> 3"])
            self._write(indent, f"{variable} {operator}= {bits}")
        elif self._is_total and operator in "//%":
            self._write(indent, f"{variable} {operator}= {self._random.choice([2, -3, 10])}")
        else:
            self._write(indent, f"{variable} {operator}= {self.number(2)}")

    def _change(self, indent: int) -> None:
        """Change one of the lists and objects; not one that a loop goes over.

        Tables and parts may change where every way leads by. Elsewhere they are refused: seldom tried.
        """
        is_tried = indent == 1 or self._random.random() < _REFUSED
        names = sorted(self._kept - self._iterated - (set() if is_tried else {"y", "z"}))
        if self._stage == "judge":
            names += ["points"] * 3
        if not names:
            return
        name = self._random.choice(names)
        a, b = self.number(2), self.number(1)
        place = self.index(4 if name in ("p", "points") else 3, b)
        texts = {
            "points": [
                f"points[{place}] = min(max({a}, 0), 9999)",
                f"points[{place}] = abs({a}) % 100003",
                f"points[{self.index(4, '1')}] = points[{place}] // 2",
            ],
            "p": [
                f"p[{place}] = {a}", f"p[{place}] += {a}", f"p[{place}] -= {b}",
                f"p[{place}] = p[{place}] // 2",
                f"p = [{a}, {b}, u, 4]", "p = sorted(p)", "p = list(p)", f"p = [n * 2 - {b} for n in p]",
                f"p = p[1:] + [{a}]", "p = sorted(p, reverse=True)", f"p = shift(p, {b})",
                f"p = [{a}] * 2 + p[2:]", "p = [x + y for x, y in zip(p, TABLE)]",
                f"p = sorted(p) if {self.condition(1)} else [{a}, 0, {b}, 1]",
                "p[0], p[3] = p[3], p[0]", f"p[{place}], u = {a}, {b}",
            ],
            "q": [
                f"q[{b}] = {a}", f"q[{self._random.choice(['0', '-1', '2'])}] += {a}", "q = sorted(q)",
                f"q = [s.x + {b} for s in window]", "q = [n // 2 for n in q]", "q = list(q)",
                f"q = [s.x if s.y > {b} else {a} for s in window]",
            ],
            "b": [
                f"b[{place}] = {self.truth(2)}", f"b[{place}] {self._random.choice('|&^')}= {self.truth(1)}",
                f"b = [n > {b} for n in (u, v, w)]",
                f"b = [{self.truth(1)}, False, not b[1]]", "b = list(b)",
            ],
            "t": [
                f"t = {self.truth(2)}", "t = not t", "u = t", "v = int(t)", f"t = t and {self.truth(1)}",
                f"w, t = t, {self.truth(1)}", f"t = {self.truth(1)} or t",
                f"t {self._random.choice('|&^')}= u > {b}",
            ],
            "z": ["z = TABLE", "z = XS", "z = YS"],
            "y": ["y = window[:3]", "y = window[1:]", "y = window[2:4]", "y = window[:-1]"],
            "o": [
                f"o = {a} if {self.condition(1)} else o", "o = None",
                f"o = {self.optional()}", f"o = {a} if {self.condition(1)} else None",
            ],
            "r": [
                f"r = Pair({a}, {b})", f"r = replace(r, left={a})", f"r = replace(r, right={b}, left={a})",
                "r = Pair(right=r.left, left=r.right)", f"r = turn(r, {b})",
            ],
            "rs": [
                f"rs[{place}] = Pair({a}, {b})", f"rs = [Pair(n, {b}) for n in range(3)]", "rs = list(rs)",
                f"rs[{place}] = replace(rs[{self.index(3, a)}], left={b})",
                "rs[0], rs[1] = rs[1], rs[0]", "rs = [replace(n, left=n.left - 1) for n in rs]",
            ],
        }[name]  # fmt: skip
        self._write(indent, self._random.choice(texts))

    def _if(self, indent: int, depth: int) -> None:
        self._write(indent, f"if {self.condition(2)}:")
        self._inner(indent, depth, 3)
        if self._random.random() < 0.3:
            self._write(indent, f"elif {self.condition(2)}:")
            self._inner(indent, depth, 2)
        if self._random.random() < 0.5:
            self._write(indent, "else:")
            self._inner(indent, depth, 2)

    def _inner(self, indent: int, depth: int, most: int) -> None:
        before = len(self._lines)
        self._block(indent + 1, depth - 1, self._random.randint(1, most))
        if len(self._lines) == before:
            self._write(indent + 1, "pass")

    def _match(self, indent: int, depth: int) -> None:
        subject = self._random.choice([f"{self.number(1)} % 5", self.number(1), self.condition(1)])
        self._write(indent, f"match {subject}:")
        for _ in range(self._random.randint(1, 3)):
            pattern = self._random.choice(
                ["0", "1 | 2", "-5", "Kind.HIGH", "Kind.LOW | 3", "_ if u > v", "4"]
            )
            if "if" not in pattern and self._random.random() < 0.3:
                pattern += f" if {self.condition(1)}"
            self._write(indent + 1, f"case {pattern}:")
            self._inner(indent + 1, depth, 2)
        if self._random.random() < 0.6:
            self._write(indent + 1, "case _:")
            self._inner(indent + 1, depth, 2)

    def _while(self, indent: int, depth: int) -> None:
        self._names += 1
        name, variable = f"rounds{self._names}", self._random.choice(["u", "v", "w"])
        self._write(indent, f"{name} = Bound({self._random.randint(1, 5)})")
        test = self._random.choice(
            [f"{variable} > {self.number(0)}", self.condition(1), f"abs({variable}) > 3"]
        )
        self._write(indent, f"while {name}({test}):")
        self._write(
            indent + 1, self._random.choice([f"{variable} -= 9", f"{variable} //= 2", f"{variable} += 5"])
        )
        self._loops += 1
        self._inner(indent, depth, 2)
        self._loops -= 1

    def _for(self, indent: int, depth: int) -> None:
        self._names += 1
        name = f"n{self._names}"
        samples, variables, records, missing = (
            list(each) for each in (self._samples, self._variables, self._records, self._optional)
        )
        members, places, iterated = list(self._members), list(self._places), set(self._iterated)
        kinds = ["range", "table", "points", "moving"]
        kinds += ["member", "member"] if self._stage == "judge" else ["window", "window", "enumerate"]
        if self._stage != "judge":
            kinds += ["pairs", "tail", "zip", "backwards", "neighbours"]
        kinds += [each for each in ("p", "q", "rs", "y", "z") if each in self._kept]
        head = self._open_loop(self._random.choice(kinds), name)
        self._write(indent, f"for {head}:")
        self._loops += 1
        self._inner(indent, depth, 4)
        self._loops -= 1
        self._samples, self._variables, self._records, self._optional = samples, variables, records, missing
        self._members, self._places, self._iterated = members, places, iterated

    def _long_for(self, indent: int) -> None:
        """A loop that mostly adds up: what a program multiplies hundreds of times has no bounds."""
        choose = self._random.choice
        self._names += 1
        name = f"n{self._names}"
        self._write(indent, f"for {name} in range({choose(LONG)}):")
        for _ in range(self._random.randint(1, 4)):
            variable = choose(["u", "v", "w"])
            addend = choose([name, f"{name} % 7", f"TABLE[{name} % 7]", "site.a", self.number(1)])
            condition = choose([f"{name} % 3 == 1", f"{name} > 290", self.condition(1)])
            forms = [
                [f"{variable} += {addend}"],
                [f"{variable} -= {addend}"],
                [f"if {condition}:", f"    {variable} += {addend}"],
                [f"if {condition}:", f"    {variable} = 5", "else:", f"    {variable} -= {addend}"],
                [f"{variable} = {variable} + {addend} if {condition} else 0"],
                [f"{variable} = min({variable} + {addend}, 900)"],
                [f"{variable} = {addend}"],
                ["u, v = v, u"],
                [f"if {condition}:", f"    {choose(['continue', 'break', self.result(1)])}"],
            ]
            if "p" in self._kept:
                forms += [[f"p[{choose(['1', f'{name} % 4'])}] += {addend}"]] * 2
            if "b" in self._kept:
                forms.append([f"b[{name} % 3] = bool({condition})"])
            if "t" in self._kept:
                forms += [
                    ["t = not t"],
                    [f"{variable} = t"],
                    [f"t = bool({condition})"],
                    [f"{variable} = int(t)"],
                ]
            for line in choose(forms):
                self._write(indent + 1, line)

    def _open_loop(self, kind: str, name: str) -> str:
        """The head of a loop; its variables become known."""
        choose = self._random.choice
        if kind == "window":
            self._samples.append(name)
            return f"{name} in window"
        if kind == "enumerate":
            start = choose(["0", "3", self.number(1)])
            self._samples.append(name)
            self._variables.append(f"i{name}")
            return f"i{name}, {name} in enumerate(window, {start})"
        if kind == "pairs":
            self._samples += [name, f"m{name}"]
            return f"{name}, m{name} in pairwise(window)"
        if kind == "tail":
            self._samples.append(name)
            part = choose(["1:", "2:", "3:", ":2", "1:4", ":-1", "1:-2", "-3:", "-4:-1", "-1:"])
            return f"{name} in window[{part}]"
        if kind == "backwards":
            self._samples.append(name)
            form = choose(["window", "window[1:]", "window[-3:]", "window[:-1]"])
            if choose([True, False]):
                return f"{name} in reversed({form})"
            self._variables.append(f"i{name}")
            return f"i{name}, {name} in enumerate(reversed({form}), start={choose(['0', '2', 'u'])})"
        if kind == "neighbours":
            self._samples += [name, f"m{name}"]
            forms = [
                "zip(window[:-1], window[1:])",
                "pairwise(reversed(window))",
                "zip(window, reversed(window))",
            ]
            return f"{name}, m{name} in {choose(forms)}"
        if kind == "zip":
            self._samples.append(name)
            self._variables.append(f"t{name}")
            return f"{name}, t{name} in zip(window, {choose(['TABLE', 'TABLE', 'range(4)', '[u, v, w]'])})"
        if kind == "member":
            self._members.append(name)
            self._places.append(f"i{name}")
            self._variables.append(f"i{name}")
            return f"i{name}, {name} in enumerate(cohort)"
        if kind == "points":
            self._variables += [f"a{name}", f"b{name}"]
            return f"a{name}, b{name} in POINTS"
        if kind == "rs":
            self._records.append(name)
            self._iterated.add("rs")
            return f"{name} in rs"
        if kind == "y":
            self._samples.append(name)
            return f"{name} in {choose(['y', 'reversed(y)', 'y[1:]'])}"
        if kind in ("p", "q"):
            return self._go_over(kind, name)
        self._variables.append(name)
        if kind == "z":
            return f"{name} in z"
        if kind == "table":
            return f"{name} in {choose(['TABLE', 'reversed(TABLE)', 'XS', '(4, -2, u)'])}"
        if kind == "moving":
            return f"{name} in range({choose(['u, u + 3', 'v, v + 1', 'w, 2 + w'])})"
        return f"{name} in range({choose(['3', '1, 4', '5, -1, -2', 'len(TABLE)', 'LIMIT, LIMIT + 2'])})"

    def _go_over(self, kind: str, name: str) -> str:
        choose = self._random.choice
        self._variables.append(name)
        forms = [f"{name} in {kind}", f"{name} in sorted({kind})", f"{name} in {kind}[1:3]"]
        forms += [
            f"{name} in {choose(['reversed({})', '{}[:-1]', '{}[-2:]', 'reversed({}[1:])']).format(kind)}"
        ]
        form = choose([*forms, "enumerate", "pairwise", "copy", "length"])
        if form == "copy":
            return f"{name} in list({kind})"
        if form == "length" and kind == "p":
            return f"{name} in range(len(p))"
        self._iterated.add(kind)
        if form == "enumerate":
            self._variables.append(f"i{name}")
            return f"i{name}, {name} in enumerate({kind})"
        if form == "pairwise":
            self._variables.append(f"m{name}")
            return f"{name}, m{name} in pairwise({kind})"
        return f"{name} in {kind}" if form == "length" else form


def make_window(source: random.Random) -> Inputs:
    """A window for any of the programs, small values and edges above all."""

    def pick(bounds: tuple[int, int]) -> int:
        low, high = bounds
        edges = [low, high, 0, 1, 2, 3, source.randint(low, high)]
        return min(high, max(low, source.choice(edges)))

    count = source.choice([0, 1, 1, 2, READINGS, READINGS, source.randint(0, READINGS)])
    times = sorted(source.sample(range(3_600_000), count))
    lack = source.choice([0, 0, 0.3, 1])
    rows = tuple(
        (time_ms, pick(X), pick(Y), None if source.random() < lack else pick(H)) for time_ms in times
    )
    return Inputs(
        rows,
        (pick(A),),
        source.choice([0, 59, 1_451_606_400, 2**40 - 1]),
        number=source.choice([0, 5, 77, 2**32 - 2]),
        missed=source.choice([0, 0, 1, 9]),
        state=tuple(map(pick, STREAK)),
    )
