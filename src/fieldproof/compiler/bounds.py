"""Bounds of a source's expressions: the analysis's where it names the place, else those of their parts.

A variable has the bounds of all values that it ever gets in its function, so what is said of it holds
wherever it is read.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping

from fieldproof.compiler import interval as intervals
from fieldproof.compiler.authoring import SIZED_INTEGERS
from fieldproof.compiler.bindings import Assignment, FunctionSource, Sources
from fieldproof.compiler.capture import CapturedNetwork
from fieldproof.compiler.interval import BIT, Interval
from fieldproof.compiler.spans import SpanIndex

_OPERATIONS: Mapping[type[ast.operator], Callable[[Interval, Interval], Interval]] = {
    ast.Add: intervals.add,
    ast.Sub: intervals.subtract,
    ast.Mult: intervals.multiply,
}


class SourceBounds:
    """Bounds of the expressions of a network."""

    def __init__(self, network: CapturedNetwork, index: SpanIndex) -> None:
        self.sources = Sources(network)
        self.network = network
        self.index = index
        self._pending: list[tuple[str, str]] = []

    def find_variable(self, function: str, name: str) -> Interval | None:
        """Return the bounds of all values that a variable gets; None for what is no number."""
        source = self.sources.find_function(self.network.path, function)
        return None if source is None else self._find_variable(source, name)

    def find_bounds(self, function: FunctionSource, node: ast.expr | ast.AugAssign) -> Interval | None:
        """Return the bounds of an expression; None for what is no number, or not known."""
        found = self.index.find(function.path, node)
        if found is not None:
            return found
        match node:
            case ast.Constant(int(value)):
                return Interval(int(value), int(value))
            case ast.Name(name):
                return self._find_variable(function, name)
            case ast.Attribute(owner, name):
                return self._find_field(function, owner, name)
            case ast.Compare() | ast.UnaryOp(ast.Not(), _):
                return BIT
            case ast.UnaryOp(operator, operand):
                inner = self.find_bounds(function, operand)
                if inner is None or not isinstance(operator, ast.USub):
                    return inner
                return intervals.subtract(Interval(0, 0), inner)
            case ast.BinOp(left, operator, right) | ast.AugAssign(left, operator, right):
                compute = _OPERATIONS.get(type(operator))
                first, second = self.find_bounds(function, left), self.find_bounds(function, right)
                if compute is None or first is None or second is None:
                    return None
                return compute(first, second)
            case ast.IfExp(_, body, orelse):
                return self._join(self.find_bounds(function, each) for each in (body, orelse))
            case ast.BoolOp(_, operands):
                return self._join(self.find_bounds(function, each) for each in operands)
            case ast.Subscript(ast.Name(name), _):
                entries = self.sources.find_constant(function.path, name)
                return self._get_span(entries) if isinstance(entries, tuple) else None
            case ast.Call(ast.Name(name), arguments):
                return self._find_call(function, name, arguments)
            case _:
                return None

    @staticmethod
    def _join(found: Iterator[Interval | None]) -> Interval | None:
        known = list(found)
        joined = known[0] if known else None
        for each in known[1:]:
            joined = None if joined is None or each is None else joined.join(each)
        return joined

    @staticmethod
    def _get_span(entries: tuple[object, ...]) -> Interval | None:
        numbers = [each for each in entries if isinstance(each, int)]
        return Interval(min(numbers), max(numbers)) if numbers and len(numbers) == len(entries) else None

    def _find_field(self, function: FunctionSource, owner: ast.expr, name: str) -> Interval | None:
        """Return the range of a field; of one of a dataclass that which it declares."""
        if isinstance(owner, ast.Name):
            member = self.sources.find_member(function.path, owner.id, name)
            if member is not None:
                return Interval(member, member)
        if name == "time_ms":
            return Interval(0, self.network.settings.window_s * 1000 - 1)
        schema = self.network.schema
        found = [
            Interval(spec.low, spec.high)
            for spec in (*schema.reading, *schema.attributes)
            if spec.name == name
        ]
        found += [Interval(each.low, each.high) for _, _, each in self.sources.find_declared(name)]
        return self._join(iter(found))

    def _find_variable(self, function: FunctionSource, name: str) -> Interval | None:
        constant = self.sources.find_constant(function.path, name)
        if isinstance(constant, int):
            return Interval(constant, constant)
        key = (function.node.name, name)
        if key in self._pending:
            return None
        self._pending.append(key)
        try:
            return self._join(iter(list(self._find_values(function, name))))
        finally:
            self._pending.pop()

    def _find_values(self, function: FunctionSource, name: str) -> Iterator[Interval | None]:
        """Give the bounds of each value that a variable gets."""
        if name in function.parameters:
            place = function.parameters.index(name)
            for caller, call in self.sources.find_calls(function):
                argument = get_argument(call, place, name)
                yield None if argument is None else self.find_bounds(caller, argument)
        for each in function.find_assignments(name):
            if each.value is not None:
                yield self.find_bounds(function, each.value)
            else:
                yield self._find_loop_value(function, each, name)

    def _find_loop_value(
        self, function: FunctionSource, assignment: Assignment, name: str
    ) -> Interval | None:
        """Return what a loop's variable goes through: numbers of a range, of a table, or of rounds."""
        loop = assignment.loop
        if loop is None:
            return None
        match loop.target, loop.iter:
            case ast.Name(), ast.Call(ast.Name("range"), arguments):
                found = [self.find_bounds(function, each) for each in arguments]
                bounds = [each.low for each in found if each is not None and each.is_single]
                steps = range(*bounds) if len(bounds) == len(found) and 0 not in bounds[2:] else range(0)
                return Interval(min(steps), max(steps)) if steps else None
            case ast.Name(), ast.Name(table):
                entries = self.sources.find_constant(function.path, table)
                return self._get_span(entries) if isinstance(entries, tuple) else None
            case ast.Tuple([ast.Name(first), *_]), ast.Call(ast.Name("enumerate"), [_]) if first == name:
                rounds = self.index.find_rounds(function.path, loop)
                return None if rounds is None else Interval(0, rounds - 1)
            case _:
                return None

    def _find_call(self, function: FunctionSource, name: str, arguments: list[ast.expr]) -> Interval | None:
        helper = self.sources.find_function(function.path, name)
        if helper is not None:
            return self._join(self.find_bounds(helper, each) for each in list_results(helper))
        if name == "len" and len(arguments) == 1:
            return self._find_length(function, arguments[0])
        inner = [self.find_bounds(function, each) for each in arguments]
        known = [each for each in inner if each is not None]
        if not known or len(known) != len(inner):
            return None
        if name == "abs":
            return intervals.absolute(known[0])
        if name in SIZED_INTEGERS:
            type_ = SIZED_INTEGERS[name]
            return known[0].intersect(Interval(type_.low, type_.high))
        if name in ("min", "max") and len(known) > 1:
            joined = known[0]
            for each in known[1:]:
                joined = (intervals.minimum if name == "min" else intervals.maximum)(joined, each)
            return joined
        return None

    def _find_length(self, function: FunctionSource, argument: ast.expr) -> Interval | None:
        if isinstance(argument, ast.Name):
            entries = self.sources.find_constant(function.path, argument.id)
            if isinstance(entries, tuple):
                return Interval(len(entries), len(entries))
            if argument.id in function.parameters:
                return Interval(0, self.network.settings.readings_per_window)
        return None


def get_argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    """Return what a call gives for a parameter; None if nothing."""
    if place < len(call.args):
        return call.args[place]
    return next((each.value for each in call.keywords if each.arg == name), None)


def list_results(function: FunctionSource) -> Iterator[ast.expr]:
    """Give all expressions that a function returns."""
    for node in ast.walk(function.node):
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value
