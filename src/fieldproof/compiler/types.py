"""Reads the types of parameters, variables and results: what a declaration in a function speaks of."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from fieldproof.compiler.capture_types import TypeReader as FieldTypeReader
from fieldproof.compiler.declared import Declared, UnboundedInteger
from fieldproof.compiler.diagnostics import Reporter
from fieldproof.compiler.literals import Literal, LiteralReader


@dataclass(frozen=True, slots=True)
class ListType:
    """A list of any length."""

    element: Type


@dataclass(frozen=True, slots=True)
class OptionalType:
    """A value of a type, or None."""

    element: Type


@dataclass(frozen=True, slots=True)
class TupleType:
    """A tuple; None: of whatever items."""

    items: tuple[Type, ...] | None


@dataclass(frozen=True, slots=True)
class ClassType:
    """A schema class, or a window or cohort over a class."""

    name: str
    over: str | None = None
    """`Window` or `Cohort`; None for the class itself."""


Type = Declared | ListType | OptionalType | TupleType | ClassType


class TypeReader:
    """Reads the annotations of one module."""

    def __init__(
        self,
        constants: Mapping[str, Literal],
        enums: Mapping[str, Mapping[str, int]],
        types: Mapping[str, Declared],
        schema_classes: frozenset[str],
    ) -> None:
        """`types` are the enums and dataclasses in scope."""
        self._scratch = Reporter("", "")
        literals = LiteralReader(self._scratch, constants, enums)
        self._fields = FieldTypeReader(self._scratch, literals, types)
        self._types = types
        self._schema_classes = schema_classes

    def read(self, annotation: ast.expr) -> Type | None:
        """Return the type that an annotation names; None if the language has no such type."""
        match annotation:
            case ast.Name("tuple"):
                return TupleType(None)
            case ast.Name("list"):
                return ListType(UnboundedInteger())
            case ast.Name(name) if name in self._schema_classes:
                return ClassType(name)
            case ast.Subscript(ast.Name("list"), item):
                inner = self.read(item)
                return None if inner is None else ListType(inner)
            case ast.Subscript(ast.Name("tuple"), index):
                return self._read_tuple(index)
            case ast.Subscript(ast.Name("Window" | "Cohort" | "Member" as over), ast.Name(name)):
                known = name in self._schema_classes or name in self._types
                return ClassType("Member" if over == "Member" else name, over) if known else None
            case ast.BinOp(item, ast.BitOr(), ast.Constant(None)):
                inner = self.read(item)
                return None if inner is None else OptionalType(inner)
            case ast.Constant(str(text)):
                try:
                    return self.read(ast.parse(text, mode="eval").body)
                except SyntaxError:
                    return None
            case _:
                found = self._fields.read(annotation)
                self._scratch.diagnostics.clear()
                return found

    def _read_tuple(self, index: ast.expr) -> Type:
        match index:
            case ast.Tuple([_, ast.Constant(value)]) if value is ...:
                return TupleType(None)
            case ast.Tuple(elements):
                items = [self.read(each) for each in elements]
            case _:
                items = [self.read(index)]
        known = [each for each in items if each is not None]
        return TupleType(tuple(known) if len(known) == len(items) else None)
