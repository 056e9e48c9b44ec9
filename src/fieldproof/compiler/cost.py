"""What a network's circuit costs, before anything is compiled: gates by part and by line of Python.

The figures are net marginal gates of the pinned Noir and Barretenberg, measured one operation at a time
(docs/reference/language.md names the versions); a test holds the estimate to Barretenberg's own count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldproof.compiler.compiled import CompiledNetwork
from fieldproof.compiler.diagnostics import Span
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Event, Item, Loop, Opcode, Operation, Program, walk
from fieldproof.compiler.prices import (
    ADD_GATES,
    DYNAMIC_READ_GATES,
    ELEMENT_GATES,
    estimate_range,
    price_division,
    price_operation,
)
from fieldproof.compiler.state import get_state_fields
from fieldproof.compiler.uniform import find_uniform_values
from fieldproof.protocol import FieldSpec, StateField, StateLayout, compute_widths, pack_rows

_BASE_GATES = 5_000
"""Once for a circuit: the tables that range checks look into, and what all slots share."""
_PERMUTATION_GATES = 74
_SEAL_GATES = 1_138
"""Schnorr over Grumpkin without the hash of its challenge."""
_SLOT_GATES = 166
"""Bits, demands and packing of one device beside its hashes."""
_LANE_GATES = 14
"""State of one device beside the checks of its fields and its lane: unpacking, missed windows, choosing."""
_READING_GATES = 5.2
"""Mask and packing of one reading, beside the checks of its columns."""


@dataclass(frozen=True, slots=True)
class OperationCost:
    """Gates that operations of one kind take in one line, in the whole circuit."""

    name: str
    """The opcode's, or `void` for what makes a device void."""
    times: int
    """How often it is computed, rounds and devices multiplied."""
    gates: float


@dataclass(frozen=True, slots=True)
class LineCost:
    """Gates that one line of Python takes in the whole circuit."""

    path: str
    line: int
    gates: float
    operations: tuple[OperationCost, ...] = ()
    """What the gates go to, the most first."""


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
    devices = network.settings.cohort if capacity is None else capacity
    slots = network.settings.readings_per_window
    widths = compute_widths(network.schema, network.settings.window_s)
    packed = len(pack_rows([], widths, slots))
    lines = _Estimator(compiled.program, compiled.intervals, devices).estimate()
    reading = (
        _READING_GATES + estimate_range(widths[0]) + 1 + sum(map(_estimate_column, network.schema.reading))
    )
    attributes = sum(_estimate_bounded(spec) for spec in network.schema.attributes)
    if network.schema.attributes:
        attributes += _estimate_hash(len(network.schema.attributes))
    registry = _SLOT_GATES + _estimate_hash(3) + _estimate_hash(2)
    parts = [
        PartCost("shared by all slots", _BASE_GATES),
        PartCost("readings", devices * slots * reading),
        PartCost("digests", devices * _estimate_hash(packed)),
        PartCost("attributes", devices * attributes),
        PartCost("seals", devices * (_SEAL_GATES + _estimate_hash(5) + _estimate_hash(2))),
        PartCost("registry, root and result", devices * registry + _estimate_hash(devices)),
        PartCost("program", sum(line.gates for line in lines)),
    ]
    if fields := get_state_fields(network):
        parts.append(PartCost("state", _estimate_state(fields, devices)))
    return CostReport(devices, tuple(parts), lines)


def _gather_line(path: str, line: int, found: Mapping[str, tuple[int, float]]) -> LineCost:
    operations = [OperationCost(name, times, gates) for name, (times, gates) in found.items()]
    operations.sort(key=lambda each: -each.gates)
    return LineCost(path, line, sum(each.gates for each in operations), tuple(operations))


