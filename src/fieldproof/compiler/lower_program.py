"""Lowering of the functions that a network names: what they take, and what they must give.

A program takes a device's window, and its attributes and state where the network has any, and gives points;
a `@each_device` function gives a report instead, and the program of a cohort takes the reports of all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import chain

from fieldproof.compiler.capture import CapturedModule, CapturedNetwork
from fieldproof.compiler.declared import ArrayType, Declared, RecordType, SizedInteger, list_leaves
from fieldproof.compiler.diagnostics import Code, Reporter, Span
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import POINTS, Carried, Opcode, ReportLeaf
from fieldproof.compiler.lower_scope import ScopeBase
from fieldproof.compiler.lower_statements import StatementLowering
from fieldproof.compiler.types import TupleType
from fieldproof.compiler.values import (
    BROKEN,
    CohortView,
    Function,
    Listing,
    Maybe,
    Number,
    Pack,
    Record,
    Value,
    WindowView,
    describe,
)

MAXIMUM_STATE_BITS = 96


class ProgramLowering(StatementLowering):
    """One function of a network with its inputs and outputs."""

    def __init__(self, base: ScopeBase, network: CapturedNetwork) -> None:
        super().__init__(base)
        self._network = network

    def check_signatures(self, module: CapturedModule) -> None:
        """Report functions of a module whose parameters are not plain positional ones."""
        outer = self.scope.module
        self.scope.module = self.base.modules[module.path]
        for function in module.functions:
            self.check_signature(function)
        self.scope.module = outer

    def lower_program(self, name: str, state: RecordType | None) -> list[int] | None:
        """Return the outputs of the function `name`; None after a report."""
        network = self._network
        function = next(each for each in network.functions if each.name == name)
        span = self.span(function)
        is_device = name == network.device_name
        returns = "tuple[U32, State]" if state is not None else "U32"
        if is_device:
            returns = "Report"
        if self.base.report is not None:
            values: list[Value] = [CohortView(network.settings.cohort)]
            wanted = [f"cohort: Cohort[{self.base.report.name}]"]
            returns = f"Array[U32, {network.settings.cohort}]"
        else:
            values, wanted = (
                [WindowView(self.base.reading.readings)],
                [f"window: Window[{network.reading_name}]"],
            )
            if network.attributes_name is not None:
                values.append(self._make_attributes(network.attributes_name, span))
                wanted.append(f"attributes: {network.attributes_name}")
            if state is not None:
                values.append(self._make_state(state, span))
                wanted.append(f"state: {state.name}")
        usage = f"write def {name}({', '.join(wanted)}) -> {returns}:"
        if state is not None and not self._check_state(state, function):
            return None
        if len(function.args.args) != len(values) or function.args.vararg or function.args.kwonlyargs:
            self.refuse(
                Code.PROGRAM_SIGNATURE,
                get_header_span(self.scope.module.reporter, function),
                f"the program takes {len(values)} parameter{'s' if len(values) > 1 else ''}",
                usage,
            )
            return None
        declared = self._read_result_type(function, state, is_device=is_device)
        if declared is None:
            self.refuse(
                Code.PROGRAM_SIGNATURE,
                function.returns or get_header_span(self.scope.module.reporter, function),
                "a report is a frozen dataclass of ranged numbers and lists of them"
                if is_device
                else "the program returns points, at most 32 bits without a sign",
                usage,
            )
            return None
        result = self.inline(Function(function, network.path), values, span)
        return None if result is BROKEN else self._check_outputs(function, result, declared)

    def _read_result_type(
        self, function: ast.FunctionDef, state: RecordType | None, *, is_device: bool
    ) -> list[Declared] | None:
        """Return what is declared of each part of the result; None if it is not as it must be."""
        found = None if function.returns is None else self.scope.module.types.read(function.returns)
        match found:
            case RecordType() if is_device and all(_is_report_field(each) for _, each in found.fields):
                return [found]
            case SizedInteger() if state is None and not is_device and self.base.report is None:
                return [found] if _is_points(found) else None
            case TupleType((SizedInteger() as points, RecordType() as second)) if state == second:
                return [points, second] if _is_points(points) else None
            case ArrayType(SizedInteger() as points, length) if (
                self.base.report is not None
                and length == self._network.settings.cohort
                and _is_points(points)
            ):
                return [found]
            case _:
                return None

    def _check_state(self, state: RecordType, function: ast.FunctionDef) -> bool:
        leaves = [leaf for _, leaf in list_leaves(state)]
        sized = [each for each in leaves if isinstance(each, SizedInteger)]
        bits = sum(max(1, (each.high - each.low).bit_length()) for each in sized)
        if len(sized) == len(leaves) and bits <= MAXIMUM_STATE_BITS:
            return True
        self.refuse(
            Code.STATE,
            function.args.args[-1],
            f"a state holds at most {MAXIMUM_STATE_BITS} bits of numbers with a range, and this one "
            + (f"needs {bits}" if len(sized) == len(leaves) else "has a number without one"),
            "declare each field with a range as narrow as it is, as in weeks: Int[0, 1000] = 0",
        )
        return False

    def _make_attributes(self, name: str, span: Span) -> Record:
        return Record(
            name,
            tuple(
                (spec.name, Number(self.add(Opcode.ATTRIBUTE, span=span, payload=number)))
                for number, spec in enumerate(self._network.schema.attributes)
            ),
        )

    def _make_state(self, state: RecordType, span: Span) -> Value:
        numbers = iter(range(sum(1 for _ in list_leaves(state))))

        def make(declared: Declared) -> Value:
            if isinstance(declared, RecordType):
                return Record(declared.name, tuple((name, make(each)) for name, each in declared.fields))
            if isinstance(declared, ArrayType):
                items = tuple(make(declared.element) for _ in range(declared.length))
                return self.make_list(items, span) or BROKEN
            return Number(self.add(Opcode.STATE, span=span, payload=next(numbers)))

        return make(state)

    def make_member(self, index: int, span: Span) -> Record:
        """Return the member of a cohort at an index that lies in it."""
        leaves = iter(range(len(list(list_report_leaves(self.base.report))) if self.base.report else 0))

        def read(declared: Declared) -> Value:
            if isinstance(declared, RecordType):
                return Record(declared.name, tuple((name, read(each)) for name, each in declared.fields))
            if isinstance(declared, ArrayType):
                start = self.add(Opcode.MULTIPLY, index, self.constant(declared.length, span), span=span)
                return Listing(name_arrays(declared.element), declared.length, base=start)
            array = self.add(Opcode.REPORTS, span=span, payload=next(leaves))
            return Number(self.add(Opcode.GET, array, index, span=span))

        def name_arrays(declared: Declared) -> Value:
            if isinstance(declared, RecordType):
                return Record(
                    declared.name, tuple((name, name_arrays(each)) for name, each in declared.fields)
                )
            return Number(self.add(Opcode.REPORTS, span=span, payload=next(leaves)))

        members = self.add(Opcode.MEMBERS, span=span)
        present = Number(self.add(Opcode.GET, members, index, span=span))
        report = read(self.base.report) if self.base.report is not None else BROKEN
        return Record("Member", (("present", present), ("report", report)))

    def _check_outputs(
        self, function: ast.FunctionDef, result: Value, declared: list[Declared]
    ) -> list[int] | None:
        place = function.returns or function
        parts = list(result.items) if len(declared) == 2 and isinstance(result, Pack) else [result]
        outputs: list[int] = []
        for part, type_ in zip(parts, declared, strict=False):
            found = self._narrow_value(part, type_, self.span(place))
            if found is not None:
                outputs += found
                continue
            parts = []
        if len(parts) == len(declared):
            return outputs
        self.refuse(
            Code.RESULT_KIND,
            place,
            f"{function.name} returns {describe(result)}",
            "return what the declaration of the result says",
        )
        return None

    def _narrow_value(self, value: Value, declared: Declared, span: Span) -> list[int] | None:
        """Return the leaves of a value, each surely within what is declared; None if it is another kind."""
        match declared, value:
            case SizedInteger(), Number(number):
                return [self.narrow_declared(number, declared, span)]
            case SizedInteger(), Maybe(number, present) if self.base.builder.get_constant(present) != 0:
                missing = self.add(Opcode.NOT, present, span=span)
                self.raise_where(missing, "TypeError", "a value that is missing is returned", span)
                return [self.narrow_declared(number, declared, span)]
            case RecordType(name=name, fields=fields), Record(kind, values) if name == kind:
                parts = [
                    self._narrow_value(each, type_, span)
                    for (_, each), (_, type_) in zip(values, fields, strict=True)
                ]
                return _join(parts)
            case ArrayType(element, length), Listing(length=found, count=None) if length == found:
                if self.base.has_state:
                    return self._narrow_entries(value, element, span)
                flat = self.lay_out(value, span, is_counted=False)
                return self._narrow_arrays(flat.item, element, length, span)
            case _:
                return None

    def _narrow_entries(self, value: Listing, element: Declared, span: Span) -> list[int] | None:
        """A list in a state becomes single numbers."""
        entries = [self.get_entry(value, self.constant(i, span), span) for i in range(value.length)]
        parts = [self._narrow_value(each, element, span) for each in entries]
        return _join(parts)

    def _narrow_arrays(self, item: Value, element: Declared, length: int, span: Span) -> list[int] | None:
        match element, item:
            case SizedInteger(), Number(array):
                return [self._narrow_array(array, element, length, span)]
            case RecordType(fields=fields), Record(_, values):
                parts = [
                    self._narrow_arrays(each, type_, length, span)
                    for (_, each), (_, type_) in zip(values, fields, strict=True)
                ]
                return _join(parts)
            case _:
                return None

    def _narrow_array(self, array: int, type_: SizedInteger, length: int, span: Span) -> int:
        builder = self.base.builder
        outer = (self.scope.anchor, self.scope.local)
        self.scope.anchor, self.scope.local = self.compute_path(span), self.always
        index = builder.open_loop(length)
        entry = self.narrow_declared(self.add(Opcode.GET, array, index, span=span), type_, span)
        nearest = self.constant(type_.nearest_zero, span)
        empty = self.add(Opcode.FILL, nearest, span=span, payload=length)
        inner = builder.make_value(empty)
        changed = self.add(Opcode.SET, inner, index, entry, span=span)
        carried = Carried(inner, empty, changed, builder.make_result(empty), collects=True)
        builder.close_loop(index, length, [carried], span)
        self.scope.anchor, self.scope.local = outer
        return carried.result


def _join(parts: Sequence[list[int] | None]) -> list[int] | None:
    known = [each for each in parts if each is not None]
    return list(chain.from_iterable(known)) if len(known) == len(parts) else None


def _is_points(type_: SizedInteger) -> bool:
    return POINTS.low <= type_.low and type_.high <= POINTS.high and type_.name != "bool"


def _is_report_field(declared: Declared) -> bool:
    match declared:
        case SizedInteger():
            return True
        case ArrayType(SizedInteger()):
            return True
        case ArrayType(RecordType() as inner):
            return all(isinstance(each, SizedInteger) for _, each in inner.fields)
        case RecordType(fields=fields):
            return all(_is_report_field(each) for _, each in fields)
        case _:
            return False


def list_report_leaves(declared: Declared, name: str = "", length: int = 1) -> Iterator[ReportLeaf]:
    """Go through the numbers and lists of numbers that a report consists of, in order."""
    match declared:
        case RecordType(fields=fields):
            for field, type_ in fields:
                yield from list_report_leaves(type_, f"{name}.{field}" if name else field, length)
        case ArrayType(element, entries):
            yield from list_report_leaves(element, name, entries)
        case SizedInteger(low=low, high=high):
            yield ReportLeaf(name, Interval(low, high), length)
        case _:
            yield ReportLeaf(name, Interval(0, 0), length)


def list_state_bounds(state: RecordType) -> Iterator[Interval]:
    """Go through the ranges of a state's numbers, in order."""
    for _, leaf in list_leaves(state):
        yield Interval(leaf.low, leaf.high) if isinstance(leaf, SizedInteger) else Interval(0, 0)


def get_header_span(reporter: Reporter, function: ast.FunctionDef) -> Span:
    """Return where a function's first line stands."""
    span = reporter.compute_span(function)
    width = len(reporter.get_line(span.line))
    return Span(span.path, span.line, span.column, span.line, width + 1)
