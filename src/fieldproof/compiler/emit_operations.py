"""Writes single operations as Noir, over the gadgets of `circuits/`."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from fieldproof.compiler.diagnostics import Span
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Opcode, Operation, Program, compute_fallback, walk
from fieldproof.compiler.kinds import find_logical_values
from fieldproof.compiler.widths import (
    compute_absolute_bits,
    compute_comparison_bits,
    compute_division_widths,
    compute_root_bits,
)

INDENT = "    "


@dataclass(frozen=True, slots=True)
class EmittedLine:
    """A line of Noir and the piece of Python it comes from."""

    text: str
    span: Span | None


class OperationWriter:
    """What has been written so far, and the text of one operation more."""

    def __init__(
        self, program: Program, intervals: Mapping[int, Interval], source_lines: Sequence[str]
    ) -> None:
        self._program = program
        self._intervals = intervals
        self._source_lines = source_lines
        self._operations = {item.result: item for item in walk(program.body) if isinstance(item, Operation)}
        self._logical = find_logical_values(program)
        self._names: dict[int, str] = {}
        self._indices: dict[int, str] = {}
        self._quotients: dict[tuple[int, int], str] = {}
        self._lines: list[EmittedLine] = []
        self._depth = 1
        self._last_source_line = 0
        self._parameters: dict[str, str] = {}

    def _write(self, text: str, span: Span | None) -> None:
        if (
            span is not None
            and span.line != self._last_source_line
            and 0 < span.line <= len(self._source_lines)
        ):
            source = self._source_lines[span.line - 1].strip()
            self._last_source_line = span.line
            self._lines.append(EmittedLine(f"{INDENT * self._depth}// {span.line}: {source}", span))
        self._lines.append(EmittedLine(INDENT * self._depth + text, span))

    def _get_offset(self, item: Operation, loops: Container[int]) -> int | None:
        """Return what a sum adds to a loop's index, where it is that and the index stays countable."""
        constants = [
            self._operations[each].payload
            for each in item.operands
            if each in self._operations and self._operations[each].opcode is Opcode.CONSTANT
        ]
        is_shifted = any(each in loops for each in item.operands)
        return constants[0] if is_shifted and len(constants) == 1 and constants[0] >= 0 else None

    def _as_field(self, value: int) -> str:
        operation = self._operations.get(value)
        if operation is not None and operation.opcode is Opcode.CONSTANT:
            return str(operation.payload)
        if value in self._indices:
            return f"({self._indices[value]} as Field)"
        name = self._names[value]
        return f"({name} as Field)" if value in self._logical else name

    def _as_bool(self, value: int) -> str:
        operation = self._operations.get(value)
        if operation is not None and operation.opcode is Opcode.CONSTANT:
            return "true" if operation.payload else "false"
        return self._names[value] if value in self._logical else f"({self._as_field(value)} == 1)"

    def _as_index(self, value: int) -> str:
        """Return an index of an array: the loop's own where possible, else a checked conversion."""
        operation = self._operations.get(value)
        if value in self._indices:
            return self._indices[value]
        if operation is not None and operation.opcode is Opcode.CONSTANT:
            return str(operation.payload)
        if operation is not None and operation.opcode is Opcode.ADD:
            offset = self._get_offset(operation, self._indices)
            if offset is not None:
                loop = next(each for each in operation.operands if each in self._indices)
                return f"{self._indices[loop]} + {offset}"
        return f"integers::to_index({self._as_field(value)})"

    def _need(self, name: str) -> str:
        program = self._program
        types = {
            "columns": f"[[Field; {program.readings}]; {len(program.columns)}]",
            "mask": f"[bool; {program.readings}]",
            "count": "Field",
            "attributes": f"[Field; {len(program.attributes)}]",
        }
        self._parameters.setdefault(name, types[name])
        return name

    def _make_text(self, item: Operation) -> str | None:
        payload = item.payload
        match item.opcode:
            case Opcode.ATTRIBUTE:
                return _shift(f"{self._need('attributes')}[{payload}]", self._program.attributes[payload].low)
            case Opcode.STARTS_AT:
                self._names[item.result] = "starts_at"
                return None
            case Opcode.COUNT:
                self._names[item.result] = self._need("count")
                return None
            case Opcode.READING:
                index = self._as_index(item.operands[0])
                text = f"{self._need('columns')}[{payload}][{index}]"
                return _shift(text, self._program.columns[payload].low)
            case Opcode.PRESENT:
                return f"{self._need('mask')}[{self._as_index(item.operands[0])}]"
            case Opcode.TABLE:
                return f"TABLE_{payload}[{self._as_index(item.operands[0])}]"
            case Opcode.NOT:
                return f"!{self._as_bool(item.operands[0])}"
            case Opcode.AND | Opcode.OR | Opcode.EITHER:
                left, right = map(self._as_bool, item.operands)
                return f"{left} {'&' if item.opcode is Opcode.AND else '|'} {right}"
            case Opcode.SELECT | Opcode.NARROW:
                return self._make_choice(item)
            case Opcode.FLOOR_DIVIDE | Opcode.MODULO:
                return self._make_division(item)
            case _:
                return self._make_arithmetic(item)

    def _make_arithmetic(self, item: Operation) -> str:
        fields = [self._as_field(each) for each in item.operands]
        known = [self._intervals[each] for each in item.operands]
        match item.opcode, fields:
            case Opcode.ADD, [left, right]:
                return f"{left} + {right}"
            case Opcode.SUBTRACT, [left, right]:
                return f"{left} - {_enclose(right)}"
            case Opcode.MULTIPLY, [left, right]:
                return f"{_enclose(left)} * {_enclose(right)}"
            case Opcode.EQUAL, [left, right]:
                return f"{left} == {right}"
            case ((Opcode.LESS | Opcode.MINIMUM | Opcode.MAXIMUM), [left, right]):
                # The difference is handed over, so that Noir folds it where both sides are the same.
                bits = compute_comparison_bits(*known)
                less = f"integers::is_less::<{bits}>({left} - {_enclose(right)}, 0)"
                if item.opcode is Opcode.LESS:
                    return less
                first, second = (left, right) if item.opcode is Opcode.MINIMUM else (right, left)
                return f"integers::select({less}, {first}, {second})"
            case Opcode.ABSOLUTE, [value]:
                return f"integers::absolute::<{compute_absolute_bits(known[0])}>({value})"
            case Opcode.SQUARE_ROOT, [value]:
                bits = compute_root_bits(known[0])
                return f"integers::square_root::<{bits}, {bits + 1}>({value})"
            case _:
                raise ValueError(f"bug: {item.opcode} is not emitted")

    def _make_choice(self, item: Operation) -> str:
        condition, positive = item.operands[0], item.operands[1]
        if item.opcode is Opcode.NARROW and item.bounds is not None:
            fallback = compute_fallback(item.bounds)
            chooser = self._operations.get(condition)
            tested = (
                self._operations.get(chooser.operands[0])
                if chooser and chooser.opcode is Opcode.NOT
                else None
            )
            if (
                fallback == 1
                and tested
                and tested.opcode is Opcode.EQUAL
                and self._tests_zero(tested, positive)
            ):
                # Zero becomes one: no choice is needed.
                return f"{self._as_field(positive)} + {self._as_field(tested.result)}"
            return f"integers::select({self._as_bool(condition)}, {self._as_field(positive)}, {fallback})"
        negative = item.operands[2]
        if item.result in self._logical:
            bits = [self._as_bool(each) for each in (condition, positive, negative)]
            return f"if {bits[0]} {{ {bits[1]} }} else {{ {bits[2]} }}"
        for changed, kept, is_wanted in ((positive, negative, True), (negative, positive, False)):
            change = self._operations.get(changed)
            if change is not None and change.opcode is Opcode.ADD and kept in change.operands:
                left, right = change.operands
                added = self._as_field(right if left == kept else left)
                bit = self._as_field(condition) if is_wanted else f"(1 - {self._as_field(condition)})"
                addend = bit if added == "1" else f"{bit} * {_enclose(added)}"
                return f"{self._as_field(kept)} + {addend}"
        yes, no = self._as_field(positive), self._as_field(negative)
        return f"integers::select({self._as_bool(condition)}, {yes}, {no})"

    def _tests_zero(self, tested: Operation, value: int) -> bool:
        constants = [
            self._operations[each].payload
            for each in tested.operands
            if each in self._operations and self._operations[each].opcode is Opcode.CONSTANT
        ]
        return value in tested.operands and constants == [0]

    def _make_division(self, item: Operation) -> str | None:
        """Write quotient and rest once, whichever is asked for first."""
        dividend, divisor = item.operands
        widths = compute_division_widths(self._intervals[dividend], self._intervals[divisor])
        key = (dividend, divisor)
        if key not in self._quotients:
            numerator, by = self._as_field(dividend), self._as_field(divisor)
            if widths.shift:
                numerator = f"{numerator} + {widths.shift} * {_enclose(by)}"
            if widths.power is not None:
                call = f"integers::divide_by_power::<{widths.quotient_bits}, {widths.power}>({numerator})"
            else:
                call = (
                    f"integers::divide::<{widths.quotient_bits}, {widths.remainder_bits}>({numerator}, {by})"
                )
            self._quotients[key] = f"{item.result}"
            self._write(f"let (q{item.result}, r{item.result}) = {call};", item.span)
        shared = self._quotients[key]
        if item.opcode is Opcode.MODULO:
            self._names[item.result] = f"r{shared}"
            return None
        if widths.shift:
            return f"q{shared} - {widths.shift}"
        self._names[item.result] = f"q{shared}"
        return None


def _shift(text: str, low: int) -> str:
    if low == 0:
        return text
    return f"{text} + {low}" if low > 0 else f"{text} - {-low}"


def _enclose(text: str) -> str:
    """Return text that can stand behind any operator."""
    return f"({text})" if text.startswith("-") else text
