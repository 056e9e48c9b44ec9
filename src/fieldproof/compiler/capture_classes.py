"""Reads enums and frozen dataclasses of a source."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from fieldproof.compiler.capture_records import CapturedDataclass, CapturedEnum, CapturedField, Constant
from fieldproof.compiler.capture_types import TypeReader
from fieldproof.compiler.declared import ArrayType, Declared, RecordType, SizedInteger, UnboundedInteger
from fieldproof.compiler.diagnostics import Code, Reporter
from fieldproof.compiler.literals import LiteralReader

_TAKEN_MEMBERS = frozenset({"mro", "name", "value"})
_MEMBER_REMEDY = "write NAME = 0, each member with a number of its own"
_DATACLASS_REMEDY = "write @dataclass(frozen=True) above it"
_FIELD_REMEDY = "write NAME: U8 = 0, or another type and default"


def read_enum(reporter: Reporter, literals: LiteralReader, node: ast.ClassDef) -> CapturedEnum | None:
    """Return an `IntEnum`, or None after a report."""
    before = len(reporter.diagnostics)
    for decorator in node.decorator_list:
        reporter.report(Code.ENUM, decorator, "an enum has no decorator here", "remove it")
    members: dict[str, int] = {}
    for number, statement in enumerate(node.body):
        match statement:
            case ast.Expr(ast.Constant(str())) if number == 0:
                pass
            case ast.Assign(targets=[ast.Name(name)], value=value):
                _read_member(reporter, literals, members, statement, name, value)
            case _:
                reporter.report(
                    Code.ENUM, statement, "an enum holds members and nothing else", _MEMBER_REMEDY
                )
    if not members and len(reporter.diagnostics) == before:
        reporter.report(Code.ENUM, node, f"{node.name} has no members", _MEMBER_REMEDY)
    if len(reporter.diagnostics) > before:
        return None
    return CapturedEnum(node.name, tuple(members.items()))


def _read_member(
    reporter: Reporter,
    literals: LiteralReader,
    members: dict[str, int],
    statement: ast.stmt,
    name: str,
    value: ast.expr,
) -> None:
    literal = literals.read(value)
    if literal is None:
        return
    if not isinstance(literal, int):
        reporter.report(Code.ENUM, value, f"{name} is no whole number", _MEMBER_REMEDY)
    elif name.startswith("_") or name in _TAKEN_MEMBERS:
        reporter.report(Code.ENUM, statement, f"{name} cannot name a member", "choose another name")
    elif name in members or literal in members.values():
        reporter.report(
            Code.DUPLICATE,
            statement,
            f"an earlier member is called {name} or has the number {literal}",
            "give each member a name and a number of its own",
        )
    else:
        members[name] = literal


def read_dataclass(
    reporter: Reporter, literals: LiteralReader, types: TypeReader, node: ast.ClassDef
) -> CapturedDataclass | None:
    """Return a frozen dataclass, or None after a report."""
    before = len(reporter.diagnostics)
    _check_decorators(reporter, node)
    fields: list[CapturedField] = []
    for number, statement in enumerate(node.body):
        match statement:
            case ast.Expr(ast.Constant(str())) if number == 0:
                pass
            case ast.AnnAssign(target=ast.Name(name)):
                found = _read_field(reporter, literals, types, fields, name, statement)
                if found is not None:
                    fields.append(found)
            case _:
                reporter.report(
                    Code.DATACLASS,
                    statement,
                    "a dataclass holds fields and nothing else: what computes with them is a function",
                    _FIELD_REMEDY,
                )
    if not fields and len(reporter.diagnostics) == before:
        reporter.report(Code.DATACLASS, node, f"{node.name} has no fields", _FIELD_REMEDY)
    if len(reporter.diagnostics) > before:
        return None
    return CapturedDataclass(node.name, node, tuple(fields), reporter.path)


def _check_decorators(reporter: Reporter, node: ast.ClassDef) -> None:
    match node.decorator_list:
        case [ast.Call(ast.Name("dataclass"), [], keywords)]:
            settings = {
                each.arg: each.value.value for each in keywords if isinstance(each.value, ast.Constant)
            }
            if settings.get("frozen") is not True or not set(settings) <= {"frozen", "slots"}:
                reporter.report(
                    Code.DATACLASS,
                    node.decorator_list[0],
                    "a value of a program never changes, so its dataclass is frozen",
                    "write @dataclass(frozen=True), with slots=True if you like",
                )
        case [first, *_]:
            reporter.report(
                Code.DATACLASS,
                first,
                "the one decorator of a class is @dataclass(frozen=True)",
                _DATACLASS_REMEDY,
            )


def _read_field(
    reporter: Reporter,
    literals: LiteralReader,
    types: TypeReader,
    before: Sequence[CapturedField],
    name: str,
    node: ast.AnnAssign,
) -> CapturedField | None:
    if name.startswith("_"):
        reporter.report(Code.DATACLASS_FIELD, node, f"{name} cannot name a field", "choose another name")
        return None
    if any(each.name == name for each in before):
        reporter.report(
            Code.DUPLICATE, node, f"field {name} is declared twice", "give each a name of its own"
        )
        return None
    declared = types.read(node.annotation)
    if node.value is None:
        if any(each.default is not None for each in before):
            reporter.report(
                Code.DATACLASS_FIELD,
                node,
                f"{name} has no default, and a field before it has one",
                "give it one, or move it up",
            )
            return None
        return None if declared is None else CapturedField(name, node.annotation, None, node, declared)
    if isinstance(node.value, ast.List):
        reporter.report(
            Code.DEFAULT,
            node.value,
            "a list cannot be a default: all values of the class would share it",
            "write a tuple, in round brackets",
        )
        return None
    if isinstance(declared, RecordType):
        reporter.report(
            Code.DEFAULT,
            node.value,
            f"{name} is an object of {declared.name}, and an object cannot be a default",
            f"leave the default out, or write the fields of {declared.name} out in this class",
        )
        return None
    default = literals.read(node.value)
    if default is None or declared is None:
        return None
    if not _is_constant_of(declared, default):
        reporter.report(
            Code.DEFAULT,
            node.value,
            f"the default of {name} is no value of {declared.name}",
            "choose a default that its type allows",
        )
        return None
    return CapturedField(name, node.annotation, _as_constant(default), node, declared)


def _is_constant_of(declared: Declared, value: object) -> bool:
    if isinstance(declared, SizedInteger):
        return isinstance(value, int) and declared.low <= value <= declared.high
    if isinstance(declared, UnboundedInteger):
        return isinstance(value, int)
    if isinstance(declared, ArrayType):
        return (
            isinstance(value, tuple)
            and len(value) == declared.length
            and all(_is_constant_of(declared.element, each) for each in value)
        )
    return False


def _as_constant(literal: object) -> Constant:
    if isinstance(literal, int):
        return literal
    if isinstance(literal, tuple):
        return tuple(map(_as_constant, literal))
    raise TypeError("bug: a text was taken for a constant")
