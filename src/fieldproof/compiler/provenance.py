"""Follows a value back to where it comes from: fields, attributes, constants, and the loops that added up.

What a value can be is the analysis's own answer for what the compiler made of that very piece of the
source, over all times that it is computed.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from fieldproof.compiler.authoring import SIZED_INTEGERS
from fieldproof.compiler.bindings import Assignment, FunctionSource, Sources, get_argument
from fieldproof.compiler.capture import CapturedNetwork
from fieldproof.compiler.compiled import AnalysedProgram
from fieldproof.compiler.diagnostics import Reporter
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.provenance_words import (
    CHECKED,
    GROWTH,
    NETWORK_FIELDS,
    OPERATIONS,
    describe_function,
    say_line,
)
from fieldproof.compiler.sights import Sight, join, see
from fieldproof.compiler.spans import SpanIndex

MOST_LEVELS = 6
"""Steps back from a value that are shown."""

Node = ast.expr | ast.AugAssign | ast.arg
"""What of a source can have a value."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A value, what it can be, and why."""

    text: str
    """The expression as it stands in the source."""
    function: str
    """In which it stands."""
    line: int
    sight: Sight
    reason: str
    parts: tuple[Origin, ...] = ()
    """What it grew from."""
    expression: str = ""
    """What a variable was set to, where that is one expression."""


@dataclass(frozen=True, slots=True)
class _Way:
    """From the value that was asked for to the one that is looked at."""

    variables: tuple[str, ...] = ()
    """Passed on the way: a loop leads back to one of them."""
    level: int = 0


