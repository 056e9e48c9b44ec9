"""Reads constants of a source: literals and exact integer arithmetic over them, never run as code."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Set

from fieldproof.compiler.diagnostics import Code, Reporter
from fieldproof.compiler.interval import LIMIT

Literal = int | str | tuple["Literal", ...]

_MAXIMUM_EXPONENT = 1000


class LiteralReader:
    """Evaluates constant expressions; mistakes go to the reporter."""

    def __init__(
        self,
        reporter: Reporter,
        constants: Mapping[str, Literal],
        enums: Mapping[str, Mapping[str, int]] | None = None,
        broken: Set[str] = frozenset(),
    ) -> None:
        """`enums` are members' numbers by the enum's name; `broken` names whose mistake was reported."""
        self._reporter = reporter
        self._constants = constants
        self._enums = enums if enums is not None else {}
        self._broken = broken

    def read(self, node: ast.expr) -> Literal | None:
        """Return the constant that an expression stands for, or None after a report."""
        match node:
            case ast.Constant(bool(value)):
                return int(value)
            case ast.Constant(int(value)):
                return self._check_size(node, value)
            case ast.Constant(str(text)):
                return text
            case ast.Constant(float()):
                self._refuse(
                    node,
                    Code.FLOAT,
                    "a network has no fractions: proof and Python could round them differently",
                    "write a whole number in the field's scale, for example 215 for 21.5 with scale=10",
                )
                return None
            case ast.Tuple(elts) | ast.List(elts):
                items = [self.read(each) for each in elts]
                known = [each for each in items if each is not None]
                return tuple(known) if len(known) == len(items) else None
            case ast.Name(name) if name in self._constants:
                return self._constants[name]
            case ast.Name(name) | ast.Attribute(ast.Name(name)) if name in self._broken:
                return None
            case ast.Attribute(ast.Name(name), member) if name in self._enums:
                return self._read_member(node, name, member)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as operator, operand=operand):
                inner = self.read(operand)
                if isinstance(inner, int):
                    return -inner if isinstance(operator, ast.USub) else inner
                if inner is not None:
                    self._refuse_literal(node)
                return None
            case ast.BinOp(left, operator, right):
                return self._read_operation(node, self.read(left), operator, self.read(right))
            case _:
                self._refuse_literal(node)
                return None

    def _read_member(self, node: ast.expr, name: str, member: str) -> int | None:
        number = self._enums[name].get(member)
        if number is None:
            self._refuse(
                node,
                Code.UNKNOWN_FIELD,
                f"{name} has no member {member}",
                f"use one of {', '.join(self._enums[name])}",
            )
        return number

    def _read_operation(
        self, node: ast.expr, left: Literal | None, operator: ast.operator, right: Literal | None
    ) -> Literal | None:
        if left is None or right is None:
            return None
        if not (isinstance(left, int) and isinstance(right, int)):
            self._refuse_literal(node)
            return None
        match operator:
            case ast.Add():
                value: int = left + right
            case ast.Sub():
                value = left - right
            case ast.Mult():
                value = left * right
            case ast.FloorDiv() | ast.Mod() if right != 0:
                value = left // right if isinstance(operator, ast.FloorDiv) else left % right
            case ast.Pow() if 0 <= right <= _MAXIMUM_EXPONENT:
                value = left**right
            case _:
                self._refuse_literal(node)
                return None
        return self._check_size(node, value)

    def _check_size(self, node: ast.expr, value: int) -> int | None:
        if abs(value) < LIMIT:
            return value
        self._refuse(
            node,
            Code.TOO_LARGE,
            "this constant is not smaller than 2**250 in size, the most a proof can compute with",
            "choose a coarser scale",
        )
        return None

    def _refuse_literal(self, node: ast.expr) -> None:
        self._refuse(
            node,
            Code.CONSTANT,
            "a constant must be a whole number, a text or a tuple of them, known without running anything",
            "write the value out; + - * // % ** over whole numbers and earlier constants may be used",
        )

    def _refuse(self, node: ast.expr, code: Code, message: str, remedy: str) -> None:
        self._reporter.report(code, node, message, remedy)
