"""What a name can stand for while a program is being lowered."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from fieldproof.compiler.authoring import SizedInteger


@dataclass(frozen=True, slots=True)
class Number:
    """An integer or truth value, by its number in the intermediate form."""

    value: int


@dataclass(frozen=True, slots=True)
class Record:
    """A reading or a device's attributes: numbers by field name."""

    kind: str
    fields: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """A tuple of fixed length."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class WindowView:
    """The window, or its readings from `first` on."""

    first: int = 0


@dataclass(frozen=True, slots=True)
class TableReference:
    """A constant table of the module."""

    name: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the module."""

    node: ast.FunctionDef


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function of the language, by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Sized:
    """The name of a sized integer."""

    type: SizedInteger


@dataclass(frozen=True, slots=True)
class Unset:
    """A variable that has no value on some way to this place."""

    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """What a reported mistake leaves behind; it is not reported again."""


Value = Number | Record | Pack | WindowView | TableReference | Function | Builtin | Sized | Unset | Broken

BROKEN = Broken()


def describe(value: Value) -> str:
    """Return what an author would call the value."""
    match value:
        case Number():
            return "a number"
        case Record(kind):
            return f"a {kind}"
        case Pack(items):
            return f"a tuple of {len(items)}"
        case WindowView(first):
            return "the window" if first == 0 else "a part of the window"
        case TableReference(name):
            return f"the table {name}"
        case Function(node):
            return f"the function {node.name}"
        case Builtin(name):
            return f"the function {name}"
        case Sized(type_):
            return f"the type {type_.name}"
        case _:
            return "nothing"


def get_leaves(value: Value) -> tuple[int, ...] | None:
    """Return the numbers that make up a variable's value, or None if it cannot change at run time."""
    match value:
        case Number(number):
            return (number,)
        case Record(_, fields):
            return tuple(number for _, number in fields)
        case Pack(items):
            parts = [get_leaves(item) for item in items]
            known = [part for part in parts if part is not None]
            return sum(known, ()) if len(known) == len(parts) else None
        case _:
            return None


def replace_leaves(value: Value, leaves: Sequence[int]) -> Value:
    """Return a value of the same shape over other numbers."""
    match value:
        case Number():
            return Number(leaves[0])
        case Record(kind, fields):
            return Record(kind, tuple((name, leaf) for (name, _), leaf in zip(fields, leaves, strict=True)))
        case Pack(items):
            replaced = []
            for item in items:
                size = len(get_leaves(item) or ())
                replaced.append(replace_leaves(item, leaves[:size]))
                leaves = leaves[size:]
            return Pack(tuple(replaced))
        case _:
            raise ValueError(f"bug: {describe(value)} has no leaves")


def is_same_shape(left: Value, right: Value) -> bool:
    """Whether two values can be the two outcomes of one choice."""
    match left, right:
        case Number(), Number():
            return True
        case Record(kind), Record(other):
            return kind == other
        case Pack(items), Pack(others):
            return len(items) == len(others) and all(map(is_same_shape, items, others))
        case _:
            return False
