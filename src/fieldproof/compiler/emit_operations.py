"""Writes single operations as Noir, over the gadgets of `circuits/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldproof.compiler.diagnostics import Span
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import (
    Loop,
    Opcode,
    Operation,
    Program,
    compute_fallback,
    find_lengths,
    walk,
)
from fieldproof.compiler.kinds import find_logical_values
from fieldproof.compiler.known import find_known_values
from fieldproof.compiler.widths import (
    compute_absolute_bits,
    compute_comparison_bits,
    compute_division_widths,
    compute_root_bits,
    compute_unsigned_bits,
)

INDENT = "    "
_INPUT_NAMES = {
    Opcode.STARTS_AT: "starts_at",
    Opcode.NUMBER: "window",
    Opcode.MISSED: "missed",
    Opcode.COUNT: "count",
    Opcode.MEMBERS: "present",
}
"""Inputs that are given as they are."""
_BIT_OPERATORS = {Opcode.BIT_AND: "&", Opcode.BIT_OR: "|", Opcode.BIT_XOR: "^"}
_INDEX_OPERATORS = {
    Opcode.ADD: "+",
    Opcode.SUBTRACT: "-",
    Opcode.MULTIPLY: "*",
    Opcode.FLOOR_DIVIDE: "/",
    Opcode.MODULO: "%",
}


@dataclass(frozen=True, slots=True)
class EmittedLine:
    """A line of Noir and the piece of Python it comes from."""

    text: str
    span: Span | None


class OperationWriter:
    """What has been written so far, and the text of one operation more."""

    table_prefix = ""
    """Tells the tables of one program from those of another in the same circuit."""

    def __init__(
        self, program: Program, intervals: Mapping[int, Interval], sources: Mapping[str, Sequence[str]]
    ) -> None:
        """`sources` are the lines of each file, quoted in comments."""
        self._program = program
        self._intervals = intervals
        self._sources = sources
        self._operations = {item.result: item for item in walk(program.body) if isinstance(item, Operation)}
        self._logical = find_logical_values(program)
        self._lengths = find_lengths(program)
        self._known = find_known_values(program, intervals)
        self._loops = {item.index for item in walk(program.body) if isinstance(item, Loop)}
        self._names: dict[int, str] = {}
        self._indices: dict[int, str] = {}
        """Names under which values stand as indices of arrays."""
        self._quotients: dict[tuple[int, int], str] = {}
        self._conjunctions: dict[tuple[int, ...], str] = {}
        """Names of the bits that two numbers have both."""
        self._lines: list[EmittedLine] = []
        self._depth = 1
        self._last_place = ("", 0)
        self._parameters: dict[str, str] = {}

    def _write(self, text: str, span: Span | None) -> None:
        if span is not None and (span.path, span.line) != self._last_place:
            lines = self._sources.get(span.path, ())
            if 0 < span.line <= len(lines):
                place = (
                    f"{span.line}" if span.path == next(iter(self._sources)) else f"{span.path}:{span.line}"
                )
                self._last_place = (span.path, span.line)
                text_of_line = f"{INDENT * self._depth}// {place}: {lines[span.line - 1].strip()}"
                self._lines.append(EmittedLine(text_of_line, span))
        self._lines.append(EmittedLine(INDENT * self._depth + text, span))

    def _has_name(self, value: int) -> bool:
        """Whether a value can be read here: not if it is computed once and not handed over."""
        operation = self._operations.get(value)
        is_constant = operation is not None and operation.opcode is Opcode.CONSTANT
        return is_constant or value in self._loops or value in self._names

    def _as_field(self, value: int) -> str:
        operation = self._operations.get(value)
        if operation is not None and operation.opcode is Opcode.CONSTANT:
            return str(operation.payload)
        if value in self._loops:
            return f"({self._indices[value]} as Field)"
        name = self._names[value]
        if value in self._lengths:
            return f"{name}.map(|bit| bit as Field)" if value in self._logical else name
        return f"({name} as Field)" if value in self._logical else name

    def _as_bool(self, value: int) -> str:
        operation = self._operations.get(value)
        if operation is not None and operation.opcode is Opcode.CONSTANT:
            return "true" if operation.payload else "false"
        if value in self._lengths and value not in self._logical:
            return f"{self._names[value]}.map(|each| each == 1)"
        return self._names[value] if value in self._logical else f"({self._as_field(value)} == 1)"

    def _as_index(self, value: int) -> str:
        """Return an index of an array: one of loops where possible, else a checked conversion."""
        operation = self._operations.get(value)
        if value in self._indices:
            return self._indices[value]
        if operation is not None and operation.opcode is Opcode.CONSTANT:
            return str(operation.payload)
        if value in self._known and operation is not None:
            first, second = operation.operands
            if operation.opcode in (Opcode.ADD, Opcode.MULTIPLY) and self._intervals[first].is_single:
                first, second = second, first
            left, right = self._as_index(first), self._as_index(second)
            return f"{_group(left)} {_INDEX_OPERATORS[operation.opcode]} {_group(right)}"
        name = f"x{value}"
        self._write(f"let {name} = integers::to_index({self._as_field(value)});", None)
        self._indices[value] = name
        return name

    def make_type(self, value: int) -> str:
        """Return the type of a value in Noir."""
        element = "bool" if value in self._logical else "Field"
        return f"[{element}; {self._lengths[value]}]" if value in self._lengths else element

    def _need(self, name: str) -> str:
        inputs = self._program.inputs
        types = {
            "columns": f"[[Field; {inputs.readings}]; {len(inputs.columns)}]",
            "mask": f"[bool; {inputs.readings}]",
            "count": "Field",
            "attributes": f"[Field; {len(inputs.attributes)}]",
            "state": f"[Field; {len(inputs.state)}]",
            "missed": "Field",
            "starts_at": "Field",
            "window": "Field",
            "present": f"[bool; {inputs.capacity}]",
            "reports": f"[[Field; {sum(each.length for each in inputs.reports)}]; {inputs.capacity}]",
        }
        self._parameters.setdefault(name, types[name])
        return name

    def _make_text(self, item: Operation) -> str | None:
        payload, inputs = item.payload, self._program.inputs
        if item.opcode in _INPUT_NAMES:
            self._names[item.result] = self._need(_INPUT_NAMES[item.opcode])
            return None
        if item.result in self._known:
            return f"({self._as_index(item.result)}) as Field"
        match item.opcode:
            case Opcode.ATTRIBUTE:
                return shift(f"{self._need('attributes')}[{payload}]", inputs.attributes[payload].low)
            case Opcode.STATE:
                return shift(f"{self._need('state')}[{payload}]", inputs.state[payload].low)
            case Opcode.REPORTS:
                self._write_reports(item)
                return None
            case Opcode.READING:
                index = self._as_index(item.operands[0])
                text = f"{self._need('columns')}[{payload}][{index}]"
                return shift(text, inputs.columns[payload].low)
            case Opcode.PRESENT:
                return f"{self._need('mask')}[{self._as_index(item.operands[0])}]"
            case Opcode.TABLE:
                return f"{self.table_prefix}TABLE_{payload}[{self._as_index(item.operands[0])}]"
            case Opcode.NOT:
                return f"!{self._as_bool(item.operands[0])}"
            case Opcode.AND | Opcode.OR | Opcode.EITHER:
                left, right = map(self._as_bool, item.operands)
                return f"{left} {'&' if item.opcode is Opcode.AND else '|'} {right}"
            case Opcode.SELECT if item.result in self._lengths:
                return self._make_array_choice(item)
            case Opcode.SELECT | Opcode.NARROW:
                return self._make_choice(item)
            case Opcode.ARRAY | Opcode.FILL | Opcode.GET | Opcode.SET | Opcode.SORT | Opcode.RANK:
                return self._make_array(item)
            case Opcode.FLOOR_DIVIDE | Opcode.MODULO:
                return self._make_division(item)
            case Opcode.BIT_AND | Opcode.BIT_OR | Opcode.BIT_XOR:
                return self._combine_bits(item)
            case _:
                return self._make_arithmetic(item)

    def _as_element(self, value: int, array: int) -> str:
        return self._as_bool(value) if array in self._logical else self._as_field(value)

    def _make_array(self, item: Operation) -> str | None:
        """Write an array, or what is taken from one."""
        operands, name = item.operands, f"v{item.result}"
        match item.opcode:
            case Opcode.ARRAY:
                return f"[{', '.join(self._as_element(each, item.result) for each in operands)}]"
            case Opcode.FILL:
                return f"[{self._as_element(operands[0], item.result)}; {item.payload}]"
            case Opcode.GET:
                return f"{self._names[operands[0]]}[{self._as_index(operands[1])}]"
            case Opcode.SET:
                index = self._as_index(operands[1])
                before = self._as_array(operands[0], item.result)
                self._write(f"let mut {name} = {before};", item.span)
                self._write(f"{name}[{index}] = {self._as_element(operands[2], item.result)};", item.span)
                self._names[item.result] = name
                return None
            case Opcode.RANK:
                values, place = self._as_field(operands[0]), self._as_field(operands[2])
                sizes = f"{self._get_spread(operands[0])}, {self._lengths[operands[0]]}"
                return f"arrays::rank::<{sizes}>({values}, {self._as_bool(operands[1])}, {place})"
            case _:
                return self._make_sorted(item)

    def _as_array(self, value: int, like: int) -> str:
        return self._as_bool(value) if like in self._logical else self._as_field(value)

    def _get_spread(self, array: int) -> int:
        """Return BITS with |a - b| < 2^BITS for any two entries."""
        bounds = self._intervals[array]
        return max(1, (bounds.high - bounds.low).bit_length())

    def _make_sorted(self, item: Operation) -> str:
        array, count = item.operands
        length, values = self._lengths[array], self._as_field(array)
        if self._intervals[count] != Interval(length, length):
            # What is beyond the count sorts behind the rest.
            greatest = self._intervals[array].high
            filled = f"f{item.result}"
            self._write(
                f"let chosen{item.result}: [bool; {length}] = readings::mask({self._as_field(count)});",
                item.span,
            )
            self._write(f"let mut {filled} = {values};", item.span)
            self._write(f"for j in 0..{length} {{", item.span)
            self._write(
                f"{INDENT}{filled}[j] = integers::select(chosen{item.result}[j], {filled}[j], {greatest});",
                item.span,
            )
            self._write("}", item.span)
            values = filled
        return f"arrays::sort::<{self._get_spread(array)}, {length}>({values})"

    def _make_array_choice(self, item: Operation) -> str:
        condition, positive, negative = item.operands
        bit = self._as_bool(condition)
        if item.result in self._logical:
            return f"if {bit} {{ {self._as_bool(positive)} }} else {{ {self._as_bool(negative)} }}"
        return f"arrays::select({bit}, {self._as_field(positive)}, {self._as_field(negative)})"

    def _write_reports(self, item: Operation) -> None:
        """Write one leaf of all reports as one array."""
        reports = self._program.inputs.reports
        length = reports[item.payload].length
        first = sum(each.length for each in reports[: item.payload])
        name, source = f"v{item.result}", self._need("reports")
        self._write(f"let mut {name} = [0; {length * self._program.inputs.capacity}];", item.span)
        self._write(f"for i in 0..{self._program.inputs.capacity} {{", item.span)
        self._write(f"{INDENT}for j in 0..{length} {{", item.span)
        self._write(f"{INDENT * 2}{name}[i * {length} + j] = {source}[i][{first} + j];", item.span)
        self._write(f"{INDENT}}}", item.span)
        self._write("}", item.span)
        self._names[item.result] = name

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
                for bit, other in (item.operands, item.operands[::-1]):
                    if bit in self._logical and self._intervals[other] == Interval(0, 0):
                        return f"!{self._as_bool(bit)}"
                if self._logical.issuperset(item.operands):
                    # A third of the price of a comparison.
                    first, second = map(self._as_bool, item.operands)
                    return f"!({first} ^ {second})"
                return f"{left} == {right}"
            case ((Opcode.LESS | Opcode.MINIMUM | Opcode.MAXIMUM), [left, right]):
                # The difference is handed over, so that Noir folds it where both sides are the same.
                bits = compute_comparison_bits(*known)
                less = f"integers::is_less::<{bits}>({left} - {_enclose(right)}, 0)"
                if item.opcode is Opcode.LESS:
                    return less
                first, second = (left, right) if item.opcode is Opcode.MINIMUM else (right, left)
                return f"integers::select({less}, {first}, {second})"
            case Opcode.FRESH, [value]:
                return f"integers::write_out({value})"
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
                and self._has_name(tested.result)
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
                other = right if left == kept else left
                if not self._has_name(other):
                    continue
                added = self._as_field(other)
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

    def _combine_bits(self, item: Operation) -> str | None:
        """Write what bits both operands have once, whoever asks for it first, and what follows from it."""
        if item.result in self._logical:
            left, right = map(self._as_bool, item.operands)
            return f"{left} {_BIT_OPERATORS[item.opcode]} {right}"
        left, right = map(self._as_field, item.operands)
        if item.operands not in self._conjunctions:
            name = f"{'v' if item.opcode is Opcode.BIT_AND else 'b'}{item.result}"
            self._conjunctions[item.operands] = name
            bits = max(compute_unsigned_bits(self._intervals[each].high) for each in item.operands)
            self._write(f"let {name} = integers::bit_and::<{bits}>({left}, {right});", item.span)
        both = self._conjunctions[item.operands]
        if item.opcode is Opcode.BIT_AND:
            self._names[item.result] = both
            return None
        return (
            f"{left} + {right} - {both}" if item.opcode is Opcode.BIT_OR else f"{left} + {right} - 2 * {both}"
        )


def shift(text: str, low: int) -> str:
    """Return the text of a value moved by a constant."""
    if low == 0:
        return text
    return f"{text} + {low}" if low > 0 else f"{text} - {-low}"


def _group(text: str) -> str:
    return f"({text})" if " " in text else text


def _enclose(text: str) -> str:
    """Return text that can stand behind any operator."""
    return f"({text})" if text.startswith("-") else text
