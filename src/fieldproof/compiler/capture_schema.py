"""Reads schema classes and the `Network(...)` call of a source."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass

from fieldproof.compiler.diagnostics import Code, Reporter
from fieldproof.compiler.literals import Literal, LiteralReader
from fieldproof.core.errors import FieldproofError
from fieldproof.protocol import FieldSpec, NetworkSettings, Schema

_FIELD_SETTINGS = ("unit", "scale", "low", "high", "rounding")
_SETTINGS = frozenset(inspect.signature(NetworkSettings.parse).parameters)
_NEEDED = ("name", "reading", "program", "window", "readings_per_window", "pool_per_window")

Records = dict[str, tuple[str, tuple[FieldSpec, ...]] | None]
"""Name of a class to its base, Reading or Attributes, and its fields; None after a mistake in it."""


@dataclass(frozen=True, slots=True)
class NetworkCall:
    """What the `Network(...)` call of a source says."""

    schema: Schema
    settings: NetworkSettings
    reading_name: str
    attributes_name: str | None


def read_record_class(
    reporter: Reporter, literals: LiteralReader, node: ast.ClassDef, base: str
) -> tuple[str, tuple[FieldSpec, ...]] | None:
    """Return a schema class's base, Reading or Attributes, and its fields, or None after a report."""
    before = len(reporter.diagnostics)
    if node.decorator_list:
        reporter.report(
            Code.SCHEMA_CLASS, node.decorator_list[0], "a schema class has no decorator", "remove it"
        )
    specs: list[FieldSpec] = []
    for number, statement in enumerate(node.body):
        match statement:
            case ast.Expr(ast.Constant(str())) if number == 0:
                pass
            case ast.AnnAssign(target=ast.Name(name), annotation=ast.Name("int"), value=ast.Call() as call):
                spec = _read_field(reporter, literals, name, call)
                if spec is not None and any(each.name == name for each in specs):
                    reporter.report(
                        Code.DUPLICATE,
                        statement,
                        f"field {name} is declared twice",
                        "give each a name of its own",
                    )
                elif spec is not None:
                    specs.append(spec)
            case _:
                reporter.report(
                    Code.SCHEMA_CLASS,
                    statement,
                    "a schema class holds fields and nothing else",
                    'write NAME: int = field(unit="...", scale=..., low=..., high=...)',
                )
    if len(reporter.diagnostics) > before:
        return None
    if not specs:
        reporter.report(
            Code.SCHEMA_CLASS,
            node,
            f"{node.name} has no fields",
            'write NAME: int = field(unit="...", scale=..., low=..., high=...)',
        )
        return None
    return base, tuple(specs)


def _read_field(reporter: Reporter, literals: LiteralReader, name: str, call: ast.Call) -> FieldSpec | None:
    remedy = 'write field(unit="Cel", scale=100, low=-60, high=60), low and high in the unit'
    if not (isinstance(call.func, ast.Name) and call.func.id == "field") or call.args:
        reporter.report(
            Code.SCHEMA_FIELD, call, f"{name} must be declared with field(...), settings by name", remedy
        )
        return None
    values: dict[str, Literal] = {}
    for keyword in call.keywords:
        if keyword.arg not in _FIELD_SETTINGS:
            reporter.report(Code.SCHEMA_FIELD, keyword, f"field(...) has no setting {keyword.arg}", remedy)
            return None
        is_none = isinstance(keyword.value, ast.Constant) and keyword.value.value is None
        if keyword.arg == "rounding" and is_none:
            continue
        literal = literals.read(keyword.value)
        if literal is None:
            return None
        values[keyword.arg] = literal
    unit, scale, rounding = values.get("unit"), values.get("scale", 1), values.get("rounding")
    low, high = values.get("low"), values.get("high")
    if not (
        isinstance(unit, str)
        and isinstance(scale, int)
        and isinstance(low, int)
        and isinstance(high, int)
        and (rounding is None or isinstance(rounding, str))
    ):
        reporter.report(Code.SCHEMA_FIELD, call, f"{name} needs a unit, a low and a high", remedy)
        return None
    try:
        return FieldSpec(name, unit, scale, low * scale, high * scale, rounding)
    except FieldproofError as error:
        reporter.report(Code.SCHEMA_FIELD, call, str(error), error.hint or remedy)
        return None


