"""Finds the interval of every value, loops included, and reports what could grow too large.

A loop is gone through as often as it runs, on intervals in place of numbers, until nothing changes any
more; a value in its body gets the join over all rounds. A sum over at most 60 readings of 0 to 1,600 is at
most 96,000, and a running maximum stays in range. The bounds of a long loop are guessed and then proven.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fieldproof.compiler import interval as intervals
from fieldproof.compiler.diagnostics import Code, Reporter
from fieldproof.compiler.interval import LIMIT_BITS, Interval
from fieldproof.compiler.ir import (
    Carried,
    Declaration,
    Item,
    Loop,
    Opcode,
    Operation,
    Program,
    walk,
)
from fieldproof.compiler.transfer import compute_interval
from fieldproof.compiler.widths import MOST_ORDER_BITS, MOST_SQUARE_BITS

LONG_LOOP_ROUNDS = 256
"""Above it the bounds of a loop are guessed and proven rather than reached round by round."""

_ROUNDS_WATCHED = 4
_GUESSES = 4


@dataclass(frozen=True, slots=True)
class _Growth:
    """What a round adds to a sum: at least `low`, at most `high`."""

    low: int
    high: int

    def join(self, other: _Growth) -> _Growth:
        return _Growth(min(self.low, other.low), max(self.high, other.high))

    def add(self, addend: Interval, *, is_added: bool) -> _Growth:
        low, high = (addend.low, addend.high) if is_added else (-addend.high, -addend.low)
        return _Growth(self.low + low, self.high + high)

    def reach(self, first: Interval, rounds: int) -> Interval:
        """Everything that a sum can be from its first value to that after all rounds."""
        return Interval(first.low + min(0, self.low) * rounds, first.high + max(0, self.high) * rounds)


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known of the values of a program."""

    intervals: Mapping[int, Interval]


def analyse(program: Program, reporters: Mapping[str, Reporter] | None = None) -> Analysis:
    """Return the interval of every value; mistakes go to the reporters of their files, if there are any."""
    analyser = _Analyser(program, reporters)
    analyser.go_through(program.body)
    analyser.check_declarations()
    return Analysis(analyser.joined)


