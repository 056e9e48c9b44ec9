"""The fields of a program's state, as the dataclass of its source declares them."""

from __future__ import annotations

import ast

from fieldproof.compiler.capture import CapturedDataclass, CapturedField, CapturedModule, CapturedNetwork
from fieldproof.compiler.declared import SizedInteger
from fieldproof.compiler.diagnostics import Code, Reporter
from fieldproof.protocol import MAXIMUM_FIELD_BITS, StateField, StateLayout


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
    fields = [_read_field(reporter, each) for each in declared.fields]
    known = tuple(each for each in fields if each is not None)
    width = sum(each.width for each in known)
    if not declared.fields:
        _report(reporter, declared.node, "a state without fields carries nothing", "give it a field")
    elif width > MAXIMUM_FIELD_BITS:
        _report(
            reporter,
            declared.node,
            f"the fields of {declared.name} take {width} bits, and a device carries {MAXIMUM_FIELD_BITS}",
            "declare narrower ranges, or carry less from window to window",
        )
    reporter.raise_if_any()
    return known


def _find_dataclass(network: CapturedNetwork, name: str) -> tuple[CapturedModule, CapturedDataclass]:
    """Return a dataclass by its name in the network's own file, from there or from where it is imported."""
    own = network.modules[0]
    for module in (own, *(network.get_module(each.path) for each in own.imports if each.name == name)):
        for declared in module.dataclasses:
            if declared.name == name:
                return module, declared
    raise RuntimeError(f"bug: the state {name} was not captured")


def _read_field(reporter: Reporter, field: CapturedField) -> StateField | None:
    declared, default = field.declared, field.default
    if not isinstance(declared, SizedInteger):
        _report(
            reporter,
            field.node,
            f"{field.name} is no number with a range, so nobody knows how many bits to carry",
            "write bool, U8 to I64, Int[low, high], Fixed[scale, low, high] or an enum",
        )
    elif not isinstance(default, int):
        _report(
            reporter,
            field.node,
            f"{field.name} has no value for a device that carries nothing yet",
            "give every field of a state a default",
        )
    elif not declared.low <= default <= declared.high:
        _report(
            reporter,
            field.node,
            f"the default {default} of {field.name} does not fit {declared.name}",
            f"choose one from {declared.low} to {declared.high}",
        )
    else:
        return StateField(field.name, declared.low, declared.high, int(default))
    return None


def _report(reporter: Reporter, node: ast.AST, message: str, remedy: str) -> None:
    reporter.report(Code.SCHEMA_FIELD, node, message, remedy)