def read_network_call(
    reporter: Reporter, literals: LiteralReader, call: ast.Call, records: Records, program_name: str
) -> NetworkCall | None:
    """Return what the `Network(...)` call says, or None after a report."""
    given = {each.arg: each.value for each in call.keywords if each.arg is not None}
    missing = [name for name in _NEEDED if name not in given]
    if call.args or len(given) != len(call.keywords) or missing:
        reporter.report(
            Code.NETWORK_CALL,
            call,
            f"Network(...) lacks {', '.join(missing)}"
            if missing
            else "Network(...) takes settings by name only",
            "write network = Network(name=..., reading=..., program=..., window=..., ...)",
        )
        return None
    reading = _read_record_name(reporter, given.pop("reading"), records, "Reading")
    attributes = None
    has_attributes = "attributes" in given and not _is_none(given["attributes"])
    if has_attributes:
        attributes = _read_record_name(reporter, given["attributes"], records, "Attributes")
    given.pop("attributes", None)
    program = given.pop("program")
    if not (isinstance(program, ast.Name) and program.id == program_name):
        reporter.report(
            Code.NETWORK_CALL,
            program,
            "program must name the function marked with @program",
            f"write program={program_name}",
        )
    version_node = given.pop("schema_version", None)
    settings = _read_settings(reporter, literals, call, given)
    version: Literal | None = 1 if version_node is None else literals.read(version_node)
    if reading is None or settings is None or version is None or (has_attributes and attributes is None):
        return None
    try:
        schema = Schema(
            version if isinstance(version, int) else 0,
            _get_specs(records, reading),
            _get_specs(records, attributes) if attributes is not None else (),
        )
    except FieldproofError as error:
        reporter.report(Code.SETTING, version_node or call, str(error), error.hint or "correct the schema")
        return None
    return NetworkCall(schema, settings, reading, attributes)


def _get_specs(records: Records, name: str) -> tuple[FieldSpec, ...]:
    record = records[name]
    return () if record is None else record[1]


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _read_record_name(reporter: Reporter, node: ast.expr, records: Records, base: str) -> str | None:
    if isinstance(node, ast.Name) and node.id in records:
        record = records[node.id]
        if record is None:
            return None
        if record[0] == base:
            return node.id
    reporter.report(
        Code.NETWORK_CALL,
        node,
        f"{base.lower()} must name a class of this file whose base is {base}",
        f"write class Name({base}): ... above and name it here",
    )
    return None


def _read_settings(
    reporter: Reporter, literals: LiteralReader, call: ast.Call, given: dict[str, ast.expr]
) -> NetworkSettings | None:
    values: dict[str, Literal] = {}
    for name, node in given.items():
        if name not in _SETTINGS:
            reporter.report(
                Code.SETTING,
                node,
                f"Network(...) has no setting {name}",
                f"use one of {', '.join(sorted(_SETTINGS))}",
            )
            return None
        if _is_none(node):
            continue
        literal = literals.read(node)
        if literal is None:
            return None
        values[name] = literal
    wrong = [name for name, value in values.items() if isinstance(value, tuple)]
    if wrong:
        reporter.report(Code.SETTING, given[wrong[0]], f"{wrong[0]} is one value", "write a number or a text")
        return None
    try:
        return NetworkSettings.parse(**values)  # type: ignore[arg-type]
    except (FieldproofError, TypeError) as error:
        blamed = next((node for name, node in given.items() if name in str(error)), call)
        hint = error.hint if isinstance(error, FieldproofError) else None
        reporter.report(Code.SETTING, blamed, str(error), hint or "correct the setting")
        return None
