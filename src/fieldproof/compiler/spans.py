"""Finds the loops of a source in its programs, by the place that they name."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from fieldproof.compiler.diagnostics import Reporter, Span
from fieldproof.compiler.ir import Loop, Program, walk


class SpanIndex:
    """Loops of programs by the piece of source that they were made of."""

    def __init__(self, programs: Iterable[Program], reporters: Mapping[str, Reporter]) -> None:
        self._reporters = reporters
        self._rounds: dict[Span, int] = {}
        for program in programs:
            for item in walk(program.body):
                if isinstance(item, Loop):
                    self._rounds[item.span] = max(item.rounds, self._rounds.get(item.span, 0))

    def find_rounds(self, path: str, node: ast.For | ast.While | ast.expr) -> int | None:
        """Return the rounds of a loop, or of an expression that goes through something; None if not known."""
        place: ast.AST = node
        if isinstance(node, ast.For):
            place = node.target
        elif isinstance(node, ast.While):
            place = node.test
        return self._rounds.get(self._reporters[path].compute_span(place))
