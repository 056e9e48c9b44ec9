"""Lowering of what loops go through: the window, tables, ranges, and pairs and numberings of them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from fieldproof.compiler.diagnostics import Code, Span
from fieldproof.compiler.interval import LIMIT
from fieldproof.compiler.ir import Opcode
from fieldproof.compiler.lower_access import AccessLowering
from fieldproof.compiler.lower_scope import MAXIMUM_STEPS
from fieldproof.compiler.values import (
    BROKEN,
    Builtin,
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


class SeriesLowering(AccessLowering):
    """What can stand behind `in` of a `for`."""

    def lower_numbers(self, node: ast.Call, count: int | None) -> list[int] | None:
        """Return the numbers of a call's arguments; None after a report."""
        numbers = [self.lower_number(each) for each in node.args]
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
        value = self.lower_expression(node)
        match value:
            case WindowView(first):
                return self._make_window_series(first, span)
            case TableReference(name, entries):
                table = self.base.table_numbers[name]
                return Series(
                    len(entries),
                    lambda index: Number(self.add(Opcode.TABLE, index, span=span, payload=table)),
                    None,
                )
        if value is not BROKEN:
            self.refuse(
                Code.LOOP,
                node,
                f"a loop cannot go over {describe(value)}: a proof needs a bound known beforehand",
                "loop over the window, a constant table, range(constant), or enumerate and zip of these",
            )
        return None

    def _make_window_series(self, first: int, span: Span) -> Series:
        def shift(index: int) -> int:
            return self.add(Opcode.ADD, index, self.constant(first, span), span=span)

        return Series(
            self.base.readings - first,
            lambda index: self.make_reading(shift(index), span),
            lambda index: self.add(Opcode.PRESENT, shift(index), span=span),
        )

    def _make_range(self, node: ast.Call, span: Span) -> Series | None:
        numbers = self.lower_numbers(node, None)
        if numbers is None:
            return None
        found = [self.base.builder.get_constant(each) for each in numbers]
        constants = [each for each in found if each is not None]
        if (
            len(constants) != len(found)
            or not 1 <= len(found) <= 3
            or (len(found) == 3 and constants[2] == 0)
        ):
            self.refuse(
                Code.RANGE,
                node,
                "the bounds of range must be constants: a proof has a fixed number of steps",
                "write `for index, sample in enumerate(window)` to count readings",
            )
            return None
        steps = range(*constants)
        if not -LIMIT < steps.start < LIMIT or len(steps) > MAXIMUM_STEPS:
            self.refuse(Code.TOO_LONG, node, f"this loop has {len(steps)} rounds", "shorten it")
            return None

        def get_item(index: int) -> Value:
            stride = self.add(Opcode.MULTIPLY, index, self.constant(steps.step, span), span=span)
            return Number(self.add(Opcode.ADD, stride, self.constant(steps.start, span), span=span))

        return Series(len(steps), get_item, None)

    def _make_enumerate(self, node: ast.Call, span: Span) -> Series | None:
        if node.keywords or not 1 <= len(node.args) <= 2:
            self.refuse(
                Code.ARGUMENTS,
                node,
                "enumerate takes what to loop over, and a first number",
                "write enumerate(window)",
            )
            return None
        inner = self.lower_series(node.args[0])
        start = self.lower_number(node.args[1]) if len(node.args) == 2 else self.constant(0, span)
        if inner is None or start is None:
            return None
        return Series(
            inner.rounds,
            lambda index: Pack(
                (Number(self.add(Opcode.ADD, index, start, span=span)), inner.get_item(index))
            ),
            inner.get_present,
        )

    def _make_pairs(self, node: ast.Call, span: Span) -> Series | None:
        value = self.lower_expression(node.args[0]) if len(node.args) == 1 and not node.keywords else BROKEN
        if isinstance(value, WindowView) and value.first < self.base.readings:
            earlier = self._make_window_series(value.first, span)
            later = self._make_window_series(value.first + 1, span)
            return Series(
                later.rounds,
                lambda index: Pack((earlier.get_item(index), later.get_item(index))),
                later.get_present,
            )
        self.refuse(Code.LOOP, node, "pairwise takes the window", "write pairwise(window)")
        return None

    def _make_zip(self, node: ast.Call, span: Span) -> Series | None:
        if any(each.arg != "strict" or not _is_false(each.value) for each in node.keywords) or not node.args:
            self.refuse(Code.ARGUMENTS, node, "zip takes what to loop over", "write zip(window, window[1:])")
            return None
        found = [self.lower_series(each) for each in node.args]
        series = [each for each in found if each is not None]
        if len(series) != len(found):
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

        return Series(
            min(each.rounds for each in series),
            lambda index: Pack(tuple(each.get_item(index) for each in series)),
            get_present if tests else None,
        )

    def _find_furthest(self, bits: set[int]) -> int | None:
        """Return the PRESENT bit that implies the others: the one furthest from the loop's index."""
        distances: dict[int, int] = {}
        for bit in bits:
            operation = self.base.builder.operations.get(bit)
            if operation is None or operation.opcode is not Opcode.PRESENT:
                return None
            shifted = self.base.builder.operations.get(operation.operands[0])
            offset = 0
            if shifted is not None:
                offsets = [self.base.builder.get_constant(each) for each in shifted.operands]
                offset = next((each for each in offsets if each is not None), 0)
            distances[bit] = offset
        return max(distances, key=lambda bit: distances[bit])


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False