class _Analyser:
    def __init__(self, program: Program, reporters: Mapping[str, Reporter] | None) -> None:
        self._program = program
        self._reporters = reporters
        self._now: dict[int, Interval] = {}
        self.joined: dict[int, Interval] = {}
        self._made: dict[int, tuple[list[Interval], Interval]] = {}
        """What operations were last computed from, and what they gave: most rounds change little."""
        self._tainted: set[int] = set()
        self._operations = {item.result: item for item in walk(program.body) if isinstance(item, Operation)}

    def go_through(self, items: tuple[Item, ...]) -> None:
        for item in items:
            if isinstance(item, Operation):
                self._set(item.result, self._check(item, self._compute(item)))
            elif isinstance(item, Loop):
                self._go_through_loop(item)

    def _set(self, value: int, found: Interval) -> None:
        self._now[value] = found
        known = self.joined.get(value)
        if known is not found:
            self.joined[value] = found if known is None else known.join(found)

    def _go_through_loop(self, loop: Loop) -> None:
        self._set(loop.index, Interval(0, loop.rounds - 1))
        if loop.rounds > LONG_LOOP_ROUNDS and self._leap(loop):
            return
        state = tuple(self._now[each.initial] for each in loop.carried)
        tainted = [each.initial in self._tainted for each in loop.carried]
        for _ in range(loop.rounds):
            for each, found, is_tainted in zip(loop.carried, state, tainted, strict=True):
                self._set(each.value, found)
                if is_tainted:
                    self._tainted.add(each.value)
            self.go_through(loop.body)
            following = tuple(self._now[each.following] for each in loop.carried)
            now_tainted = [each.following in self._tainted for each in loop.carried]
            if following == state and now_tainted == tainted:
                break
            state, tainted = following, now_tainted
        for each, found, is_tainted in zip(loop.carried, state, tainted, strict=True):
            self._set(each.result, self._join_collected(each, found))
            if is_tainted:
                self._tainted.add(each.result)

    def _leap(self, loop: Loop) -> bool:
        """Find the bounds of a long loop without going through all its rounds; False if that fails.

        Some rounds show how variables grow; from that the bounds after all rounds are guessed, and one more
        round from the guess proves it: sums grow by no more than their addends in it allow, and no other
        variable leaves its bounds. By induction every round then stays within the guess.
        """
        known, tainted, reporters = dict(self.joined), set(self._tainted), self._reporters
        self._reporters = None
        start = [self._now[each.initial] for each in loop.carried]
        deltas = [self._find_growth(loop, each) for each in loop.carried]
        guess = list(start)
        for _ in range(_ROUNDS_WATCHED):
            following = self._go_through_round(loop, guess)
            guess = [
                found if growth is not None else old.join(found)
                for old, found, growth in zip(guess, following, deltas, strict=True)
            ]
        is_proven = False
        for _ in range(_GUESSES):
            reached = []
            for old, first, growth in zip(guess, start, deltas, strict=True):
                reached.append(old if growth is None else first.join(growth().reach(first, loop.rounds)))
            following = self._go_through_round(loop, reached)
            guess = [
                old.join(found) if growth is None else old
                for old, found, growth in zip(reached, following, deltas, strict=True)
            ]
            is_proven = all(
                found.is_within(old) if growth is None else growth().reach(first, loop.rounds).is_within(old)
                for old, found, first, growth in zip(reached, following, start, deltas, strict=True)
            )
            if is_proven:
                guess = reached
                break
        self.joined, self._tainted, self._reporters = known, tainted, reporters
        if not is_proven or not all(each.is_within_limit for each in guess):
            return False
        self._go_through_round(loop, guess)
        for each, found in zip(loop.carried, guess, strict=True):
            self._set(each.result, self._join_collected(each, found))
        return True

    def _join_collected(self, each: Carried, found: Interval) -> Interval:
        """Of an array whose every entry is set the entries matter, not what it was filled with before."""
        setter = self._operations.get(each.following)
        if not each.collects or setter is None or setter.opcode is not Opcode.SET:
            return found
        return self.joined[setter.operands[2]]

    def _go_through_round(self, loop: Loop, state: list[Interval]) -> list[Interval]:
        for each, found in zip(loop.carried, state, strict=True):
            self._set(each.value, found)
        self.go_through(loop.body)
        return [self._now[each.following] for each in loop.carried]

    def _find_growth(self, loop: Loop, each: Carried) -> Callable[[], _Growth] | None:
        """Return what computes a sum's growth in the round just gone through; None for other variables."""
        inside = {item.result for item in loop.body if isinstance(item, Operation)}

        def find(value: int) -> Callable[[], _Growth] | None:
            operation = self._operations.get(value)
            if value == each.value:
                return lambda: _Growth(0, 0)
            if operation is None or value not in inside:
                return None
            if operation.opcode is Opcode.SELECT:
                first, second = find(operation.operands[1]), find(operation.operands[2])
                return None if first is None or second is None else lambda: first().join(second())
            if operation.opcode not in (Opcode.ADD, Opcode.SUBTRACT):
                return None
            left, right = operation.operands
            base = find(left)
            if base is not None and find(right) is None:
                is_added = operation.opcode is Opcode.ADD
                return lambda: base().add(self._now[right], is_added=is_added)
            other = find(right)
            if other is not None and base is None and operation.opcode is Opcode.ADD:
                return lambda: other().add(self._now[left], is_added=True)
            return None

        return find(each.following)

    def _check(self, operation: Operation, found: Interval) -> Interval:
        """Report a value past the limit once, where it first gets there, and go on below it."""
        if self._tainted and any(each in self._tainted for each in operation.operands):
            self._tainted.add(operation.result)
        if operation.opcode is Opcode.FLOOR_DIVIDE or operation.opcode is Opcode.MODULO:
            self._check_division(operation)
        elif operation.opcode in (Opcode.SORT, Opcode.RANK, Opcode.SQUARE_ROOT):
            self._check_gadget(operation)
        if found.is_within_limit:
            return found
        self._report_once(
            operation,
            Code.TOO_LARGE,
            f"this value could need {found.magnitude_bits} bits; a proof computes below 2**{LIMIT_BITS}",
            "divide before multiplying, bound it with min(...), or check it with U64(...)",
        )
        return found.clamp_to_limit()

    def _report_once(self, operation: Operation, code: Code, message: str, hint: str) -> None:
        """Report where a value first gets too large; what is computed from it is not reported again."""
        if operation.result not in self._tainted and self._reporters is not None:
            self._reporters[operation.span.path].report(code, operation.span, message, hint)
        self._tainted.add(operation.result)

    def _check_division(self, operation: Operation) -> None:
        """A gadget shows dividend = quotient * divisor + rest: that product must not wrap either."""
        dividend, divisor = (self._now[each] for each in operation.operands)
        quotient = intervals.floor_divide(dividend, divisor)
        bits = max((quotient.high - min(quotient.low, 0)).bit_length(), 1) + (divisor.high - 1).bit_length()
        too_wide = dividend.low < 0 and bits > LIMIT_BITS - 1
        if bits > LIMIT_BITS or too_wide:
            self._report_once(
                operation,
                Code.TOO_WIDE_DIVISION,
                f"quotient and divisor could need {bits} bits together, {LIMIT_BITS - 1} are the most",
                "bound the divisor or the dividend, for example with U64(...)",
            )

    def _check_gadget(self, operation: Operation) -> None:
        """Gadgets are shown to be sound up to a width: see "Given" in circuits/gadgets."""
        bounds = self._now[operation.operands[0]]
        if operation.opcode is Opcode.SQUARE_ROOT:
            bits, most, what = bounds.high.bit_length(), MOST_SQUARE_BITS, "this value could need"
        else:
            bits, most = (bounds.high - bounds.low).bit_length(), MOST_ORDER_BITS
            what = "the differences of these values could need"
        if bits > most:
            self._report_once(
                operation,
                Code.TOO_WIDE_GADGET,
                f"{what} {bits} bits, {most} are the most here",
                "bound the values, for example with U64(...), or divide them first",
            )

    def check_declarations(self) -> None:
        for item in walk(self._program.body):
            if not isinstance(item, Declaration) or self._reporters is None or item.value in self._tainted:
                continue
            reporter = self._reporters[item.span.path]
            found = self.joined.get(item.value)
            if found is None or found.is_within(item.bounds):
                continue
            if item.purpose:
                reporter.report(
                    Code.OPERAND,
                    item.span,
                    f"{item.purpose} can be {found.low} to {found.high} here, and must not be "
                    + (
                        f"below {item.bounds.low}"
                        if found.low < item.bounds.low
                        else f"above {item.bounds.high}"
                    ),
                    "bound it with min(...) and max(...), or check it with a type such as U32(...)",
                )
            else:
                reporter.report(
                    Code.DECLARED,
                    item.span,
                    f"this can be {found.low} to {found.high}, and {item.name} holds "
                    f"{item.bounds.low} to {item.bounds.high}; a plain declaration checks nothing in Python",
                    f"write {item.name}(...) around it, which raises where it does not fit",
                )

    def _compute(self, operation: Operation) -> Interval:
        operands = [self._now[each] for each in operation.operands]
        if operation.opcode is Opcode.SELECT:
            return self._compute_select(operation, *operands)
        made = self._made.get(operation.result)
        if made is None or made[0] != operands:
            made = operands, compute_interval(operation, operands, self._program)
            self._made[operation.result] = made
        return made[1]

    def _compute_select(
        self, operation: Operation, condition: Interval, positive: Interval, negative: Interval
    ) -> Interval:
        if condition.is_single:
            return positive if condition.low else negative
        chooser, on_one, on_zero = operation.operands
        refined = [
            self._refine(chooser, True, on_one, positive),
            self._refine(chooser, False, on_zero, negative),
        ]
        known = [each for each in refined if each is not None]
        if not known:
            return positive.join(negative)
        return known[0] if len(known) == 1 else known[0].join(known[1])

    def _refine(self, condition: int, truth: bool, value: int, found: Interval) -> Interval | None:
        """Return what a value can be where a condition is as `truth` says; None if it cannot be so.

        That holds of the value chosen, so no clamp is needed: what the other way computed is not used.
        """
        operation = self._operations.get(condition)
        if operation is None:
            return found
        match operation.opcode, operation.operands:
            case Opcode.NOT, (inner,):
                return self._refine(inner, not truth, value, found)
            case Opcode.AND, (left, right) if truth:
                first = self._refine(left, True, value, found)
                return None if first is None else self._refine(right, True, value, first)
            case Opcode.OR, (left, right) if not truth:
                first = self._refine(left, False, value, found)
                return None if first is None else self._refine(right, False, value, first)
            case Opcode.LESS, (left, right) if value in (left, right):
                low, high = self._now[left], self._now[right]
                if value == left:
                    bound = (found.low, high.high - 1) if truth else (high.low, found.high)
                else:
                    bound = (low.low + 1, found.high) if truth else (found.low, low.high)
                return found.intersect(Interval(*bound)) if bound[0] <= bound[1] else None
            case Opcode.EQUAL, (left, right) if truth and value in (left, right):
                return found.intersect(self._now[right if value == left else left])
            case _:
                return found
