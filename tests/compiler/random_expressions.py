"""Random expressions over the variables of a random program."""

import random

_RAISING = 0.25
"""Share of expressions that can raise."""


class ExpressionMaker:
    """Writes numbers, conditions and results; what could raise only where the stage may be void."""

    def __init__(self, source: random.Random, stage: str) -> None:
        self._random = source
        self._stage = stage
        self._is_total = stage == "judge"
        self._variables: list[str] = []
        self._samples: list[str] = []
        self._records: list[str] = []
        self._optional: list[str] = []
        self._members: list[str] = []
        self._places: list[str] = []
        self._kept: set[str] = set()
        self._iterated: set[str] = set()

    def result(self, depth: int) -> str:
        """A return of the stage's kind."""
        number = self.number(depth)
        points = self._random.choice([f"abs({number}) % 100003", number])
        if self._stage == "plain":
            return f"return {points}"
        if self._stage == "judge":
            return "return points"
        if self._stage == "look":
            return self._report(number)
        a, b = self.number(1), self.condition(1)
        following = self._random.choice(
            [
                f"Streak(abs({a}) % 31, last=min(100, max({number}, -50)), warm={b})",
                f"replace(state, days=min(state.days + 1, 30), best=abs({a}) % 91)",
                f"replace(state, last={a}, warm=not state.warm)",
                f"Streak(best={a})", "state", f"state if {b} else Streak()",
            ]
        )  # fmt: skip
        return f"return {points}, {following}"

    def _report(self, number: str) -> str:
        choose, a, b = self._random.choice, self.number(1), self.number(1)
        level = choose([f"abs({number}) % 1001", f"min(1000, max({number}, -50))", number])
        values = choose(
            [f"[abs({a}) % 300, -9, {b} % 9]", f"[min(300, max(n, -9)) for n in ({a}, u, v)]", f"[u, {a}, 3]"]
            + (["[min(300, max(n, -9)) for n in sorted(p)[1:]]"] if "p" in self._kept else [])
        )
        share = f"Share({choose([f'abs({b}) % 86 + 5', b, '50'])}, {choose(['Kind.HIGH', 'Kind.LOW', '2'])})"
        other = f"Share(kind=abs({a}) % 8, part=90)"
        shares = choose([f"[{share}, {other}]", f"[{other}] * 2", f"[{other}, replace({share}, part=6)]"])
        lists = f"values={values}, shares={shares}"
        return f"return Report({level}, {lists}, share={share}, warm={self.condition(1)})"

    def index(self, length: int, number: str) -> str:
        """An index of a list, in it or not."""
        choose = self._random.choice
        if self._is_total:
            known = [str(self._random.randrange(length)), f"abs({number}) % {length}"]
            return choose([*known, *(self._places if length == 4 else [])])
        forms = [str(self._random.randrange(-length, length)), f"abs({number}) % {length}", number]
        return choose(forms)

    def optional(self) -> str:
        """A number that may be missing."""
        choose = self._random.choice
        return choose([f"{each}.h" for each in self._samples] * 2 + ["window[0].h", "window[-1].h"])

    def number(self, depth: int) -> str:
        choose = self._random.choice
        if depth == 0 or self._random.random() < 0.2:
            return choose(self._list_leaves())
        a, b = self.number(depth - 1), self.number(depth - 1)
        if not self._is_total and self._random.random() < _RAISING:
            return choose(self._list_raising_forms(a, b))
        return choose(self._list_total_forms(a, b, depth))

    def _list_leaves(self) -> list[str]:
        choose = self._random.choice
        leaves = [*self._variables, "LIMIT", str(self._random.randint(-20, 20)), "Kind.HIGH"]
        leaves += [f"{each}.{choose(['left', 'right'])}" for each in self._records]
        if "r" in self._kept:
            leaves += ["r.left", "r.right"]
        if "p" in self._kept:
            leaves += ["p[0]", "p[-1]", "len(p)"]
        if "z" in self._kept:
            leaves += ["z[0]", "z[-1]", "len(z)"]
        if "y" in self._kept:
            leaves += ["len(y)"]
        if "t" in self._kept:
            leaves += ["int(t)"]
        if self._is_total:
            leaves += ["len(cohort)", "points[1]"]
            fields = ["present", "report.level", "report.share.part", "report.values[2]", "report.warm"]
            fields += ["report.shares[1].part", "report.share.kind"]
            for each in (*self._members, f"cohort[{self._random.randrange(4)}]"):
                leaves += [f"{each}.{choose(fields)}"] * 2
            return leaves
        leaves += ["site.a", "len(window)", "window.number % 90"]
        leaves += [choose([f"{each}.x", f"{each}.y", f"({each}.h + 1)"]) for each in self._samples] * 2
        if self._stage == "state":
            leaves += ["state.days", "state.last", "state.best", "window.missed % 7"]
        return leaves

    def _list_total_forms(self, a: str, b: str, depth: int) -> list[str]:
        choose = self._random.choice
        forms = [
            f"({a} + {b})", f"({a} - {b})", f"({a} * {b}) % 1009", f"({a} // {choose([3, -7, 8, 1000])})",
            f"({a} % {choose([2, 10, -6, 64])})", f"min({a}, {b})", f"max({a}, {b}, 3)", f"abs({a})",
            f"(-{a})",
            f"isqrt(abs({a}))", f"({a} if {self.condition(depth - 1)} else {b})", f"TABLE[abs({a}) % 7]",
            f"({a} and {b})", f"({a} or {b})", f"({self.condition(depth - 1)}) + 1", f"({a}) ** 2 % 77",
            f"(({a}) % 64 & ({b}) % 32)", f"(({a}) % 64 | {abs(self._random.randint(0, 40))})",
            f"(({a}) % 64 ^ ({b}) % 100)", f"(({a}) % 64 << ({b}) % 5)", f"(({a}) % 1000 >> abs({b}) % 9)",
            f"(({a}) >> 2)", f"POINTS[abs({a}) % 4][{choose([0, 1, -1])}]", f"interpolate({a}, XS, YS)",
            f"interpolate({a}, (0, 7, 30), (9, {self._random.randint(-9, 9)}, 0))",
            f"median([{a}, {b}, u])", f"median((u, v, {a}, 4))", f"percentile([{a}, {b}, 3, v], 90)",
            f"rank([{a}, u, {b}], {choose([0, 1, 2])})", f"divmod({a}, {choose([7, -4])})[{choose([0, 1])}]",
            f"sorted([{a}, {b}, w])[1]", f"(u, {a}, {b})[1]", f"[{a}, {b}][abs({b}) % 2]",
            f"int({self.condition(depth - 1)})", f"bool({a})", f"weigh([{a}, {b}, v], 40)",
            f"turn(Pair({a}), {b}).left", f"sum([{a}, {b}])", "sum(x * y for x, y in POINTS)",
            f"min(n for n in TABLE if n > {self._random.randint(-50, 11)})",
            f"sum(n for n in TABLE if n > {a})",
            f"max(n * {a} % 50 for n in range(3))", f"STEPS[abs({a}) % 4][1]", f"Pair({a}, {b}).right",
        ]  # fmt: skip
        if self._is_total:
            forms += [
                f"sum(m.report.level for m in cohort if m.report.level > {a})",
                "sum(m.present for m in cohort)",
                "max(m.report.share.part for m in cohort)", "sum(max(m.report.values) for m in cohort)",
                f"cohort[abs({a}) % 4].report.values[abs({b}) % 3]", f"cohort[abs({a}) % 4].report.level",
                "median(m.report.level for m in cohort)", "sorted([m.report.level for m in cohort])[1]",
                f"points[abs({a}) % 4]",
                f"sum(share.part for share in cohort[{self._random.randrange(4)}].report.shares)",
            ]  # fmt: skip
        if "p" in self._kept:
            forms += [
                f"p[abs({a}) % 4]", "sum(p)", "min(p)", "max(p)", "median(p)", "percentile(p, 30)",
                "sorted(p)[1]",
                f"sum(n * {b} for n in p)", f"sum(n for n in p[1:3] if n > {a})", f"rank(p, abs({a}) % 4)",
                f"weigh(p, {a})", "sum(p[i] * i for i in range(4))", "sum(x * y % 9 for x, y in pairwise(p))",
            ]  # fmt: skip
        if "t" in self._kept:
            forms += [f"({a} + t)", f"({a} if t else {b})"]
        if "z" in self._kept:
            forms += [f"z[abs({a}) % 4]", f"sum(n for n in z if n > {a})"]
        if "y" in self._kept:
            forms += ["sum(s.x for s in y)"]
        if "rs" in self._kept:
            forms += [f"rs[abs({a}) % 3].left", "rs[0].right", "sum(n.left for n in rs)"]
        return forms

    def _list_raising_forms(self, a: str, b: str) -> list[str]:
        choose = self._random.choice
        forms = [
            f"({a} // {b})", f"({a} % {b})", f"isqrt({a})", f"TABLE[{a}]", f"helper({a} % 100, {b} % 50)",
            f"find(window, {a})", f"window[{a}].x", f"window[{choose(['0', '-1', '2'])}].y", f"grade({a})",
            f"grade({a} % 95)", f"known({self.optional()}, {a})", f"({self.optional()} or {a})",
            f"({self.optional()} + {a})", f"sum(s.x * {choose(['1', 's.x', '3'])} for s in window)",
            f"sum(s.y for s in window if s.x > {b} % 90)", "max(s.y for s in window)",
            "window.starts_at % 1000", f"window[{choose(['0', '1'])}].time_ms % 999",
            f"(({a}) % 64 << (({b}) % 5 - 1))", f"({a} >> abs({b}) % 4 - 1)", f"U8({a})", f"Int[-9, 50]({b})",
            f"Fixed[10, -1, 5]({b})", "median(s.x for s in window)",
            f"percentile((s.y for s in window if s.x > {a}), 75)",
            f"rank([s.x for s in window], {b})", "median(s.h for s in window if s.h is not None)",
            f"sum(s.h for s in window if s.x > {a})", f"max(s.h if s.h is not None else {b} for s in window)",
            f"divmod({a}, {b})[{choose([0, 1])}]", f"POINTS[{a}][0]", f"sorted([s.x for s in window])[{b}]",
            f"len(window[{choose(['1:', ':3', '2:4', '-2:', ':-1'])}])", f"shift([{a}, {b}, 1], {a})[0]",
            f"split({a})[0]", f"min(s.y // ({b}) for s in window)", f"[{a}, {b}, 5][{b}]",
            "sum(a.x * b.y % 7 for a, b in pairwise(window))", "sum(t * s.x for s, t in zip(window, TABLE))",
            f"sum(i * s.x for i, s in enumerate(window) if i < {a})", f"weigh([s.x for s in window], {a})",
        ]  # fmt: skip
        if "p" in self._kept:
            forms += [f"p[{a}]", f"p[{a}]", f"rank(p, {b})"]
        if "q" in self._kept:
            forms += [
                f"q[{a}]", "q[0]", "q[-1]", "len(q)", "sum(q)", "max(q)", "median(q)", f"sorted(q)[{b}]",
                f"sum(n for n in q[1:4] if n > {a})", "min(q[:2])", "sum(x - y for x, y in zip(q, q[1:]))",
                f"sum(n * 2 for n in q[{choose(['-3:', ':-1', '-3:-1'])}])", f"q[-2:][{b}]",
                "sum(x * y % 9 for x, y in zip(reversed(q), TABLE))",
            ]  # fmt: skip
        if "y" in self._kept:
            forms += [f"y[{choose(['0', '-1', a])}].y", "max(s.y for s in y)"]
        if "z" in self._kept:
            forms += [f"z[{a}]"]
        if "o" in self._kept:
            forms += [f"(o or {a})", f"({a} if o is None else o)", f"known(o, {b})", f"(o + {a})"]
        return forms

    def truth(self, depth: int) -> str:
        """A condition that is no number but True or False: bits of what is negative are refused."""
        return f"bool({self.condition(depth)})"

    def condition(self, depth: int) -> str:
        choose = self._random.choice
        a, b = self.number(max(0, depth - 1)), self.number(max(0, depth - 1))
        forms = [
            f"{a} {choose(['<', '<=', '>', '>=', '==', '!='])} {b}", f"{a} < {b} <= {self.number(0)}",
            f"{a} {choose(['in', 'not in'])} (1, {b}, Kind.LOW)", f"{a} in TABLE",
            f"({a} > 3) ^ ({b} < 2)", f"({a} == 1) & ({b} < 9) | (u > 2)",
        ]  # fmt: skip
        if "b" in self._kept:
            forms += [
                "b[0]",
                f"b[{self.index(3, a)}]",
                "any(b)",
                "all(b)",
                "b[1] & b[2]",
                f"b[0] ^ ({a} > 3)",
            ]
        if "t" in self._kept:
            forms += ["t", "(not t)", f"t != ({a} > 2)", f"({a} == t)", f"t ^ ({a} < {b})"]
        if "o" in self._kept:
            forms += ["o is None", "o is not None", f"o == {a}", f"o is not None and o > {a}"]
        if not self._is_total:
            forms += [f"{self.optional()} is {choose(['None', 'not None'])}", f"{self.optional()} == {a}"]
        if depth > 0:
            left, right = self.condition(depth - 1), self.condition(depth - 1)
            forms += [f"({left} and {right})", f"({left} or {right})", f"(not {left})", a]
            forms += [f"any(n > {a} for n in TABLE)", f"all(n < {a} for n in (u, {b}))"]
            if self._is_total:
                forms += ["any(m.present for m in cohort)", f"all(m.report.level < {a} for m in cohort)"]
            else:
                forms += [
                    f"any(s.x > {self.number(0)} for s in window)", "all(s.y // s.x < 9 for s in window)",
                    "any(s.h for s in window)", f"all([s.x > {a} for s in window])", "not window",
                ]  # fmt: skip
        return f"({choose(forms)})"