def _estimate_hash(inputs: int) -> int:
    """Return the gates of a hash in a domain: one field more, three to a permutation."""
    return _PERMUTATION_GATES * -(-(1 + inputs) // 3)


def _estimate_state(fields: Sequence[StateField], devices: int) -> float:
    layout = StateLayout(tuple(fields), devices)
    lane = _LANE_GATES + estimate_range(layout.width) + sum(map(_estimate_bounded, fields))
    return devices * lane + 2 * _estimate_hash(layout.words)


def _estimate_bounded(spec: FieldSpec | StateField) -> float:
    is_power = spec.maximum_raw + 1 == 1 << spec.width
    return estimate_range(spec.width) * (1 if is_power else 2)


def _estimate_column(spec: FieldSpec) -> float:
    return _estimate_bounded(spec) + 1


class _Estimator:
    def __init__(self, program: Program, intervals: Mapping[int, Interval], devices: int) -> None:
        self._program = program
        self._intervals = intervals
        self._uniform = find_uniform_values(program).values
        self._devices = devices
        self._operations = {item.result: item for item in walk(program.body) if isinstance(item, Operation)}
        self._indices = {item.index for item in walk(program.body) if isinstance(item, Loop)}
        self._counted: dict[tuple[str, int], dict[str, tuple[int, float]]] = {}
        self._divided: set[tuple[int, int]] = set()

    def estimate(self) -> tuple[LineCost, ...]:
        self._add(self._program.body, 1)
        seen: set[tuple[Opcode, int]] = set()
        for item in self._operations.values():
            key = (item.opcode, item.payload)
            if self._is_dynamic(item) and key not in seen:
                seen.add(key)
                self._count(item.span, item.opcode.value, 0, ELEMENT_GATES * self._count_elements(item))
        return tuple(_gather_line(path, line, found) for (path, line), found in sorted(self._counted.items()))

    def _count_elements(self, item: Operation) -> int:
        """Elements that are laid out for reads at run time: a table once, a column for each device."""
        if item.opcode is Opcode.TABLE:
            return len(self._program.tables[item.payload].entries)
        return self._program.inputs.readings * self._devices

    def _is_dynamic(self, item: Operation) -> bool:
        """Whether an array is read at a place that only the witness knows."""
        if item.opcode not in (Opcode.TABLE, Opcode.READING):
            return False
        return not self._is_known(item.operands[0])

    def _is_known(self, value: int) -> bool:
        """Whether a value is fixed once loops are written out."""
        operation = self._operations.get(value)
        if operation is None:
            return value in self._indices
        if operation.opcode is Opcode.CONSTANT:
            return True
        return operation.opcode is Opcode.ADD and all(map(self._is_known, operation.operands))

    def _count(self, span: Span, name: str, times: int, gates: float) -> None:
        line = self._counted.setdefault((span.path, span.line), {})
        before = line.get(name, (0, 0.0))
        line[name] = (before[0] + times, before[1] + gates)

    def _add(self, items: Sequence[Item], rounds: int) -> None:
        for item in items:
            if isinstance(item, Loop):
                self._add(item.body, rounds * item.rounds)
            elif isinstance(item, Operation):
                times = rounds if item.result in self._uniform else rounds * self._devices
                gates = self._estimate_operation(item)
                if gates:
                    self._count(item.span, item.opcode.value, times, gates * times)
            elif isinstance(item, Event):
                times = rounds * self._devices
                self._count(item.span, "void", times, ADD_GATES * times)

    def _is_fixed(self, value: int) -> bool:
        return self._intervals[value].is_single

    def _estimate_operation(self, item: Operation) -> float:
        match item.opcode:
            case Opcode.SELECT if self._is_count(item):
                return ADD_GATES
            case Opcode.FLOOR_DIVIDE | Opcode.MODULO:
                return self._estimate_division(item)
            case Opcode.TABLE | Opcode.READING:
                return DYNAMIC_READ_GATES if self._is_dynamic(item) else 0.0
            case _:
                return price_operation(item, self._intervals)

    def _is_count(self, item: Operation) -> bool:
        """Whether a choice only adds a constant to a variable: a condition is a number, so that is a sum."""
        for changed, kept in (item.operands[1:], item.operands[:0:-1]):
            change = self._operations.get(changed)
            if change is not None and change.opcode is Opcode.ADD and kept in change.operands:
                return any(map(self._is_fixed, change.operands))
        return False

    def _estimate_division(self, item: Operation) -> float:
        dividend, divisor = item.operands
        if (dividend, divisor) in self._divided:
            return 0.0
        self._divided.add((dividend, divisor))
        return price_division(item, self._intervals)