class Provenance:
    """Origins of the expressions of a network."""

    def __init__(self, network: CapturedNetwork, programs: Sequence[AnalysedProgram]) -> None:
        self.network = network
        self._sources = Sources(network)
        self._programs = programs
        self._sights: dict[ast.AST, Sight | None] = {}
        self._texts: dict[ast.AST, str] = {}
        reporters = {module.path: Reporter(module.path, module.text) for module in network.modules}
        self._index = SpanIndex([each.program for each in programs], reporters)

    def find_function(self, path: str, line: int) -> FunctionSource | None:
        """Return the function that a line stands in."""
        for function in self._sources.functions:
            end = function.node.end_lineno or function.node.lineno
            if function.path == path and function.node.lineno <= line <= end:
                return function
        return None

    def find_sight(self, node: Node) -> Sight | None:
        """Return what a node can be; None for what is no value, or is never computed."""
        # What is changed is shown as the variable that it is, its value before included.
        shown = node.target if isinstance(node, ast.AugAssign) else node
        if shown not in self._sights:
            self._sights[shown] = join(
                sight
                for program in self._programs
                for value in program.notes.find(shown)
                if (sight := see(value, program.intervals, program.program.tables)) is not None
            )
        return self._sights[shown]

    def find_origin(self, function: FunctionSource, node: Node) -> Origin | None:
        """Return where a value comes from; None for what has none."""
        return self._find_origin(function, node, _Way())

    def _find_origin(self, function: FunctionSource, node: Node, way: _Way) -> Origin | None:
        sight = self.find_sight(node)
        if sight is None:
            return None
        reason, parts = self._explain(function, node, _Way(way.variables, way.level + 1))
        shown = node.target if isinstance(node, ast.AugAssign) else node
        expression = self._find_expression(function, shown)
        return Origin(
            self._get_text(function, shown),
            function.node.name,
            node.lineno,
            sight,
            reason,
            tuple(parts),
            expression,
        )

    def _find_expression(self, function: FunctionSource, node: ast.expr | ast.arg) -> str:
        owner = node.value if isinstance(node, ast.Subscript) else node
        places = list(function.find_assignments(owner.id)) if isinstance(owner, ast.Name) else []
        here = [each.value for each in places if each.target is node]
        values = here or [each.value for each in places if owner is node]
        only = values[0] if len(values) == 1 else None
        return self._get_text(function, only) if isinstance(only, ast.expr) else ""

    def _get_text(self, function: FunctionSource, node: ast.expr | ast.arg | ast.AugAssign) -> str:
        """Return an expression as the source has it, in one line."""
        if isinstance(node, ast.arg):
            return node.arg
        if node not in self._texts:
            found = ast.get_source_segment(self._sources.texts[function.path], node)
            self._texts[node] = " ".join(found.split()) if found else ast.unparse(node)
        return self._texts[node]

    def _trace(self, function: FunctionSource, nodes: Sequence[ast.expr], way: _Way) -> list[Origin]:
        """Return the origins of operands, literals left out: the text shows them."""
        found: dict[str, Origin] = {}
        for each in nodes if way.level <= MOST_LEVELS else ():
            origin = None if is_literal(each) else self._find_origin(function, each, way)
            if origin is not None:
                found.setdefault(origin.text, origin)
        return list(found.values())

    def _explain(self, function: FunctionSource, node: Node, way: _Way) -> tuple[str, list[Origin]]:
        match node:
            case ast.arg(name):
                return self._explain_parameter(function, name, way)
            case ast.Name(_, ast.Store()) | ast.Subscript(_, _, ast.Store()) | ast.AugAssign():
                return self._explain_place(function, node, way)
            case ast.Name():
                return self._explain_variable(function, node, way)
            case ast.Attribute(owner, name):
                return self._explain_field(function, owner, name), []
            case ast.Subscript(owner, ast.Slice()):
                return f"a part of {self._get_text(function, owner)}", self._trace(function, [owner], way)
            case ast.Subscript(owner, index):
                line = self._find_line(function, owner)
                text = f"an entry of {self._get_text(function, owner)}{line}"
                return text, self._trace(function, [index] if line else [owner, index], way)
            case ast.Call(ast.Name(name), arguments):
                return self._explain_call(function, node, name, arguments, way)
            case ast.Call(_, arguments):
                return CHECKED, self._trace(function, arguments, way)
            case _:
                return self._explain_operation(function, node, way)

    def _explain_operation(self, function: FunctionSource, node: Node, way: _Way) -> tuple[str, list[Origin]]:
        match node:
            case ast.Compare() | ast.UnaryOp(ast.Not(), _):
                return "a truth value", []
            case ast.BoolOp(_, operands):
                sight = self.find_sight(node)
                is_truth = sight is not None and sight.bounds is not None and sight.bounds.is_bit
                return "a truth value" if is_truth else "one of them", self._trace(function, operands, way)
            case ast.BinOp(left, operator, right):
                sight = self.find_sight(node)
                is_list = sight is not None and bool(sight.kind)
                reason = "one after the other" if is_list else OPERATIONS.get(type(operator), "computed")
                return reason, self._trace(function, [left, right], way)
            case ast.UnaryOp(_, operand):
                return "with the other sign", self._trace(function, [operand], way)
            case ast.IfExp(_, body, orelse):
                return "one of two", self._trace(function, [body, orelse], way)
            case ast.ListComp(element, [loop]):
                text = (
                    f"{self._get_text(function, element)} for each of {self._get_text(function, loop.iter)}"
                )
                return text, self._trace(function, [element], way)
            case ast.List(elements) | ast.Tuple(elements):
                return "written out", self._trace(function, elements, way)
            case _:
                return "computed", []

    def _find_line(self, function: FunctionSource, node: ast.expr) -> str:
        """Return where a table is defined; nothing for what is none."""
        if not isinstance(node, ast.Name) or self._sources.find_constant(function.path, node.id) is None:
            return ""
        return say_line(self._sources.find_line(function.path, node.id))

    def _explain_field(self, function: FunctionSource, owner: ast.expr, name: str) -> str:
        network = self.network
        kind = owner.id if isinstance(owner, ast.Name) else ""
        if self._sources.find_member(function.path, kind, name) is not None:
            return f"a member of {kind}"
        sight = self.find_sight(owner)
        kind = "" if sight is None else sight.owner
        if (kind, name) in NETWORK_FIELDS:
            return NETWORK_FIELDS[kind, name]
        if kind == network.reading_name and name == "time_ms":
            return "milliseconds since the start of the window"
        line = say_line(self._sources.find_field_line(kind, name))
        for spec in chain(network.schema.reading, network.schema.attributes):
            if spec.name == name and kind in (network.reading_name, network.attributes_name):
                scale = f", scale {spec.scale:,}" if spec.scale != 1 else ""
                return f"field of {kind}, in {spec.unit}{scale}{line}"
        declared = self._sources.find_declared(kind, name)
        return "a field" if declared is None else f"field of {kind}, declared {declared}{line}"

    def _explain_variable(
        self, function: FunctionSource, node: ast.Name, way: _Way
    ) -> tuple[str, list[Origin]]:
        name = node.id
        if self._sources.find_constant(function.path, name) is not None:
            return f"a constant{say_line(self._sources.find_line(function.path, name))}", []
        place = f"{function.node.name}.{name}"
        if place in way.variables:
            return "see above", []
        way = _Way((*way.variables, place), way.level)
        assignments = list(function.find_assignments(name))
        grown = [each for each in assignments if each.addend is not None and function.find_loops(each.line)]
        if grown:
            return self._explain_growth(function, grown, way)
        if name in function.parameters:
            return self._explain_parameter(function, name, way)
        return self._explain_widest(function, self._leave_reaching(assignments, node), way)

    def _leave_reaching(self, assignments: list[Assignment], node: ast.Name) -> list[Assignment]:
        """Return the places whose values can be what a variable is when it is read: no wider ones."""
        sight = self.find_sight(node)
        bounds = None if sight is None else sight.bounds
        found = [(each, self._find_bounds(each)) for each in assignments]
        reaching = [
            each for each, inner in found if inner is None or bounds is None or inner.is_within(bounds)
        ]
        return reaching or assignments

    def _explain_growth(
        self, function: FunctionSource, grown: list[Assignment], way: _Way
    ) -> tuple[str, list[Origin]]:
        texts, parts = [], []
        for each in grown:
            if each.addend is None:
                continue
            operator, value = each.addend
            sight = self.find_sight(value)
            bounds = None if sight is None else sight.bounds
            size = "" if bounds is None or bounds.is_single else f", {bounds.low:,} … {bounds.high:,}"
            verb = GROWTH.get(type(operator), "change it by")
            rounds, text = self._count_rounds(function, each.line), self._get_text(function, value)
            texts.append(f"{rounds} each {verb} {text}{size} (line {each.line})")
            parts += self._trace(function, [value], way)
        return "; ".join(texts), parts

    def _count_rounds(self, function: FunctionSource, line: int) -> str:
        rounds = 1
        for loop in function.find_loops(line):
            found = self._index.find_rounds(function.path, loop)
            if found is None:
                return "all rounds"
            rounds *= found
        return f"{rounds:,} rounds"

    def _explain_parameter(self, function: FunctionSource, name: str, way: _Way) -> tuple[str, list[Origin]]:
        if function.node.name in self.network.stages:
            return "given to the program", []
        place = function.parameters.index(name)
        parts = []
        for caller, call in self._sources.find_calls(function):
            argument = get_argument(call, place, name)
            if argument is not None:
                parts += self._trace(caller, [argument], way)
        return f"what {function.node.name} is called with", parts

    def _explain_place(
        self, function: FunctionSource, node: ast.Name | ast.Subscript | ast.AugAssign, way: _Way
    ) -> tuple[str, list[Origin]]:
        """What a variable or an entry is set to at one place."""
        target = node.target if isinstance(node, ast.AugAssign) else node
        if isinstance(node, ast.AugAssign) and not function.find_loops(node.lineno):
            return OPERATIONS.get(type(node.op), "computed"), self._trace(function, [node.value], way)
        owner = target.value if isinstance(target, ast.Subscript) else target
        if not isinstance(owner, ast.Name):
            return "computed", []
        here = [each for each in function.find_assignments(owner.id) if each.target is target]
        if any(each.addend is not None for each in here):
            return self._explain_variable(function, owner, way)
        return self._explain_widest(function, here, way)

    def _explain_widest(
        self, function: FunctionSource, assignments: Sequence[Assignment], way: _Way
    ) -> tuple[str, list[Origin]]:
        if not assignments:
            return "computed", []
        widest = max(assignments, key=self._measure)
        line = say_line(widest.line)
        if widest.loop is not None:
            over = widest.loop.iter
            if isinstance(over, ast.Call) and isinstance(over.func, ast.Name) and over.func.id == "range":
                return f"counted by the loop{line}", []
            return f"out of {self._get_text(function, over)}{line}", self._trace(function, [over], way)
        value = widest.value
        if not isinstance(value, ast.expr) or isinstance(value, ast.Constant):
            return f"set{line}", []
        reason, parts = self._explain(function, value, way)
        return f"{self._get_text(function, value)}{line}, {reason}", parts

    def _find_bounds(self, assignment: Assignment) -> Interval | None:
        sight = self.find_sight(assignment.target)
        return None if sight is None else sight.bounds

    def _measure(self, assignment: Assignment) -> int:
        """Return how many values a place can set its target to."""
        bounds = self._find_bounds(assignment)
        return 0 if bounds is None else bounds.high - bounds.low + 1

    def _explain_call(
        self, function: FunctionSource, node: ast.Call, name: str, arguments: list[ast.expr], way: _Way
    ) -> tuple[str, list[Origin]]:
        helper = self._sources.find_function(function.path, name)
        if helper is not None:
            line = say_line(helper.node.lineno)
            return f"what {name} returns{line}", self._trace(helper, helper.list_results(), way)
        arguments = [*arguments, *(each.value for each in node.keywords)]
        first = arguments[0] if arguments else None
        if isinstance(first, ast.GeneratorExp):
            found = [self._index.find_rounds(function.path, each) for each in (node, first)]
            rounds = next((f" in {each:,} rounds" for each in found if each is not None), "")
            text = self._get_text(function, first.elt)
            of = describe_function(name, text)
            return f"{of}{rounds}", self._trace(function, [first.elt, *arguments[1:]], way)
        sight = self.find_sight(node)
        if name not in SIZED_INTEGERS and sight is not None and sight.owner == name:
            return "made here", self._trace(function, arguments, way)
        return describe_function(name), self._trace(function, arguments, way)


def is_literal(node: Node) -> bool:
    """Whether the source shows the value itself."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.operand, ast.Constant)
    return isinstance(node, ast.Constant)
