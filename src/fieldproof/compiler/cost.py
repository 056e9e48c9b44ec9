"""What a network's circuit costs, before anything is compiled: gates by part and by line of Python.

The estimate goes the way of the pinned Noir and Barretenberg (docs/reference/language.md names the versions):
what they would write out is counted row by row. A test holds it to Barretenberg's own count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from fieldproof.compiler.compiled import CompiledNetwork
from fieldproof.compiler.cost_lines import LineBook, LineCost, OperationCost
from fieldproof.compiler.cost_program import ProgramCost
from fieldproof.compiler.cost_statement import (
    estimate_attributes,
    estimate_bounded,
    estimate_digest,
    estimate_hash,
    estimate_readings,
    estimate_registry,
    estimate_seal,
    estimate_state,
    list_exact_ranges,
)
from fieldproof.compiler.forms import Form
from fieldproof.compiler.ir import STARTS_AT, Opcode, Operation, Program, walk
from fieldproof.compiler.prices import (
    LIMB_TABLE_GATES,
    estimate_range,
    estimate_range_table,
    find_range_table,
)
from fieldproof.compiler.state import get_state_fields
from fieldproof.protocol import StateLayout

__all__ = ["CostReport", "LineCost", "OperationCost", "PartCost", "estimate_cost"]

_BASE_GATES = 80
"""Once for a circuit, beside tables: public inputs, constants."""
_WINDOW_BITS = 32
_ALWAYS_EXACT = (128, 32)
"""Ranges of every circuit: salt and signature, points."""


@dataclass(frozen=True, slots=True)
class PartCost:
    """Gates that one part of the circuit takes, all devices together."""

    name: str
    gates: float


@dataclass(frozen=True, slots=True)
class CostReport:
    """An estimate for the circuit of one cohort."""

    capacity: int
    """Devices that one proof covers."""
    parts: tuple[PartCost, ...]
    lines: tuple[LineCost, ...]
    """Lines of the program, in the order of the source; they add up to the part `program`."""

    @property
    def gates(self) -> int:
        """Gates of the whole circuit."""
        return round(sum(part.gates for part in self.parts))


def estimate_cost(compiled: CompiledNetwork, capacity: int | None = None) -> CostReport:
    """Return the estimate for the network's cohort, or for one of another capacity."""
    network = compiled.network
    schema, settings = network.schema, network.settings
    devices = settings.cohort if capacity is None else capacity
    stages = _estimate_stages(compiled, devices)
    lines = _join_lines(stages)
    reads_times = compiled.reads_times
    parts = [
        PartCost("shared by all slots", _estimate_shared(compiled, stages)),
        PartCost("readings", devices * estimate_readings(schema, settings, reads_times=reads_times)),
        PartCost("digests", devices * estimate_digest(schema, settings, reads_times=reads_times)),
        PartCost("attributes", devices * estimate_attributes(schema)),
        PartCost("seals", devices * estimate_seal()),
        PartCost("registry, root and result", devices * estimate_registry() + estimate_hash(devices)),
        PartCost("program", sum(line.gates for line in lines)),
    ]
    if fields := get_state_fields(network):
        uses_missed = _uses([compiled.program], Opcode.MISSED)
        parts.append(PartCost("state", estimate_state(fields, devices, uses_missed=uses_missed)))
    return CostReport(devices, tuple(parts), lines)


def _estimate_stages(compiled: CompiledNetwork, devices: int) -> tuple[ProgramCost, ...]:
    if compiled.device is None:
        only = ProgramCost(compiled.program, compiled.intervals, devices).run()
        only.conclude()
        only.count_points()
        return (only,)
    look = ProgramCost(compiled.device.program, compiled.device.intervals, devices).run()
    # A leaf of a member that is not present is replaced.
    leaves = [Form(max(1, each.terms)) if each.is_linear else Form(1) for each in look.conclude()]
    judge = ProgramCost(compiled.program, compiled.intervals, devices, leaves).run()
    judge.conclude()
    judge.count_points()
    return (look, judge)


def _join_lines(stages: tuple[ProgramCost, ...]) -> tuple[LineCost, ...]:
    """Add up what lines cost in both stages of a program of the cohort."""
    book = LineBook()
    for stage in stages:
        book.merge(stage.book)
    return book.list_lines()


def _estimate_shared(compiled: CompiledNetwork, stages: tuple[ProgramCost, ...]) -> float:
    """What stands once in a circuit: tables of ranges, numbers of arrays, checks of the window."""
    network = compiled.network
    gates = _BASE_GATES + LIMB_TABLE_GATES + max(stage.shared_gates for stage in stages)
    exact = {*_ALWAYS_EXACT, *list_exact_ranges(network.schema.reading + network.schema.attributes)}
    if fields := get_state_fields(network):
        exact |= {StateLayout(tuple(fields), 1).width, *list_exact_ranges(fields)}
    programs = [stage.program for stage in stages]
    if _uses(programs, Opcode.STARTS_AT):
        exact.add(STARTS_AT.high.bit_length())
        gates += estimate_range(STARTS_AT.high.bit_length())
    if fields or _uses(programs, Opcode.NUMBER):
        gates += estimate_bounded(_WINDOW_BITS, is_whole=False)
    tables = set(filter(None, map(find_range_table, exact))).union(*(stage.range_tables for stage in stages))
    return gates + sum(map(estimate_range_table, tables))


def _uses(programs: Sequence[Program], opcode: Opcode) -> bool:
    items = chain.from_iterable(walk(program.body) for program in programs)
    return any(isinstance(item, Operation) and item.opcode is opcode for item in items)
