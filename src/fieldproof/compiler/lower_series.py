"""Lowering of what loops go through: the window, tables, ranges, and pairs and numberings of them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace

from fieldproof.compiler.diagnostics import Code, Span
from fieldproof.compiler.interval import LIMIT, Interval
from fieldproof.compiler.ir import Opcode
from fieldproof.compiler.lower_access import AccessLowering
from fieldproof.compiler.lower_scope import MAXIMUM_STEPS
from fieldproof.compiler.values import (
    BROKEN,
    Builtin,
    CohortView,
    Listing,
    Number,
    Pack,
    TableReference,
    Value,
    WindowView,
    describe,
)


@dataclass(frozen=True, slots=True)
class Series:
    """What a loop goes through: at most `rounds` values."""

    rounds: int
    get_item: Callable[[int], Value]
    """From the round's index to the value, called inside the body."""
    get_present: Callable[[int], int] | None
    """From the round's index to the bit that tells whether the round happens; None: always."""
    count: int | None = None
    """Value of how many rounds happen; None: all."""
    is_late: bool = False
    """Whether it is the last `count` rounds that happen, not the first."""


class SeriesLowering(AccessLowering):
    """What can stand behind `in` of a `for`."""

    def lower_numbers(self, node: ast.Call, count: int | None) -> list[int] | None:
        """Return the numbers of a call's arguments; None after a report."""
        values = [self.lower_expression(each) for each in node.args]
        numbers = [self.to_number(value, each) for value, each in zip(values, node.args, strict=True)]
        if count is not None and len(numbers) != count:
            name = node.func.id if isinstance(node.func, ast.Name) else "this"
            self.refuse(
                Code.ARGUMENTS,
                node,
                f"{name} takes {count} argument{'s' if count != 1 else ''}, {len(numbers)} given",
                f"give {count}",
            )
            return None
        known = [each for each in numbers if each is not None]
        return known if len(known) == len(numbers) else None

    def lower_series(self, node: ast.expr) -> Series | None:
        """Return what a loop over an expression goes through; None after a report."""
        span = self.span(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            match self.lower_expression(node.func):
                case Builtin("range"):
                    return self._make_range(node, span)
                case Builtin("enumerate"):
                    return self._make_enumerate(node, span)
                case Builtin("pairwise"):
                    return self._make_pairs(node, span)
                case Builtin("zip"):
                    return self._make_zip(node, span)
                case Builtin("reversed"):
                    return self._make_reversed(node, span)
        value = self.lower_expression(node)
        series = self._make_series(value, span)
        if series is None and value is not BROKEN:
            self.refuse(
                Code.LOOP,
                node,
                f"a loop cannot go over {describe(value)}: a proof needs a bound known beforehand",
                "loop over the window, a list, a table, range(constant), or enumerate and zip of these",
            )
        return series

    def _make_series(self, value: Value, span: Span) -> Series | None:
        match value:
            case WindowView():
                return self._make_window_series(value, span)
            case Listing(length=length, count=None):
                return Series(length, lambda index: self.get_entry(value, index, span), None)
            case Listing(length=length, count=int(count)):
                return Series(
                    length,
                    lambda index: self.get_entry(value, index, span),
                    lambda index: self.add(Opcode.LESS, index, count, span=span),
                    count,
                )
            case TableReference(length=length):
                return Series(length, lambda index: self.read_table(value, index, span), None)
            case CohortView(capacity):
                return Series(capacity, lambda index: self.make_member(index, span), None)
            case Pack(items) if items:
                listing = self.make_list(items, span)
                return None if listing is None else self._make_series(listing, span)
            case Pack():
                return Series(0, lambda _: BROKEN, None)
            case _:
                return None

    def _make_window_series(self, view: WindowView, span: Span) -> Series:
        return Series(
            view.length,
            lambda index: self.make_reading(self.find_slot(view, index, span), span),
            lambda index: self.add(Opcode.PRESENT, self.shift_index(index, view.mark, span), span=span),
            self.count_items(view, span),
        )

    def _make_reversed(self, node: ast.Call, span: Span) -> Series | None:
        series = None
        if len(node.args) == 1 and not node.keywords and not self._is_iterator(node.args[0]):
            series = self.lower_series(node.args[0])
        else:
            self.refuse(
                Code.LOOP,
                node,
                "reversed takes one thing of which Python knows the length",
                "write reversed(window), reversed(values) or reversed(range(24))",
            )
        if series is None:
            return None
        last, get_present = self.constant(max(0, series.rounds - 1), span), series.get_present

        def turn(index: int) -> int:
            return self.add(Opcode.SUBTRACT, last, index, span=span)

        # The slots of readings that a window could still hold come first, and are passed over.
        return Series(
            series.rounds,
            lambda index: series.get_item(turn(index)),
            None if get_present is None else lambda index: get_present(turn(index)),
            series.count,
            is_late=get_present is not None,
        )

    def _is_iterator(self, node: ast.expr) -> bool:
        """Whether an expression is gone through once, from its beginning."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            return False
        name = self.scope.names.get(node.func.id, self.scope.module.names.get(node.func.id))
        return isinstance(name, Builtin) and name.name in ("enumerate", "pairwise", "zip", "reversed")

    def align(self, series: Series, span: Span) -> Series:
        """Return a series of the same values of which the first rounds happen, whichever those are."""
        count, get_present = series.count, series.get_present
        if not series.is_late or count is None or get_present is None:
            return series
        rounds = self.constant(series.rounds, span)
        last, passed = (
            self.constant(series.rounds - 1, span),
            self.add(Opcode.SUBTRACT, rounds, count, span=span),
        )

        def is_present(index: int) -> int:
            return get_present(self.add(Opcode.SUBTRACT, last, index, span=span))

        def get_item(index: int) -> Value:
            place = self.add(Opcode.ADD, index, passed, span=span)
            bounds = Interval(0, series.rounds - 1)
            return series.get_item(
                self.base.builder.add(Opcode.NARROW, (is_present(index), place), span, bounds=bounds)
            )

        return Series(series.rounds, get_item, is_present, count)

    def _make_range(self, node: ast.Call, span: Span) -> Series | None:
        numbers = self.lower_numbers(node, None)
        if numbers is None:
            return None
        found = [self.base.builder.get_constant(each) for each in numbers]
        constants = [each for each in found if each is not None]
        start: int | None = None
        if len(numbers) == 2 and found[0] is None:
            # From a value on, a fixed number of steps.
            start = numbers[0]
            length = self.base.builder.get_constant(self.add(Opcode.SUBTRACT, numbers[1], start, span=span))
            constants = [] if length is None else [length]
            found = [length]
        if (
            len(constants) != len(found)
            or not 1 <= len(found) <= 3
            or (len(found) == 3 and constants[2] == 0)
        ):
            self.refuse(
                Code.RANGE,
                node,
                "the length of range must be a constant: a proof has a fixed number of steps",
                "write range(24), range(first, first + 24), or a loop over the window",
            )
            return None
        steps = range(*constants)
        if not -LIMIT < steps.start < LIMIT or len(steps) > MAXIMUM_STEPS:
            self.refuse(Code.TOO_LONG, node, f"this loop has {len(steps)} rounds", "shorten it")
            return None

        def get_item(index: int) -> Value:
            stride = self.add(Opcode.MULTIPLY, index, self.constant(steps.step, span), span=span)
            first = start if start is not None else self.constant(steps.start, span)
            return Number(self.add(Opcode.ADD, stride, first, span=span))

        return Series(len(steps), get_item, None)

    def _make_enumerate(self, node: ast.Call, span: Span) -> Series | None:
        given = [*node.args, *(each.value for each in node.keywords)]
        if not node.args or len(given) > 2 or any(each.arg != "start" for each in node.keywords):
            self.refuse(
                Code.ARGUMENTS,
                node,
                "enumerate takes what to loop over, and a first number",
                "write enumerate(window) or enumerate(window, start=1)",
            )
            return None
        inner = self.lower_series(given[0])
        start = self.lower_number(given[1]) if len(given) == 2 else self.constant(0, span)
        if inner is None or start is None:
            return None
        return replace(
            inner,
            get_item=lambda index: Pack(
                (
                    Number(self.add(Opcode.ADD, self._count_before(inner, index, span), start, span=span)),
                    inner.get_item(index),
                )
            ),
        )

    def _count_before(self, series: Series, index: int, span: Span) -> int:
        """Return how many rounds of a series happen before one that does; of others some number of rounds."""
        if not series.is_late or series.get_present is None or series.count is None:
            return index
        passed = self.add(Opcode.SUBTRACT, self.constant(series.rounds, span), series.count, span=span)
        number = self.add(Opcode.SUBTRACT, index, passed, span=span)
        bounds = Interval(0, series.rounds - 1)
        return self.base.builder.add(Opcode.NARROW, (series.get_present(index), number), span, bounds=bounds)

    def _make_pairs(self, node: ast.Call, span: Span) -> Series | None:
        series = self.lower_series(node.args[0]) if len(node.args) == 1 and not node.keywords else None
        if series is None:
            self.refuse(Code.LOOP, node, "pairwise takes one thing to go through", "write pairwise(window)")
            return None
        one, zero = self.constant(1, span), self.constant(0, span)

        def follow(index: int) -> int:
            return self.add(Opcode.ADD, index, one, span=span)

        get_present, count = series.get_present, series.count
        if count is not None:
            fewer = self.add(Opcode.SUBTRACT, count, one, span=span)
            count = self.add(Opcode.MAXIMUM, fewer, zero, span=span)
        return Series(
            max(0, series.rounds - 1),
            lambda index: Pack((series.get_item(index), series.get_item(follow(index)))),
            None
            if get_present is None
            else lambda index: get_present(index if series.is_late else follow(index)),
            count,
            series.is_late,
        )

    def _make_zip(self, node: ast.Call, span: Span) -> Series | None:
        if (
            any(each.arg != "strict" or not isinstance(each.value, ast.Constant) for each in node.keywords)
            or not node.args
        ):
            self.refuse(Code.ARGUMENTS, node, "zip takes what to loop over", "write zip(window, window[1:])")
            return None
        found = [self.lower_series(each) for each in node.args]
        known = [each for each in found if each is not None]
        if len(known) != len(found):
            return None
        series = self._align_all(known, span)
        is_strict = any(isinstance(each.value, ast.Constant) and each.value.value for each in node.keywords)
        if is_strict and len({(each.rounds, each.count) for each in series}) > 1:
            self.refuse(
                Code.ARGUMENTS,
                node,
                "strict=True needs series that surely have one length",
                "write strict=False, and the longer ones are cut off",
            )
            return None
        tests = [each.get_present for each in series if each.get_present is not None]

        def get_present(index: int) -> int:
            # The mask of a window falls once: where a later reading is, the earlier ones are.
            bits = {test(index) for test in tests}
            furthest = self._find_furthest(bits)
            if furthest is not None:
                return furthest
            result = self.always
            for bit in sorted(bits):
                result = self.add(Opcode.AND, result, bit, span=span)
            return result

        rounds = min(each.rounds for each in series)
        counts = [each.count for each in series if each.count is not None]
        count = counts[0] if counts else None
        for each in counts[1:]:
            count = self.add(Opcode.MINIMUM, count or each, each, span=span)
        if count is not None:
            count = self.add(Opcode.MINIMUM, count, self.constant(rounds, span), span=span)
        return Series(
            rounds,
            lambda index: Pack(tuple(each.get_item(index) for each in series)),
            get_present if tests else None,
            count,
            series[0].is_late,
        )

    def _align_all(self, series: list[Series], span: Span) -> list[Series]:
        """Return series to go through together: of each the first rounds happen, or of each the last."""
        first = series[0]
        if all(
            (each.rounds, each.count, each.is_late) == (first.rounds, first.count, True) for each in series
        ):
            # As many of each: one test tells.
            return [first, *(replace(each, get_present=None) for each in series[1:])]
        return [self.align(each, span) for each in series]

    def _find_furthest(self, bits: set[int]) -> int | None:
        """Return the PRESENT bit that implies the others: the one furthest from the loop's index."""
        distances: dict[int, int] = {}
        for bit in bits:
            operation = self.base.builder.operations.get(bit)
            if operation is None or operation.opcode is not Opcode.PRESENT:
                return None
            distances[bit] = 0
            shifted = self.base.builder.operations.get(operation.operands[0])
            while shifted is not None:
                # A part of the window, and neighbours in it: each adds a step.
                offsets = [self.base.builder.get_constant(each) for each in shifted.operands]
                rest = [each for each, known in zip(shifted.operands, offsets, strict=True) if known is None]
                if shifted.opcode is not Opcode.ADD or len(rest) != 1:
                    return None
                distances[bit] += sum(each for each in offsets if each is not None)
                shifted = self.base.builder.operations.get(rest[0])
        return max(distances, key=lambda bit: distances[bit])
