"""What a network's circuit costs, before anything is compiled: gates by part and by line of Python.

The figures are net marginal gates of the pinned Noir and Barretenberg, measured one operation at a time
(docs/reference/language.md names the versions); a test holds the estimate to Barretenberg's own count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from fieldproof.compiler.compiled import CompiledNetwork
from fieldproof.compiler.diagnostics import Span
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import (
    Event,
    Item,
    Loop,
    Opcode,
    Operation,
    Program,
    find_lengths,
    walk,
)
from fieldproof.compiler.known import find_fixed_values
from fieldproof.compiler.prices import (
    ADD_GATES,
    ELEMENT_GATES,
    INDEX_GATES,
    RANK_GATES,
    READ_GATES,
    SORT_GATES,
    WRITE_GATES,
    estimate_range,
    price_division,
    price_operation,
)
from fieldproof.compiler.state import get_state_fields
from fieldproof.compiler.uniform import find_uniform_values
from fieldproof.protocol import FieldSpec, StateField, StateLayout, compute_widths, pack_rows

_BASE_GATES = 3_600
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
    if compiled.device is not None:
        stage = compiled.device
        lines = _join_lines(_Estimator(stage.program, stage.intervals, devices).estimate(), lines)
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


def _join_lines(*stages: tuple[LineCost, ...]) -> tuple[LineCost, ...]:
    """Add up what lines cost in both stages of a program of the cohort."""
    found: dict[tuple[str, int], dict[str, tuple[int, float]]] = {}
    for line in chain.from_iterable(stages):
        operations = found.setdefault((line.path, line.line), {})
        for each in line.operations:
            times, gates = operations.get(each.name, (0, 0.0))
            operations[each.name] = (times + each.times, gates + each.gates)
    return tuple(_gather_line(path, line, operations) for (path, line), operations in sorted(found.items()))


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
        # A judgement of the whole cohort is made once.
        self._devices = 1 if program.inputs.capacity else devices
        self._operations = {item.result: item for item in walk(program.body) if isinstance(item, Operation)}
        self._fixed = find_fixed_values(program)
        self._dynamic = _find_dynamic_arrays(program, self._fixed)
        self._lengths = find_lengths(program)
        self._counted: dict[tuple[str, int], dict[str, tuple[int, float]]] = {}
        self._divided: set[tuple[int, int]] = set()
        self._indexed: set[int] = set()
        self._names: dict[int, int] = {}
        """Values by what they are: alike in loops of as many rounds, which Noir computes once."""
        self._known: dict[tuple[object, ...], int] = {}

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
        """Whether an array of the inputs is read at a place that only the witness knows."""
        return item.opcode in (Opcode.TABLE, Opcode.READING) and item.operands[0] not in self._fixed

    def _count(self, span: Span, name: str, times: int, gates: float) -> None:
        line = self._counted.setdefault((span.path, span.line), {})
        before = line.get(name, (0, 0.0))
        line[name] = (before[0] + times, before[1] + gates)

    def _add(self, items: Sequence[Item], rounds: int) -> None:
        for item in items:
            if isinstance(item, Loop):
                self._names[item.index] = self._name(("index", rounds, item.rounds), item.index)
                for each in item.carried:
                    if each.value in self._dynamic and each.initial not in self._dynamic:
                        gates = ELEMENT_GATES * self._lengths[each.value] * rounds * self._devices
                        self._count(item.span, "array", self._lengths[each.value], gates)
                self._add(item.body, rounds * item.rounds)
            elif isinstance(item, Operation):
                times = rounds if item.result in self._uniform else rounds * self._devices
                is_free = self._is_repeated(item) or item.result in self._fixed
                gates = 0.0 if is_free else self._estimate_operation(item)
                if gates:
                    self._count(item.span, item.opcode.value, times, gates * times)
            elif isinstance(item, Event):
                times = rounds * self._devices
                self._count(item.span, "void", times, ADD_GATES * times)

    def _name(self, key: tuple[object, ...], value: int) -> int:
        return self._known.setdefault(key, value)

    def _is_repeated(self, item: Operation) -> bool:
        """Whether the same was computed before, perhaps in another loop of as many rounds."""
        operands = tuple(self._names.get(each, each) for each in item.operands)
        name = self._name((item.opcode, operands, item.payload, item.bounds), item.result)
        self._names[item.result] = name
        return name != item.result

    def _estimate_operation(self, item: Operation) -> float:
        operands = item.operands
        match item.opcode:
            case Opcode.SELECT if item.result in self._lengths:
                return 2.0 * self._lengths[item.result]
            case Opcode.SELECT if operands[0] in self._fixed:
                return 0.0
            case Opcode.SELECT if self._is_count(item):
                return ADD_GATES
            case Opcode.AND | Opcode.OR | Opcode.EITHER | Opcode.MULTIPLY if self._fixed & set(operands):
                return 0.0
            case Opcode.EQUAL if self._fixed & set(operands):
                return 2.0
            case Opcode.FLOOR_DIVIDE | Opcode.MODULO:
                return self._estimate_division(item)
            case Opcode.TABLE | Opcode.READING:
                return READ_GATES + self._estimate_index(operands[0]) if self._is_dynamic(item) else 0.0
            case Opcode.GET if operands[0] in self._dynamic:
                return READ_GATES + self._estimate_index(operands[1])
            case Opcode.SET if item.result in self._dynamic:
                return WRITE_GATES + self._estimate_index(operands[1])
            case Opcode.FILL | Opcode.ARRAY if item.result in self._dynamic:
                return ELEMENT_GATES * self._lengths[item.result]
            case Opcode.SORT:
                return SORT_GATES * self._lengths[item.result]
            case Opcode.RANK:
                return RANK_GATES * self._lengths[operands[0]]
            case _:
                return price_operation(item, self._intervals)

    def _estimate_index(self, value: int) -> float:
        """Gates that make a value an index, which is done once for all arrays."""
        if value in self._fixed or value in self._indexed:
            return 0.0
        self._indexed.add(value)
        return INDEX_GATES

    def _is_count(self, item: Operation) -> bool:
        """Whether a choice only adds a constant to a variable: a condition is a number, so that is a sum."""
        for changed, kept in (item.operands[1:], item.operands[:0:-1]):
            change = self._operations.get(changed)
            if change is not None and change.opcode is Opcode.ADD and kept in change.operands:
                return any(self._intervals[each].is_single for each in change.operands)
        return False

    def _estimate_division(self, item: Operation) -> float:
        dividend, divisor = item.operands
        if (dividend, divisor) in self._divided:
            return 0.0
        self._divided.add((dividend, divisor))
        return price_division(item, self._intervals)


def _find_dynamic_arrays(program: Program, fixed: frozenset[int]) -> frozenset[int]:
    """Return the arrays of which some version is read or written at a place that only the witness knows."""
    parents: dict[int, int] = {}

    def find(value: int) -> int:
        while parents.get(value, value) != value:
            value = parents[value]
        return value

    # One literal array may begin many lists.
    fresh = {
        item.result
        for item in walk(program.body)
        if isinstance(item, Operation) and item.opcode in (Opcode.FILL, Opcode.ARRAY)
    }
    touched: list[int] = []
    for item in walk(program.body):
        if isinstance(item, Loop):
            for each in item.carried:
                for value in (each.initial, each.following, each.result):
                    if value not in fresh:
                        parents[find(value)] = find(each.value)
        elif isinstance(item, Operation) and item.opcode in (Opcode.SET, Opcode.GET):
            if item.opcode is Opcode.SET and item.operands[0] not in fresh:
                parents[find(item.result)] = find(item.operands[0])
            if item.operands[1] not in fixed:
                touched.append(item.operands[0])
    roots = {find(value) for value in touched}
    results = [item.result for item in walk(program.body) if isinstance(item, Operation)]
    carried = [each for item in walk(program.body) if isinstance(item, Loop) for each in item.carried]
    everything = [*results, *(value for each in carried for value in (each.value, each.result))]
    return frozenset(value for value in everything if find(value) in roots)
