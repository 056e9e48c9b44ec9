"""Follows a value back to where it comes from: fields, attributes, constants, and the loops that added up."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from fieldproof.compiler.authoring import SIZED_INTEGERS
from fieldproof.compiler.bindings import Assignment, FunctionSource
from fieldproof.compiler.bounds import SourceBounds, get_argument, list_results
from fieldproof.compiler.interval import Interval

_GROWTH: Mapping[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "take off",
    ast.Mult: "multiply by",
    ast.FloorDiv: "divide by",
}
_REASONS: Mapping[type[ast.operator], str] = {
    ast.Add: "the sum",
    ast.Sub: "the difference",
    ast.Mult: "the product",
    ast.FloorDiv: "the quotient, rounded down",
    ast.Mod: "the rest of the division",
    ast.Pow: "the power",
}
_FUNCTIONS: Mapping[str, str] = {
    "abs": "the size, without its sign",
    "isqrt": "the square root, rounded down",
    "max": "the greatest",
    "min": "the least",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """A value, its bounds, and why they are what they are."""

    text: str
    """The expression as it stands in the source."""
    function: str
    """In which it stands."""
    line: int
    bounds: Interval
    reason: str
    parts: tuple[Origin, ...] = ()
    """What it grew from."""
    expression: str = ""
    """What a variable was set to, where that is one expression."""


class Provenance(SourceBounds):
    """Origins of the expressions of a network."""

    def find_function(self, path: str, line: int) -> FunctionSource | None:
        """Return the function that a line stands in."""
        for function in self.sources.functions:
            end = function.node.end_lineno or function.node.lineno
            if function.path == path and function.node.lineno <= line <= end:
                return function
        return None

    def find_origin(
        self, function: FunctionSource, node: ast.expr | ast.AugAssign, known: tuple[str, ...] = ()
    ) -> Origin | None:
        """Return where a value comes from; None for what is no number. `known`: variables on the way."""
        # What is changed is shown as the variable that it is, its first value included.
        shown = node.target if isinstance(node, ast.AugAssign) else node
        bounds = self.find_bounds(function, shown)
        if bounds is None:
            return None
        reason, parts = self._explain(function, node, known)
        text = self._get_text(function, shown)
        expression = self._find_expression(function, node) if isinstance(node, ast.Name) else ""
        return Origin(text, function.node.name, node.lineno, bounds, reason, tuple(parts), expression)

    def _find_expression(self, function: FunctionSource, node: ast.Name) -> str:
        values = [each.value for each in function.find_assignments(node.id)]
        only = values[0] if len(values) == 1 else None
        return self._get_text(function, only) if isinstance(only, ast.expr) else ""

    def _get_text(self, function: FunctionSource, node: ast.expr) -> str:
        """Return an expression as the source has it, in one line."""
        found = ast.get_source_segment(self.sources.texts[function.path], node)
        return " ".join(found.split()) if found else ast.unparse(node)

    def _explain(
        self, function: FunctionSource, node: ast.expr | ast.AugAssign, known: tuple[str, ...]
    ) -> tuple[str, list[Origin]]:
        match node:
            case ast.AugAssign(ast.Name(name)):
                return self._explain_variable(function, name, known)
            case ast.Name(name):
                return self._explain_variable(function, name, known)
            case ast.Attribute(owner, name):
                return self._explain_field(function, owner, name), []
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(ast.Not(), _):
                return "a truth value", []
            case ast.BinOp(left, operator, right):
                return _REASONS.get(type(operator), "computed"), self._trace(function, [left, right], known)
            case ast.UnaryOp(_, operand):
                return "with the other sign", self._trace(function, [operand], known)
            case ast.IfExp(_, body, orelse):
                return "one of two", self._trace(function, [body, orelse], known)
            case ast.Subscript(ast.Name(name), index):
                line = self._find_line(function, name)
                return f"an entry of {name}{_say_line(line)}", self._trace(function, [index], known)
            case ast.Call(ast.Name(name), arguments):
                return self._explain_call(function, node, name, arguments, known)
            case _:
                return "computed", []

    def _trace(self, function: FunctionSource, nodes: list[ast.expr], known: tuple[str, ...]) -> list[Origin]:
        """Return the origins of operands, literals left out: the text shows them."""
        found: dict[str, Origin] = {}
        for each in nodes:
            origin = None if isinstance(each, ast.Constant) else self.find_origin(function, each, known)
            if origin is not None:
                found.setdefault(origin.text, origin)
        return list(found.values())

    def _find_line(self, function: FunctionSource, name: str) -> int | None:
        return self.sources.find_line(self.sources.find_home(function.path, name).path, name)

    def _explain_field(self, function: FunctionSource, owner: ast.expr, name: str) -> str:
        network = self.network
        kind = owner.id if isinstance(owner, ast.Name) else ""
        if self.sources.find_member(function.path, kind, name) is not None:
            return f"a member of {kind}"
        if name == "starts_at":
            return "the start of the window in seconds"
        if name == "time_ms":
            return "milliseconds since the start of the window"
        owners = [(network.reading_name, network.schema.reading)]
        if network.attributes_name is not None:
            owners.append((network.attributes_name, network.schema.attributes))
        for kind, specs in owners:
            for spec in specs:
                if spec.name == name:
                    scale = f", scale {spec.scale:,}" if spec.scale != 1 else ""
                    line = _say_line(self.sources.find_line(network.path, name))
                    return f"field of {kind}, in {spec.unit}{scale}{line}"
        for path, kind, declared in self.sources.find_declared(name):
            line = _say_line(self.sources.find_line(path, name))
            return f"field of {kind}, declared {declared.name}{line}"
        return "a field"

    def _explain_variable(
        self, function: FunctionSource, name: str, known: tuple[str, ...]
    ) -> tuple[str, list[Origin]]:
        if self.sources.find_constant(function.path, name) is not None:
            return f"a constant{_say_line(self._find_line(function, name))}", []
        place = f"{function.node.name}.{name}"
        if place in known:
            return "see above", []
        known = (*known, place)
        grown = [
            each
            for each in function.find_assignments(name)
            if _get_addend(each.value, name) is not None and function.find_loops(each.line)
        ]
        if grown:
            return self._explain_growth(function, name, grown, known)
        if name in function.parameters:
            return self._explain_parameter(function, name, known)
        return self._explain_widest(function, name, known)

    def _explain_growth(
        self, function: FunctionSource, name: str, grown: list[Assignment], known: tuple[str, ...]
    ) -> tuple[str, list[Origin]]:
        texts, parts = [], []
        for each in grown:
            addend = _get_addend(each.value, name)
            if addend is None:
                continue
            operator, value = addend
            rounds = self._count_rounds(function, each.line)
            bounds = self.find_bounds(function, value)
            size = "" if bounds is None or bounds.is_single else f", {bounds.low:,} … {bounds.high:,}"
            verb = _GROWTH.get(type(operator), "change it by")
            text = self._get_text(function, value)
            texts.append(f"{rounds} each {verb} {text}{size} (line {each.line})")
            parts += self._trace(function, [value], known)
        return "; ".join(texts), parts

    def _count_rounds(self, function: FunctionSource, line: int) -> str:
        rounds = 1
        for loop in function.find_loops(line):
            found = self.index.find_rounds(function.path, loop)
            if found is None:
                return "all rounds"
            rounds *= found
        return f"{rounds:,} rounds"

    def _explain_parameter(
        self, function: FunctionSource, name: str, known: tuple[str, ...]
    ) -> tuple[str, list[Origin]]:
        place = function.parameters.index(name)
        parts = []
        for caller, call in self.sources.find_calls(function):
            argument = get_argument(call, place, name)
            if argument is not None:
                parts += self._trace(caller, [argument], known)
        return f"what {function.node.name} is called with", parts

    def _explain_widest(
        self, function: FunctionSource, name: str, known: tuple[str, ...]
    ) -> tuple[str, list[Origin]]:
        best: tuple[int, Assignment] | None = None
        for each in function.find_assignments(name):
            bounds = None if each.value is None else self.find_bounds(function, each.value)
            width = -1 if bounds is None else bounds.high - bounds.low
            if best is None or width > best[0]:
                best = (width, each)
        if best is None:
            return "computed", []
        assignment = best[1]
        if assignment.loop is not None:
            return f"counted by the loop (line {assignment.line})", []
        value = assignment.value
        if not isinstance(value, ast.expr) or isinstance(value, ast.Constant):
            return f"set{_say_line(assignment.line)}", []
        reason, parts = self._explain(function, value, known)
        return f"{self._get_text(function, value)}{_say_line(assignment.line)}, {reason}", parts

    def _explain_call(
        self,
        function: FunctionSource,
        node: ast.Call,
        name: str,
        arguments: list[ast.expr],
        known: tuple[str, ...],
    ) -> tuple[str, list[Origin]]:
        helper = self.sources.find_function(function.path, name)
        if helper is not None:
            results = list(list_results(helper))
            return f"what {name} returns{_say_line(helper.node.lineno)}", self._trace(helper, results, known)
        if name == "len":
            return "how many there can be", []
        if name in SIZED_INTEGERS:
            return "checked: what does not fit makes the device void", self._trace(function, arguments, known)
        if len(arguments) == 1 and isinstance(arguments[0], ast.GeneratorExp):
            rounds = self.index.find_call_rounds(function.path, node)
            element = arguments[0].elt
            many = "" if rounds is None else f" in {rounds:,} rounds"
            what = "the sum of" if name == "sum" else f"the {name} of"
            text = self._get_text(function, element)
            return f"{what} {text}{many}", self._trace(function, [element], known)
        return _FUNCTIONS.get(name, f"what {name} gives"), self._trace(function, arguments, known)


def _say_line(line: int | None) -> str:
    return "" if line is None else f" (line {line})"


def _get_addend(value: ast.expr | ast.AugAssign | None, name: str) -> tuple[ast.operator, ast.expr] | None:
    """Return what a statement changes a variable by, where it goes on from what the variable was."""
    match value:
        case ast.AugAssign(ast.Name(), operator, change):
            return operator, change
        case ast.BinOp(ast.Name(before), operator, change) if before == name:
            return operator, change
        case ast.BinOp(change, ast.Add() as operator, ast.Name(before)) if before == name:
            return operator, change
        case _:
            return None
