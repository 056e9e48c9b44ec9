"""Says what a line computes with: the bounds of its values, and which expressions made them grow.

The bounds are the analysis's own where it computed the expression at that place, and else follow from the
bounds of its parts. The chain behind a value goes back to fields, attributes, constants and loops.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fieldproof.compiler.bindings import FunctionSource
from fieldproof.compiler.capture import CapturedNetwork
from fieldproof.compiler.compiled import CompiledNetwork, analyse_network, compile_network
from fieldproof.compiler.cost import estimate_cost
from fieldproof.compiler.diagnostics import Reporter
from fieldproof.compiler.errors import CompileError, LineError
from fieldproof.compiler.explain_costs import OperationNote, note_operations
from fieldproof.compiler.flame import Flame, describe_operations
from fieldproof.compiler.interval import LIMIT, Interval
from fieldproof.compiler.provenance import Origin, Provenance
from fieldproof.compiler.spans import SpanIndex

_MOST_LEVELS = 6
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


def explain(network: CapturedNetwork, path: str, line: int) -> Explanation:
    """Return what is known of a line of a network's source; raises `LineError` where it computes nothing.

    A program with values that grow too large is explained too; other mistakes raise `CompileError`.
    """
    texts = {module.path: module.text for module in network.modules}
    if path not in texts:
        raise LineError(f"{path} takes no part in the network", hint=f"Its files are {', '.join(texts)}.")
    reporters = {each: Reporter(each, text) for each, text in texts.items()}
    values: tuple[Origin, ...] = ()
    function = None
    # A program of the cohort is two, and a line may belong to either.
    for program, intervals in analyse_network(network):
        provenance = Provenance(network, SpanIndex(program, intervals, reporters))
        function = provenance.find_function(path, line)
        if function is not None and not values:
            values = tuple(_find_origins(provenance, function, line))
    if function is None:
        raise LineError(
            f"line {line} of {path} stands in no function", hint="Name a line that computes something."
        )
    compiled, mistakes = _try_compile(network)
    notes: tuple[OperationNote, ...] = ()
    costs: tuple[Flame, ...] = ()
    if compiled is not None:
        notes = tuple(note_operations(compiled, path, line))
        costs = _find_costs(compiled, path, line)
    source = texts[path].split("\n")[line - 1].strip()
    return Explanation(path, line, source, values, notes, costs, mistakes)


def _try_compile(network: CapturedNetwork) -> tuple[CompiledNetwork | None, tuple[str, ...]]:
    try:
        return compile_network(network), ()
    except CompileError as error:
        return None, tuple(f"{each.span}: {each.code.number}: {each.message}" for each in error.diagnostics)


def _find_costs(compiled: CompiledNetwork, path: str, line: int) -> tuple[Flame, ...]:
    lines = estimate_cost(compiled).lines
    found = next((each for each in lines if (each.path, each.line) == (path, line)), None)
    return () if found is None else describe_operations(found)


def _find_origins(provenance: Provenance, function: FunctionSource, line: int) -> Iterator[Origin]:
    seen: set[str] = set()
    for node in _find_nodes(function.node, line):
        origin = provenance.find_origin(function, node)
        if origin is not None and origin.text not in seen:
            seen.add(origin.text)
            yield origin


def _find_nodes(function: ast.FunctionDef, line: int) -> Iterator[ast.expr | ast.AugAssign]:
    """Give the expressions of a line, whole ones before their parts; literals show their value themselves."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop(0)
        if isinstance(node, ast.AugAssign) and node.lineno == line:
            yield node
        if isinstance(node, ast.expr) and node.lineno == line and not isinstance(node, ast.Constant):
            yield node
        pending = [*ast.iter_child_nodes(node), *pending]


def format_bounds(bounds: Interval) -> str:
    """Return bounds as an author reads them."""
    if bounds.is_single:
        return _format_number(bounds.low)
    return f"{_format_number(bounds.low)} … {_format_number(bounds.high)}"


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
        lines += ["no numbers in this line"]
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
    yield f"{_INDENT * level}{origin.text} is {format_bounds(origin.bounds)}{reason}"
    if is_new and level < _MOST_LEVELS:
        for part in origin.parts:
            yield from _render_origin(part, level + 1, shown)
