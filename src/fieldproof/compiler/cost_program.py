"""What a whole program takes in the circuit: its loops, what makes a device void, and its results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Literal

from fieldproof.compiler.cost_arrays import ArrayCosts
from fieldproof.compiler.diagnostics import Span
from fieldproof.compiler.forms import CONSTANT, WITNESS, Form, count_rows
from fieldproof.compiler.growing import SUM_PART, is_growing, is_long_sum, is_sum
from fieldproof.compiler.ir import Carried, Event, Item, Loop, Opcode, Operation
from fieldproof.compiler.prices import price_witness

_MOST_PASSES = 4
"""Rounds after which the forms of what a loop carries repeat."""
_EVENTS_IN_A_SUM = 4
"""So many reasons to be void are added up; fewer are joined by `or`."""


class ProgramCost(ArrayCosts):
    """Goes through a program as Noir does, each loop's body once."""

    def run(self) -> ProgramCost:
        """Go through the program; return this object."""
        self._raised: dict[int, tuple[Span, int, Form]] = {}
        self._handed_on: set[int] = set()
        """Values that a loop hands to its next round, which are written out as soon as they are computed."""
        self._visit(self.program.body, 1)
        return self

    def conclude(self) -> tuple[Form, ...]:
        """Count what decides whether a device is void; return the forms of the results."""
        span = self._find_last_span()
        self._count_reasons(span, list(self._raised.values()))
        outputs = tuple(map(self._get, self.program.outputs))
        for value, form in zip(self.program.outputs, outputs, strict=True):
            if not form.is_linear:
                # It is chosen by a bit, or multiplied by one.
                self._count_output(span, value, form)
        return outputs

    def count_points(self) -> None:
        """Count that points are chosen by a bit, term by term."""
        (points, *_) = self.program.outputs
        form = self._get(points)
        self._count_output(self._find_last_span(), points, Form(form.terms if form.is_linear else 1))

    def _count_output(self, span: Span, value: int, form: Form) -> None:
        times = self._lengths.get(value, 1) * self._devices
        self.book.add(span, "select", times, float(count_rows(form, 1) * times))

    def _count_reasons(self, span: Span, reasons: list[tuple[Span, int, Form]]) -> None:
        """Share out the sum of all that makes a device void, and add whether it is zero."""
        total = count_rows(sum((form.repeat(times) for _, times, form in reasons), CONSTANT), 1)
        weight = sum(form.weight * times for _, times, form in reasons)
        for reason, times, form in reasons:
            gates = total * form.weight * times / max(1, weight)
            self.book.add(reason, "void", times * self._devices, gates * self._devices)
        if len(reasons) >= _EVENTS_IN_A_SUM or any(times > 1 for _, times, _ in reasons):
            self.book.add(span, "void", self._devices, 2.0 * self._devices)

    def _find_last_span(self) -> Span:
        operations = [self._operations[each] for each in self.program.outputs if each in self._operations]
        return operations[0].span if operations else self.program.body[-1].span

    def _visit(self, items: Sequence[Item], rounds: int) -> None:
        for item in items:
            if isinstance(item, Loop):
                self._visit_loop(item, rounds)
            elif isinstance(item, Operation):
                self._visit_operation(item, rounds)
            elif isinstance(item, Event):
                self._raise(item)

    def _visit_operation(self, item: Operation, rounds: int) -> None:
        if self._is_repeated(item) or item.result in self._fixed:
            return
        times = self._count_times(item.result)
        form, gates = self._work(item, rounds)
        if item.result in self._handed_on:
            gates += price_witness(form)
            form = WITNESS
        self._put(item.result, form)
        self._count(item, times, gates * times)

    def _work(self, item: Operation, rounds: int) -> tuple[Form, float]:
        """Return the form of a result and the gates of computing it once."""
        operands = item.operands
        match item.opcode:
            case Opcode.TABLE | Opcode.READING | Opcode.PRESENT:
                return WITNESS, self._read_input(item)
            case Opcode.GET:
                return self._read_entry(item, rounds)
            case Opcode.SET:
                return self._write_entry(item, rounds)
            case Opcode.ARRAY | Opcode.FILL | Opcode.REPORTS | Opcode.MEMBERS:
                return self._make_array(item, rounds)
            case Opcode.SORT:
                return WITNESS, self._sort(item)
            case Opcode.RANK:
                return Form(1), self._rank(item)
            case Opcode.NARROW if item.result in self.program.outputs:
                # Where the check fails an event has made the device void.
                return self._get(operands[1]), 0.0
            case Opcode.SELECT if (change := self._find_change(item)) is not None:
                kept, added = change
                product = replace(item, opcode=Opcode.MULTIPLY, operands=(operands[0], added))
                form, gates = self._compute(product)
                return form + self._get(kept), gates
            case Opcode.FLOOR_DIVIDE | Opcode.MODULO if operands in self._divided:
                return WITNESS, 0.0
            case Opcode.BIT_AND | Opcode.BIT_OR | Opcode.BIT_XOR if operands in self._combined:
                return self._compute(item)[0], 0.0
            case _:
                form, gates = self._compute(item)
                return form, gates * self._lengths.get(item.result, 1)

    def _raise(self, event: Event) -> None:
        name, form = self._names.get(event.condition, event.condition), self._get(event.condition)
        if self._is_counting and name not in self._raised:
            # The same condition again is the same term of their sum.
            self._raised[name] = (event.span, self._variety.count(event.condition), form)

    def _visit_loop(self, loop: Loop, rounds: int) -> None:
        self._names[loop.index] = self._name(("index", rounds, loop.rounds), loop.index)
        kinds = {each.value: self._classify(loop, each) for each in loop.carried}
        self._handed_on |= {each.following for each in loop.carried if kinds[each.value] == "written out"}
        starts = self._start(loop, kinds)
        if "kept" in kinds.values():
            starts = self._settle(loop, rounds, starts, kinds)
        self._go_round(loop, rounds, starts)
        for each in loop.carried:
            self._put(each.result, self._end(loop, each, rounds, kinds[each.value]))

    def _classify(self, loop: Loop, each: Carried) -> Literal["array", "written out", "sum", "kept"]:
        following = self._operations.get(each.following)
        if each.value in self._lengths and not (following and following.opcode is Opcode.ARRAY):
            return "array"
        if each.value in self._lengths or each.value in self._logical:
            return "kept"
        if is_sum(loop, each) and self._is_added_to(each):
            return "sum"
        return "written out" if is_growing(loop, each) or is_sum(loop, each) else "kept"

    def _is_added_to(self, each: Carried) -> bool:
        """Whether the next value is the one before and something more, and not one of two."""
        following = self._operations.get(each.following)
        return following is not None and (
            following.opcode is not Opcode.SELECT or self._find_change(following) is not None
        )

    def _start(self, loop: Loop, kinds: Mapping[int, str]) -> Mapping[int, Form]:
        """Return the forms of variables at the start of a round; a sum begins with what a round adds."""
        known = {"written out": WITNESS, "sum": CONSTANT}
        return {each.value: known.get(kinds[each.value]) or self._get(each.initial) for each in loop.carried}

    def _settle(
        self, loop: Loop, rounds: int, starts: Mapping[int, Form], kinds: Mapping[int, str]
    ) -> Mapping[int, Form]:
        """Go through the body without counting until the forms that a round begins with repeat."""
        for _ in range(_MOST_PASSES):
            trial = self._make_trial()
            trial._go_round(loop, rounds, starts)
            following = {
                each.value: trial._get(each.following) if kinds[each.value] == "kept" else starts[each.value]
                for each in loop.carried
            }
            if following == starts:
                break
            starts = following
        return starts

    def _make_trial(self) -> ProgramCost:
        trial = copy(self)
        trial._is_counting = False
        trial._forms = dict(self._forms)
        trial._divided, trial._indexed = set(self._divided), set(self._indexed)
        trial._combined = set(self._combined)
        trial._laid_out, trial._accesses = set(self._laid_out), dict(self._accesses)
        trial._layouts = dict(self._layouts)
        return trial

    def _go_round(self, loop: Loop, rounds: int, starts: Mapping[int, Form]) -> None:
        inner = rounds * loop.rounds
        for each in loop.carried:
            self._put(each.value, starts[each.value])
            if self._memories.is_written(each.value) and not self._memories.is_written(each.initial):
                gates = self._lay_out(each.value, starts[each.value], rounds) * rounds * self._devices
                self._count_loop(loop, "array", rounds, gates)
                self._put(each.value, WITNESS)
        self._visit(loop.body, inner)

    def _end(self, loop: Loop, each: Carried, rounds: int, kind: str) -> Form:
        """Return the form of a variable after a loop."""
        initial, following = self._get(each.initial), self._get(each.following)
        match kind:
            case "array":
                return following if each.collects else max(initial, following, key=lambda form: form.weight)
            case "written out":
                return WITNESS
            case "sum" if is_long_sum(loop, each):
                parts, rest = divmod(loop.rounds, SUM_PART)
                part = price_witness(following.repeat(SUM_PART) + WITNESS)
                self._count_loop(loop, "fresh", parts * rounds, part * parts * rounds * self._devices)
                return WITNESS + following.repeat(rest)
            case "sum":
                return initial + following.repeat(loop.rounds)
            case _:
                return following

    def _count_loop(self, loop: Loop, name: str, times: int, gates: float) -> None:
        if self._is_counting and gates:
            self.book.add(loop.span, name, times * self._devices, gates)
