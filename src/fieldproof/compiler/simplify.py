"""Rewrites a program into an equal one with fewer operations, using what the analysis found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from fieldproof.compiler.analyse import Analysis, analyse
from fieldproof.compiler.assume import Assumption
from fieldproof.compiler.builder import Builder
from fieldproof.compiler.diagnostics import Span
from fieldproof.compiler.growing import is_growing
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import (
    Carried,
    Event,
    Item,
    Loop,
    Opcode,
    Operation,
    Program,
    find_lengths,
    get_used_values,
    walk,
)
from fieldproof.compiler.kinds import find_logical_values
from fieldproof.compiler.mask import MaskRemover
from fieldproof.compiler.prune import find_used_values, prune

_MAXIMUM_PASSES = 8
_MAXIMUM_SQUARED_BITS = 100
_MOST_ROUNDS = 16
_MOST_OPERATIONS = 256
"""A loop of no more rounds, and no more operations in all of them, is written out."""


def simplify(program: Program) -> Program:
    """Return an equal program; what it computes and where it raises stay the same."""
    for _ in range(_MAXIMUM_PASSES):
        size = sum(1 for _ in walk(program.body))
        grows = any(isinstance(item, Loop) and is_small(item) for item in walk(program.body))
        program = prune(_Rewriter(program, analyse(program)).rewrite())
        if not grows and sum(1 for _ in walk(program.body)) >= size:
            break
    return program


def is_small(loop: Loop) -> bool:
    """Whether a loop is written out: its rounds are few, and so is what they compute."""
    return (
        loop.rounds <= _MOST_ROUNDS
        and loop.rounds * len(loop.body) <= _MOST_OPERATIONS
        and not any(isinstance(item, Loop) for item in loop.body)
    )


class _Rewriter:
    def __init__(self, program: Program, analysis: Analysis) -> None:
        self._program = program
        self._intervals = analysis.intervals
        self._used = find_used_values(program)
        self._lengths = find_lengths(program)
        self._reads = Counter(each for item in walk(program.body) for each in get_used_values(item))
        self._logical = logical = find_logical_values(program)
        self._growing = {
            each.value
            for item in walk(program.body)
            if isinstance(item, Loop) and is_small(item)
            for each in item.carried
            if each.value not in logical and is_growing(item, each)
        }
        self._operations = {item.result: item for item in walk(program.body) if isinstance(item, Operation)}
        self._builder = Builder(program.inputs, _refuse_large)
        self._new: dict[int, int] = {}
        self._read_outside = _find_results_read(program, self._used)
        self._squared = find_squarable_sizes(program, analysis.intervals)
        self._masks = MaskRemover(program, analysis.intervals, self._operations)

    def rewrite(self) -> Program:
        self._rewrite_items(self._program.body)
        old = self._program
        return Program(
            body=self._builder.body,
            outputs=tuple(self._new[each] for each in old.outputs),
            tables=old.tables,
            inputs=old.inputs,
        )

    def _rewrite_items(self, items: Sequence[Item]) -> None:
        for item in items:
            if isinstance(item, Operation):
                if item.result in self._used:
                    self._new[item.result] = self._rewrite_operation(item)
            elif isinstance(item, Event):
                assumed = Assumption(self._program, self._operations, self._intervals, item.condition)
                if assumed.is_impossible:
                    continue
                condition = self._rewrite_bit(self._masks.strip_event(item.condition), item.span)
                self._builder.add_event(condition, item.exception, item.message, item.span)
            elif isinstance(item, Loop):
                self._rewrite_loop(item)

    def _rewrite_operation(self, item: Operation) -> int:
        found = self._intervals[item.result]
        if found.is_single and item.result not in self._lengths:
            return self._builder.constant(found.low, item.span)
        if self._squared & set(item.operands):
            return self._compare_squares(item)
        operands = [self._new[each] for each in item.operands]
        known = [self._intervals[each] for each in item.operands]
        match item.opcode:
            case Opcode.TABLE if (place := self._builder.get_constant(operands[0])) is not None:
                return self._builder.constant(self._program.tables[item.payload].entries[place], item.span)
            case Opcode.BIT_AND | Opcode.BIT_OR | Opcode.BIT_XOR if item.result in self._logical:
                return self._combine_truths(item, operands)
            case Opcode.EQUAL if (truth := self._find_tested(item)) is not None:
                return self._builder.add(Opcode.NOT, (self._new[truth],), item.span)
            case Opcode.SELECT if item.result in self._logical:
                return self._choose_truth(operands, item.span)
            case Opcode.LESS if (edge := self._find_edge(*known)) is not None:
                return self._compare_edge(item, *edge)
            case Opcode.AND if (between := self._find_between(item)) is not None:
                return self._compare_between(*between, item.span)
            case Opcode.NARROW if item.bounds is not None and known[1].is_within(item.bounds):
                return operands[1]
            case Opcode.MINIMUM | Opcode.MAXIMUM:
                smaller, larger = known if item.opcode is Opcode.MINIMUM else reversed(known)
                if smaller.high <= larger.low:
                    return operands[0]
                if larger.high <= smaller.low:
                    return operands[1]
            case Opcode.ABSOLUTE if known[0].low >= 0:
                return operands[0]
            case Opcode.MODULO if known[0].low >= 0 and known[0].high < known[1].low:
                return operands[0]
        return self._builder.add(item.opcode, operands, item.span, item.payload, item.bounds)

    def _combine_truths(self, item: Operation, operands: Sequence[int]) -> int:
        """Bits of truths, of which a loop did not show at first that they are none but 0 and 1."""
        builder = self._builder
        if item.opcode is Opcode.BIT_XOR:
            return builder.add(Opcode.NOT, (builder.add(Opcode.EQUAL, operands, item.span),), item.span)
        opcode = Opcode.AND if item.opcode is Opcode.BIT_AND else Opcode.OR
        return builder.add(opcode, operands, item.span)

    def _find_tested(self, item: Operation) -> int | None:
        """Return the truth that is compared with 0."""
        for truth, number in (item.operands, reversed(item.operands)):
            if truth in self._logical and self._intervals[number] == Interval(0, 0):
                return truth
        return None

    def _choose_truth(self, operands: Sequence[int], span: Span) -> int:
        """`a or b` and `a and b` of truths: where no choice is left there is none for Noir to branch at."""
        builder = self._builder
        condition, positive, negative = operands
        maker = builder.operations.get(condition)
        if maker is not None and maker.opcode is Opcode.NOT:
            condition, positive, negative = maker.operands[0], negative, positive
        if positive == condition or builder.get_constant(positive) == 1:
            return builder.add(Opcode.OR, (condition, negative), span)
        if negative == condition or builder.get_constant(negative) == 0:
            return builder.add(Opcode.AND, (condition, positive), span)
        return builder.add(Opcode.SELECT, operands, span)

    def _compare_squares(self, item: Operation) -> int:
        """|x| against a constant c is x² against c²; against zero it is x itself."""
        sides = [self._square(each, item.span) for each in item.operands]
        zero = self._builder.constant(0, item.span)
        if item.opcode is Opcode.LESS and sides[0] == zero:
            inner = self._operations[item.operands[1]].operands[0]
            is_zero = self._builder.add(Opcode.EQUAL, (self._new[inner], zero), item.span)
            return self._builder.add(Opcode.NOT, (is_zero,), item.span)
        return self._builder.add(item.opcode, sides, item.span)

    def _square(self, value: int, span: Span) -> int:
        if value in self._squared:
            inner = self._new[self._operations[value].operands[0]]
            return self._builder.add(Opcode.MULTIPLY, (inner, inner), span)
        constant = self._new[value]
        return self._builder.add(Opcode.MULTIPLY, (constant, constant), span)

    def _rewrite_bit(self, conjuncts: Sequence[int], span: Span) -> int:
        result = self._builder.constant(1, span)
        for each in conjuncts:
            result = self._builder.add(Opcode.AND, (result, self._new[each]), span)
        return result

    def _find_edge(self, left: Interval, right: Interval) -> tuple[int, int, bool] | None:
        """Return which side decides `left < right`, the number it is then or is not, and whether it is.

        A value of 0 or more is below 1 where it is 0: an equality costs less than a comparison.
        """
        if right.is_single and left.low == right.low - 1:
            return (0, left.low, True)
        if right.is_single and left.high == right.low:
            return (0, left.high, False)
        if left.is_single and right.low == left.low:
            return (1, right.low, False)
        if left.is_single and right.high == left.low + 1:
            return (1, right.high, True)
        return None

    def _compare_edge(self, item: Operation, side: int, number: int, is_equal: bool) -> int:
        builder = self._builder
        constant = builder.constant(number, item.span)
        equal = builder.add(Opcode.EQUAL, (self._new[item.operands[side]], constant), item.span)
        return equal if is_equal else builder.add(Opcode.NOT, (equal,), item.span)

    def _find_between(self, item: Operation) -> tuple[int, int, int] | None:
        """Return value and bounds of `low <= value <= high`; None where the conjunction is another one."""
        found = [self._find_bound(each) for each in item.operands]
        match found:
            case ((value, low, False), (other, high, True)) | ((other, high, True), (value, low, False)) if (
                value == other and low <= high
            ):
                known = self._intervals[value]
                reach = max(known.high, high) - min(known.low, low)
                return (value, low, high) if reach.bit_length() <= _MAXIMUM_SQUARED_BITS // 2 else None
            case _:
                return None

    def _find_bound(self, bit: int) -> tuple[int, int, bool] | None:
        """Return a value, its constant bound, and whether that is the upper one."""
        if self._reads[bit] != 1:
            return None
        operation, truth = self._operations.get(bit), True
        if operation is not None and operation.opcode is Opcode.NOT:
            operation, truth = self._operations.get(operation.operands[0]), False
        if operation is None or operation.opcode is not Opcode.LESS:
            return None
        left, right = operation.operands
        low, high = self._intervals[left], self._intervals[right]
        if right not in self._lengths and high.is_single and not low.is_single:
            # value < c, or c <= value
            return (left, high.low - 1, True) if truth else (left, high.low, False)
        if low.is_single and not high.is_single:
            # c < value, or value <= c
            return (right, low.low + 1, False) if truth else (right, low.low, True)
        return None

    def _compare_between(self, value: int, low: int, high: int, span: Span) -> int:
        """Both differences have one sign where the value lies between: one comparison, not two."""
        builder, inner = self._builder, self._new[value]
        above = builder.add(Opcode.SUBTRACT, (inner, builder.constant(low, span)), span)
        below = builder.add(Opcode.SUBTRACT, (builder.constant(high, span), inner), span)
        product = builder.add(Opcode.MULTIPLY, (above, below), span)
        outside = builder.add(Opcode.LESS, (product, builder.constant(0, span)), span)
        return builder.add(Opcode.NOT, (outside,), span)

    def _rewrite_loop(self, loop: Loop) -> None:
        if is_small(loop):
            self._unroll(loop)
        else:
            self._keep_loop(loop)

    def _unroll(self, loop: Loop) -> None:
        """Write a short loop out: what is known in one round and not in another is then seen."""
        builder = self._builder
        carried = [each for each in loop.carried if each.value in self._used or each.result in self._used]
        current = {each.value: self._new[each.initial] for each in carried}
        for number in range(loop.rounds):
            self._new[loop.index] = builder.constant(number, loop.span)
            self._new.update(current)
            self._rewrite_items(loop.body)
            for each in carried:
                following = self._rewrite_following(loop, each)
                if each.value not in self._lengths and each.value in self._growing:
                    following = builder.add(Opcode.FRESH, (following,), loop.span)
                current[each.value] = following
        for each in carried:
            self._new[each.result] = current[each.value]

    def _keep_loop(self, loop: Loop) -> None:
        kept: list[Carried] = []
        for each in loop.carried:
            if each.value not in self._used and each.result not in self._used:
                continue
            if each.following == each.value or self._is_constant(each):
                # Handed on unchanged: it is what it was before the loop.
                self._new[each.value] = self._new[each.result] = self._new[each.initial]
                continue
            kept.append(each)
        index = self._builder.open_loop(loop.rounds)
        self._new[loop.index] = index
        inner = {each.value: self._builder.make_value(self._new[each.initial]) for each in kept}
        self._new.update(inner)
        self._rewrite_items(loop.body)
        carried = []
        for each in kept:
            following = self._rewrite_following(loop, each)
            result = self._builder.make_result(self._new[each.initial])
            carried.append(
                Carried(inner[each.value], self._new[each.initial], following, result, each.collects)
            )
            self._new[each.result] = result
        if carried or self._builder.has_open_events():
            self._builder.close_loop(index, loop.rounds, carried, loop.span)
        else:
            self._builder.drop_loop()

    def _is_constant(self, each: Carried) -> bool:
        if each.value in self._lengths:
            return False
        found = self._intervals[each.value]
        return found.is_single and self._intervals[each.result] == found

    def _rewrite_following(self, loop: Loop, each: Carried) -> int:
        """Return the value at the end of a round, without a mask that is not needed."""
        stripped = self._masks.strip_carried(loop, each, is_read_after=each.result in self._read_outside)
        if stripped is None:
            return self._new[each.following]
        condition = self._rewrite_bit(stripped.conjuncts, loop.span)
        return self._builder.add(
            Opcode.SELECT, (condition, self._new[stripped.positive], self._new[each.value]), loop.span
        )


def find_squarable_sizes(program: Program, found: Mapping[int, Interval]) -> frozenset[int]:
    """Return absolute values that are only compared with constants that are not negative.

    Squaring takes one gate; finding a sign takes a comparison.
    """
    sizes = {
        item.result
        for item in walk(program.body)
        if isinstance(item, Operation)
        and item.opcode is Opcode.ABSOLUTE
        and found[item.result].magnitude_bits <= _MAXIMUM_SQUARED_BITS
    }
    other: set[int] = set(program.outputs)
    for item in walk(program.body):
        used = set(get_used_values(item)) & sizes
        if not used:
            continue
        if isinstance(item, Operation) and item.opcode in (Opcode.LESS, Opcode.EQUAL):
            rest = [found[each] for each in item.operands if each not in used]
            if len(rest) == 1 and rest[0].is_single and 0 <= rest[0].low < 1 << _MAXIMUM_SQUARED_BITS:
                continue
        other |= used
    return frozenset(sizes - other)


def _find_results_read(program: Program, used: frozenset[int]) -> frozenset[int]:
    """Results of loops that anything that matters reads after the loop."""
    read = set(program.outputs)
    for item in walk(program.body):
        if isinstance(item, Operation):
            if item.result in used:
                read.update(item.operands)
        elif isinstance(item, Loop):
            for each in item.carried:
                if each.value in used or each.result in used:
                    read.update((each.initial, each.following))
        else:
            read.update(get_used_values(item))
    return frozenset(read)


def _refuse_large(span: Span) -> None:
    raise ValueError(f"bug: a constant at {span} grew past the limit after the analysis")
