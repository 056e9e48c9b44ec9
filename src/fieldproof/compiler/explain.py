"""Says what a line computes with: the bounds of its values, and which expressions made them grow.

The chain behind a value goes back to fields, attributes, constants and loops.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from fieldproof.compiler.bindings import FunctionSource
from fieldproof.compiler.capture import CapturedNetwork
from fieldproof.compiler.compiled import CompiledNetwork, analyse_network, compile_network
from fieldproof.compiler.cost import LineCost, estimate_cost
from fieldproof.compiler.errors import CompileError, LineError
from fieldproof.compiler.explain_costs import OperationNote, note_operations
from fieldproof.compiler.flame import Flame, describe_operations
from fieldproof.compiler.interval import LIMIT, Interval
from fieldproof.compiler.provenance import MOST_LEVELS, Node, Origin, Provenance, is_literal
from fieldproof.compiler.sights import Sight, list_parts

_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of one line."""

    path: str
    line: int
    source: str
    values: tuple[Origin, ...]
    """Of its expressions, in the order of the source."""
    notes: tuple[OperationNote, ...]
    """Why comparisons, divisions and roots of the line are as wide as they are."""
    costs: tuple[Flame, ...]
    """Gates by kind of operation; empty for a program that does not compile."""
    mistakes: tuple[str, ...]
    """Mistakes of the program that keep it from being compiled."""


class Explainer:
    """Explains lines of a network: one with values that grow too large too; for others `CompileError`."""

    def __init__(self, network: CapturedNetwork) -> None:
        self._network = network
        self._texts = {module.path: module.text for module in network.modules}
        self._provenance = Provenance(network, analyse_network(network))

    def explain(self, path: str, line: int) -> Explanation:
        """Return what is known of a line; raises `LineError` where it stands in no function."""
        if path not in self._texts:
            raise LineError(
                f"{path} takes no part in the network", hint=f"Its files are {', '.join(self._texts)}."
            )
        function = self._provenance.find_function(path, line)
        if function is None:
            raise LineError(
                f"line {line} of {path} stands in no function", hint="Name a line that computes something."
            )
        compiled, mistakes = self._compiled
        return Explanation(
            path,
            line,
            self._texts[path].split("\n")[line - 1].strip(),
            tuple(self._find_origins(function, line)),
            () if compiled is None else tuple(note_operations(compiled, path, line)),
            self._find_costs(path, line),
            mistakes,
        )

    @cached_property
    def _compiled(self) -> tuple[CompiledNetwork | None, tuple[str, ...]]:
        try:
            return compile_network(self._network), ()
        except CompileError as error:
            return None, tuple(
                f"{each.span}: {each.code.number}: {each.message}" for each in error.diagnostics
            )

    @cached_property
    def _costs(self) -> tuple[LineCost, ...]:
        compiled, _ = self._compiled
        return () if compiled is None else estimate_cost(compiled).lines

    def _find_costs(self, path: str, line: int) -> tuple[Flame, ...]:
        found = next((each for each in self._costs if (each.path, each.line) == (path, line)), None)
        return () if found is None else describe_operations(found)

    def _find_origins(self, function: FunctionSource, line: int) -> Iterator[Origin]:
        seen: set[str] = set()
        for node in _find_nodes(function.node, line):
            origin = None if is_literal(node) else self._provenance.find_origin(function, node)
            if origin is not None and origin.text not in seen:
                seen.add(origin.text)
                yield origin


def _find_nodes(function: ast.FunctionDef, line: int) -> Iterator[Node]:
    """Give what of a line can have a value, whole expressions before their parts.

    Literals and tuples show what they are, and what a field or an entry is of comes with it.
    """
    pending: list[ast.AST] = [*function.args.args, *function.body]
    while pending:
        node = pending.pop(0)
        children = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.Return) and node.lineno == line and node.value is not None:
            yield node.value
        if isinstance(node, ast.Match) and any(case.pattern.lineno == line for case in node.cases):
            yield node.subject
        if isinstance(node, Node) and node.lineno == line and not isinstance(node, ast.Tuple):
            yield node
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.value, ast.Name):
            children.remove(node.value)
        pending = [*children, *pending]


def format_bounds(bounds: Interval) -> str:
    """Return bounds as an author reads them."""
    if bounds.is_single:
        return _format_number(bounds.low)
    return f"{_format_number(bounds.low)} … {_format_number(bounds.high)}"


def format_sight(sight: Sight) -> str:
    """Return what a value can be as an author reads it: kind and bounds, or those of all its parts."""
    bounds = [] if sight.bounds is None else [format_bounds(sight.bounds)]
    if sight.parts:
        bounds = [f"{name} {format_sight(part)}" for name, part in list_parts(sight)]
    return ", ".join([*([sight.kind] if sight.kind else []), *bounds])


def _format_number(number: int) -> str:
    if abs(number) >= LIMIT - 1:
        return f"{'-' if number < 0 else ''}2**250 or more"
    if abs(number) >= 10**15:
        bits = abs(number).bit_length()
        return f"{'-' if number < 0 else ''}{abs(number):.2e} ({bits} bits)"
    return f"{number:,}"


def render_text(explanation: Explanation) -> str:
    """Return an explanation for the terminal; what was said of a value once is not said again."""
    lines = [f"{explanation.path}:{explanation.line}: {explanation.source}", ""]
    shown: set[tuple[str, str]] = set()
    for origin in explanation.values:
        if (origin.function, origin.text) not in shown:
            lines += _render_origin(origin, 0, shown)
    if not explanation.values:
        lines += ["no values in this line"]
    lines += ["", *(each.text for each in explanation.notes)]
    if explanation.costs:
        total = sum(each.gates for each in explanation.costs)
        parts = ", ".join(f"{each.gates:,.0f} for {each.name} ×{each.times:,}" for each in explanation.costs)
        lines += [f"{total:,.0f} gates in the whole circuit: {parts}"]
    elif not explanation.mistakes:
        lines += ["no gates of its own"]
    lines += [f"not compiled: {each}" for each in explanation.mistakes]
    return "\n".join(lines)


def _render_origin(origin: Origin, level: int, shown: set[tuple[str, str]]) -> Iterator[str]:
    is_new = (origin.function, origin.text) not in shown
    shown |= {(origin.function, origin.text), (origin.function, origin.expression)}
    reason = f": {origin.reason}" if is_new else ""
    yield f"{_INDENT * level}{origin.text} is {format_sight(origin.sight)}{reason}"
    if is_new and level < MOST_LEVELS:
        for part in origin.parts:
            yield from _render_origin(part, level + 1, shown)
