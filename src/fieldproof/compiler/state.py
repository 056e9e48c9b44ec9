"""The fields of a program's state, read from the dataclass that its source declares."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from fieldproof.compiler.authoring import SIZED_INTEGERS
from fieldproof.compiler.capture import CapturedDataclass, CapturedField, CapturedModule, CapturedNetwork
from fieldproof.compiler.diagnostics import Code, Reporter
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.literals import Literal, LiteralReader
from fieldproof.protocol import MAXIMUM_STATE_BITS, StateField, StateLayout
from fieldproof.protocol.state import LAST_BITS

MAXIMUM_FIELD_BITS = MAXIMUM_STATE_BITS - LAST_BITS
"""Of all fields of a state together; the last window takes the rest."""


def get_state_layout(network: CapturedNetwork) -> StateLayout | None:
    """Return how the state of a cohort is packed; None for a program without state."""
    fields = get_state_fields(network)
    return StateLayout(fields, network.settings.cohort) if fields else None


def get_state_fields(network: CapturedNetwork) -> tuple[StateField, ...]:
    """Return the fields of the program's state in their order; empty for a program without state.

    Raises `CompileError` with all mistakes of the dataclass.
    """
    if network.state_name is None:
        return ()
    module, declared = _find_dataclass(network, network.state_name)
    reporter = Reporter(module.path, module.text)
    fields = [_read_field(reporter, network, module, each) for each in declared.fields]
    known = [each for each in fields if each is not None]
    if not declared.fields:
        _report(reporter, declared.node, "a state without fields carries nothing", "give it a field")
    width = sum(each.width for each in known)
    if width > MAXIMUM_FIELD_BITS:
        _report(
            reporter,
            declared.node,
            f"the fields of {declared.name} take {width} bits, a device's state has {MAXIMUM_FIELD_BITS}",
            "declare narrower ranges, or carry less from window to window",
        )
    reporter.raise_if_any()
    return tuple(known)


def _find_dataclass(network: CapturedNetwork, name: str) -> tuple[CapturedModule, CapturedDataclass]:
    """Return a dataclass by its name in network.py, from there or from where it is imported."""
    first = network.modules[0]
    homes = [first, *(_get_module(network, each.path) for each in first.imports if each.name == name)]
    for module in homes:
        for declared in module.dataclasses:
            if declared.name == name:
                return module, declared
    raise RuntimeError(f"bug: the state {name} was not captured")


def _get_module(network: CapturedNetwork, path: str) -> CapturedModule:
    return next(module for module in network.modules if module.path == path)


def _read_field(
    reporter: Reporter, network: CapturedNetwork, module: CapturedModule, field: CapturedField
) -> StateField | None:
    bounds = _read_range(reporter, network, module, field.annotation)
    if bounds is None:
        return None
    if not isinstance(field.default, int):
        _report(
            reporter,
            field.node,
            f"{field.name} has no value for a device that was never paid",
            "give every field of a state a default",
        )
        return None
    default = int(field.default)
    if not bounds.low <= default <= bounds.high:
        _report(
            reporter,
            field.node,
            f"the default {default} of {field.name} is outside {bounds.low} to {bounds.high}",
            "choose a default within the range",
        )
        return None
    return StateField(field.name, bounds.low, bounds.high, default)


def _read_range(
    reporter: Reporter, network: CapturedNetwork, module: CapturedModule, annotation: ast.expr
) -> Interval | None:
    """Return the range that an annotation declares."""
    match annotation:
        case ast.Constant(str(text)):
            return _read_range(reporter, network, module, ast.parse(text, mode="eval").body)
        case ast.Name("bool" | "Bool"):
            return Interval(0, 1)
        case ast.Name(name) if name in SIZED_INTEGERS:
            return Interval(SIZED_INTEGERS[name].low, SIZED_INTEGERS[name].high)
        case ast.Name(name) if members := _find_members(network, module, name):
            return Interval(min(members), max(members))
        case ast.Subscript(ast.Name("Int" | "Fixed" as name), ast.Tuple(elts)):
            literals = LiteralReader(reporter, _collect_constants(network, module))
            match name, [literals.read(each) for each in elts]:
                case "Int", [int(low), int(high)] if low <= high:
                    return Interval(low, high)
                case "Fixed", [int(scale), int(low), int(high)] if scale > 0 and low <= high:
                    return Interval(low * scale, high * scale)
    reporter.report(
        Code.TYPE_NAME,
        annotation,
        "a field of a state needs a range",
        "write U8 … I64, Int[low, high], Fixed[scale, low, high], bool or an enum",
    )
    return None


def _find_members(network: CapturedNetwork, module: CapturedModule, name: str) -> Sequence[int]:
    """Return the values of an enum, empty where the name is none."""
    homes = [module, *(_get_module(network, each.path) for each in module.imports if each.name == name)]
    for home in homes:
        for enum in home.enums:
            if enum.name == name:
                return [value for _, value in enum.members]
    return ()


def _collect_constants(network: CapturedNetwork, module: CapturedModule) -> dict[str, Literal]:
    """Return the constants that a module knows, its own and imported ones."""
    constants: dict[str, Literal] = {}
    for each in module.imports:
        for name, value in _get_module(network, each.path).constants:
            if name == each.name:
                constants[name] = value
    return {**constants, **dict(module.constants)}


def _report(reporter: Reporter, node: ast.AST, message: str, remedy: str) -> None:
    reporter.report(Code.SCHEMA_FIELD, node, message, remedy)
