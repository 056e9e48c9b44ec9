"""Finds, for expressions of a source, what the analysis knows of them: by the place that operations name."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from fieldproof.compiler.diagnostics import Reporter, Span
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Loop, Opcode, Operation, Program, walk

_BINARY: Mapping[type[ast.operator], tuple[Opcode, ...]] = {
    ast.Add: (Opcode.ADD,),
    ast.Sub: (Opcode.SUBTRACT,),
    ast.Mult: (Opcode.MULTIPLY,),
    ast.Pow: (Opcode.MULTIPLY,),
    ast.FloorDiv: (Opcode.FLOOR_DIVIDE,),
    ast.Mod: (Opcode.MODULO, Opcode.SELECT),
}
_CALLS: Mapping[str, tuple[Opcode, ...]] = {
    "abs": (Opcode.ABSOLUTE,),
    "isqrt": (Opcode.SQUARE_ROOT,),
    "len": (Opcode.COUNT,),
    "max": (Opcode.MAXIMUM,),
    "min": (Opcode.MINIMUM,),
}
_GOING_THROUGH = frozenset({"all", "any", "max", "min", "sum"})


class SpanIndex:
    """Operations and loops of a program by the piece of source that they were made of."""

    def __init__(
        self, program: Program, intervals: Mapping[int, Interval], reporters: Mapping[str, Reporter]
    ) -> None:
        self._intervals = intervals
        self._reporters = reporters
        self._operations: dict[Span, list[Operation]] = {}
        self._loops: dict[Span, list[Loop]] = {}
        for item in walk(program.body):
            if isinstance(item, Operation):
                self._operations.setdefault(item.span, []).append(item)
            elif isinstance(item, Loop):
                self._loops.setdefault(item.span, []).append(item)

    def compute_span(self, path: str, node: ast.AST) -> Span:
        """Return where a node of a file stands."""
        return self._reporters[path].compute_span(node)

    def find(self, path: str, node: ast.expr | ast.AugAssign) -> Interval | None:
        """Return the bounds of an expression over all times that it is computed; None if none are known.

        A helper that is called twice is computed twice, so its expressions get the join of both.
        """
        span = self.compute_span(path, node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _GOING_THROUGH:
            loops = self._loops.get(span, ())
            if loops:
                return self._join([each.carried[0].result for each in loops if each.carried])
        found = self._operations.get(span, [])
        wanted = _get_opcodes(node)
        if wanted is None:
            return None
        for opcode in wanted:
            of_kind = [each.result for each in found if each.opcode is opcode]
            if of_kind:
                # The operations before the last of its kind are steps on the way, as of a power.
                return self._join(
                    of_kind if opcode is not Opcode.MULTIPLY else self._get_last(of_kind, found)
                )
        return None

    def _get_last(self, results: Sequence[int], found: Sequence[Operation]) -> list[int]:
        """Return the products that no other product of the same place goes on with."""
        inner = {value for each in found for value in each.operands}
        return [each for each in results if each not in inner] or list(results)

    def _join(self, values: Sequence[int]) -> Interval | None:
        known = [self._intervals[each] for each in values if each in self._intervals]
        if not known:
            return None
        joined = known[0]
        for each in known[1:]:
            joined = joined.join(each)
        return joined

    def find_call_rounds(self, path: str, node: ast.Call) -> int | None:
        """Return how many rounds a `sum` or the like goes through; None if it is never lowered."""
        loops = self._loops.get(self.compute_span(path, node), ())
        return max((each.rounds for each in loops), default=None)

    def find_rounds(self, path: str, loop: ast.For) -> int | None:
        """Return how many rounds a `for` has; None if it is never lowered."""
        loops = self._loops.get(self.compute_span(path, loop.target), ())
        return max((each.rounds for each in loops), default=None)


def _get_opcodes(node: ast.expr | ast.AugAssign) -> tuple[Opcode, ...] | None:
    """Return what the last operation of an expression can be, the likeliest first."""
    match node:
        case ast.BinOp(op=operator) | ast.AugAssign(op=operator):
            return _BINARY.get(type(operator), ())
        case ast.UnaryOp(ast.USub(), _):
            return (Opcode.SUBTRACT,)
        case ast.IfExp():
            return (Opcode.SELECT,)
        case ast.Subscript():
            return (Opcode.TABLE,)
        case ast.Attribute(attr="starts_at"):
            return (Opcode.STARTS_AT,)
        case ast.Call(ast.Name(name)):
            return _CALLS.get(name, (Opcode.NARROW,))
        case _:
            return None
