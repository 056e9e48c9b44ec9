"""Reads the types of fields: what an annotation of a dataclass declares."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from fieldproof.compiler.authoring_types import SIZED_INTEGERS
from fieldproof.compiler.declared import (
    BOOL,
    ArrayType,
    Declared,
    UnboundedInteger,
    make_fixed,
    make_int,
)
from fieldproof.compiler.diagnostics import Code, Reporter
from fieldproof.compiler.literals import LiteralReader

BASIC_TYPES: Mapping[str, Declared] = {
    "int": UnboundedInteger(),
    "bool": BOOL,
    "Bool": BOOL,
    **SIZED_INTEGERS,
}
_MAXIMUM_LENGTH = 1_000_000


class TypeReader:
    """Reads annotations; mistakes go to the reporter."""

    def __init__(
        self, reporter: Reporter, literals: LiteralReader, names: Mapping[str, Declared | None]
    ) -> None:
        """`names` are the enums and dataclasses in scope; None for one whose mistake was reported."""
        self._reporter = reporter
        self._literals = literals
        self._names = names

    def read(self, node: ast.expr) -> Declared | None:
        """Return what an annotation declares, or None after a report."""
        match node:
            case ast.Name(name) if name in BASIC_TYPES:
                return BASIC_TYPES[name]
            case ast.Name(name) if name in self._names:
                return self._names[name]
            case ast.Subscript(ast.Name("Int" | "Fixed" | "Array" as name), index):
                return self._read_subscript(
                    node, name, index.elts if isinstance(index, ast.Tuple) else [index]
                )
            case _:
                self._reporter.report(
                    Code.TYPE_NAME,
                    node,
                    "this is no type that a program's values can have",
                    "use bool, U8 to I64, Int[low, high], Fixed[scale, low, high], Array[type, length], an "
                    "enum, or a dataclass defined above",
                )
                return None

    def _read_subscript(self, node: ast.expr, name: str, given: list[ast.expr]) -> Declared | None:
        match name, given:
            case "Array", [element, length]:
                inner = self.read(element)
                numbers = self._read_numbers([length])
                if inner is None or numbers is None:
                    return None
                if 1 <= numbers[0] <= _MAXIMUM_LENGTH:
                    return ArrayType(inner, numbers[0])
            case "Int", [_, _]:
                numbers = self._read_numbers(given)
                if numbers is None:
                    return None
                if numbers[0] <= numbers[1]:
                    return make_int(*numbers)
            case "Fixed", [_, _, _]:
                numbers = self._read_numbers(given)
                if numbers is None:
                    return None
                if numbers[0] >= 1 and numbers[1] <= numbers[2]:
                    return make_fixed(*numbers)
        usage = {
            "Int": "Int[low, high], low not above high",
            "Fixed": "Fixed[scale, low, high], the scale at least 1 and low not above high",
            "Array": f"Array[type, length], the length from 1 to {_MAXIMUM_LENGTH}",
        }
        self._reporter.report(
            Code.TYPE_ARGUMENTS, node, f"{name} does not mean anything with these", f"write {usage[name]}"
        )
        return None

    def _read_numbers(self, nodes: list[ast.expr]) -> list[int] | None:
        values = [self._literals.read(each) for each in nodes]
        for node, value in zip(nodes, values, strict=True):
            if value is not None and not isinstance(value, int):
                self._reporter.report(
                    Code.TYPE_ARGUMENTS,
                    node,
                    "a whole number must stand here",
                    "write the number, or the name of a constant",
                )
        numbers = [each for each in values if isinstance(each, int)]
        return numbers if len(numbers) == len(nodes) else None
