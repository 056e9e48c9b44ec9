"""Lowering that remembers what each piece of the source stood for, so that it can be explained."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from fieldproof.compiler.capture import CapturedNetwork
from fieldproof.compiler.diagnostics import Span
from fieldproof.compiler.lower_program import ProgramLowering
from fieldproof.compiler.lower_scope import ScopeBase
from fieldproof.compiler.values import Function, Listing, Number, Value


class Notes:
    """What expressions, targets of assignments and parameters of one program stood for."""

    def __init__(self) -> None:
        self._values: dict[ast.AST, list[Value]] = {}

    def add(self, node: ast.AST, value: Value) -> None:
        """Note a value: one of several where a helper is called more than once."""
        self._values.setdefault(node, []).append(value)

    def find(self, node: ast.AST) -> Iterator[Value]:
        """Give all that a node stood for; nothing where it was never lowered, or is no value."""
        yield from self._values.get(node, ())


class NotingLowering(ProgramLowering):
    """The same lowering, with notes."""

    def __init__(self, base: ScopeBase, network: CapturedNetwork, notes: Notes) -> None:
        super().__init__(base, network)
        self._notes = notes

    def lower_expression(self, node: ast.expr) -> Value:
        """Return what an expression stands for."""
        value = super().lower_expression(node)
        self._notes.add(node, value)
        return value

    def lower_truth(self, node: ast.expr) -> int | None:
        """Return the bit of a condition; `and` and `or` are no expressions where only their truth counts."""
        bit = super().lower_truth(node)
        if bit is not None and isinstance(node, ast.BoolOp):
            self._notes.add(node, Number(bit))
        return bit

    def bind(self, target: ast.expr, value: Value) -> None:
        """Assign a value."""
        self._notes.add(target, value)
        super().bind(target, value)

    def lower_augmented(
        self, node: ast.stmt, target: ast.expr, operator: ast.operator, value: ast.expr, span: Span
    ) -> None:
        """Change a variable, which was something before."""
        owner = target.value if isinstance(target, ast.Subscript) else target
        before = self.scope.names.get(owner.id) if isinstance(owner, ast.Name) else None
        if isinstance(before, Listing) and owner is not target:
            before = before.item
        if before is not None:
            self._notes.add(target, before)
        super().lower_augmented(node, target, operator, value, span)

    def inline(self, function: Function, arguments: Sequence[Value], span: Span) -> Value:
        """Return what a function gives for these arguments."""
        for parameter, value in zip(function.node.args.args, arguments, strict=True):
            self._notes.add(parameter, value)
        return super().inline(function, arguments, span)
