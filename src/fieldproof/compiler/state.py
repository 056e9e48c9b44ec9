"""The fields of a program's state, as the dataclass of its source declares them."""

from __future__ import annotations

from fieldproof.compiler.capture import CapturedDataclass, CapturedField, CapturedModule, CapturedNetwork
from fieldproof.compiler.declared import ArrayType, RecordType, SizedInteger
from fieldproof.compiler.diagnostics import Code, Reporter
from fieldproof.protocol import StateField, StateLayout


def get_state_layout(network: CapturedNetwork) -> StateLayout | None:
    """Return how the state of a cohort is packed; None for a program without state."""
    fields = get_state_fields(network)
    return StateLayout(fields, network.settings.cohort) if fields else None


def get_state_fields(network: CapturedNetwork) -> tuple[StateField, ...]:
    """Return the fields of the program's state in their order; empty for a program without state.

    Raises `CompileError` for a field that a state cannot have.
    """
    if network.state_name is None:
        return ()
    module, declared = _find_dataclass(network, network.state_name)
    reporter = Reporter(module.path, module.text)
    fields = [_read_field(reporter, each) for each in declared.fields]
    reporter.raise_if_any()
    return tuple(each for each in fields if each is not None)


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
    if isinstance(declared, RecordType | ArrayType):
        reporter.report(
            Code.STATE,
            field.node,
            f"{field.name} is of {declared.name}, and a state has no objects or lists within it",
            f"write its numbers out as fields, as in {field.name}_first: Int[0, 1000] = 0",
        )
    elif not isinstance(declared, SizedInteger):
        reporter.report(
            Code.STATE,
            field.node,
            f"{field.name} is no number with a range, and a state is made of such numbers alone",
            "write bool, U8 to I64, Int[low, high], Fixed[scale, low, high] or an enum",
        )
    elif not isinstance(default, int):
        reporter.report(
            Code.STATE,
            field.node,
            f"{field.name} has no value for a device that carries nothing yet",
            "give every field of a state a default",
        )
    else:
        return StateField(field.name, declared.low, declared.high, int(default))
    return None
