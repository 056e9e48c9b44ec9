"""Runs the intermediate form on numbers: the second of the three meanings that must agree.

It shares nothing with Python's run of the source but the arithmetic of integers, and it checks on the
way what the analysis promised: every value lies in its interval, in untaken branches too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldproof.compiler.arithmetic import compute_operation
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import (
    ARRAY_OPCODES,
    INPUT_OPCODES,
    Event,
    Item,
    Loop,
    Opcode,
    Operation,
    Program,
    compute_fallback,
)
from fieldproof.protocol import Row

Data = int | tuple[int, ...]
"""A number or an array."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one device brings to one window; all values scaled, as the author sees them."""

    rows: tuple[Row, ...]
    """One row for each reading: time in ms, then the schema's fields, None for a missing value."""
    attributes: tuple[int, ...]
    starts_at: int
    """Seconds since 1970."""
    number: int = 0
    """Of the window."""
    missed: int = 0
    """Windows since the last that the device sealed."""
    state: tuple[int, ...] = ()
    """Fields of the device's state."""


@dataclass(frozen=True, slots=True)
class CohortInputs:
    """What a cohort's devices report, leaf by leaf in the order of `InputBounds.reports`."""

    reports: tuple[tuple[Data, ...] | None, ...]
    """None for a device that is absent or void."""
    starts_at: int = 0
    number: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a device earned, or why it is void."""

    outputs: tuple[Data, ...]
    """Points and next state, a report, or a cohort's points; all zero where void."""
    void: Event | None
    """The first place that raised."""

    @property
    def points(self) -> int:
        """Points of one device; 0 where void."""
        points = self.outputs[0]
        if not isinstance(points, int):
            raise TypeError("bug: a cohort's points are asked for as a device's")
        return points


def evaluate(program: Program, intervals: Mapping[int, Interval], inputs: Inputs | CohortInputs) -> Outcome:
    """Return what the program gives; raises ValueError (a bug) where a value leaves its interval."""
    if isinstance(inputs, Inputs) and len(inputs.rows) > program.inputs.readings:
        raise ValueError(f"{len(inputs.rows)} readings, a window holds {program.inputs.readings}")
    evaluator = _Evaluator(program, intervals, inputs)
    evaluator.run(program.body)
    outputs = tuple(evaluator.values[each] for each in program.outputs)
    if evaluator.void is not None:
        outputs = tuple(0 if isinstance(each, int) else (0,) * len(each) for each in outputs)
    return Outcome(outputs, evaluator.void)


class _Evaluator:
    def __init__(
        self, program: Program, intervals: Mapping[int, Interval], inputs: Inputs | CohortInputs
    ) -> None:
        self._program = program
        self._intervals = intervals
        self._inputs = inputs
        self.values: dict[int, Data] = {}
        self.void: Event | None = None

    def run(self, items: Sequence[Item]) -> None:
        for item in items:
            if isinstance(item, Operation):
                self._set(item.result, self._compute(item))
            elif isinstance(item, Loop):
                self._run_loop(item)
            elif isinstance(item, Event) and self.void is None and self.values[item.condition]:
                self.void = item

    def _set(self, value: int, data: Data) -> None:
        bounds = self._intervals[value]
        for number in data if isinstance(data, tuple) else (data,):
            if number not in bounds:
                raise ValueError(f"bug: value {value} is {number}, outside {bounds}")
        self.values[value] = data

    def _run_loop(self, loop: Loop) -> None:
        state = [self.values[each.initial] for each in loop.carried]
        for index in range(loop.rounds):
            self._set(loop.index, index)
            for each, number in zip(loop.carried, state, strict=True):
                self._set(each.value, number)
            self.run(loop.body)
            state = [self.values[each.following] for each in loop.carried]
        for each, number in zip(loop.carried, state, strict=True):
            self._set(each.result, number)

    def _compute(self, operation: Operation) -> Data:
        if operation.opcode in INPUT_OPCODES:
            return self._read_input(operation)
        if operation.operands and operation.opcode in ARRAY_OPCODES:
            return self._compute_on_array(operation)
        operands = [self.values[each] for each in operation.operands]
        match operation.opcode, operands:
            case Opcode.CONSTANT, _:
                return operation.payload
            case Opcode.TABLE, [int(index)]:
                return self._program.tables[operation.payload].entries[index]
            case Opcode.SELECT, [condition, positive, negative]:
                return positive if condition else negative
            case opcode, _:
                numbers = [each for each in operands if isinstance(each, int)]
                return compute_operation(opcode, numbers, operation.bounds)

    def _compute_on_array(self, operation: Operation) -> Data:
        operands = [self.values[each] for each in operation.operands]
        match operation.opcode, operands:
            case Opcode.ARRAY, _:
                return tuple(each for each in operands if isinstance(each, int))
            case Opcode.FILL, [int(value)]:
                return (value,) * operation.payload
            case Opcode.GET, [tuple(array), int(index)]:
                return array[index]
            case Opcode.SET, [tuple(array), int(index), int(value)]:
                return (*array[:index], value, *array[index + 1 :])
            case Opcode.SORT, [tuple(array), int(count)]:
                rest = (self._intervals[operation.operands[0]].high,) * (len(array) - count)
                return (*sorted(array[:count]), *rest)
            case Opcode.RANK, [tuple(array), tuple(chosen), int(place)]:
                found = sorted(value for value, bit in zip(array, chosen, strict=True) if bit)
                return found[place] if place < len(found) else 0
            case opcode, _:
                raise ValueError(f"bug: {opcode} is not evaluated")

    def _read_input(self, operation: Operation) -> Data:
        payload, inputs = operation.payload, self._inputs
        if operation.opcode is Opcode.STARTS_AT:
            return inputs.starts_at
        if operation.opcode is Opcode.NUMBER:
            return inputs.number
        if isinstance(inputs, CohortInputs):
            if operation.opcode is Opcode.MEMBERS:
                return tuple(int(each is not None) for each in inputs.reports)
            return self._read_reports(payload, inputs)
        match operation.opcode:
            case Opcode.ATTRIBUTE:
                return inputs.attributes[payload]
            case Opcode.MISSED:
                return inputs.missed
            case Opcode.STATE:
                return inputs.state[payload]
            case Opcode.COUNT:
                return len(inputs.rows)
            case Opcode.PRESENT:
                return int(self._get_index(operation) < len(inputs.rows))
            case _:
                return self._read_reading(self._get_index(operation), payload, inputs)

    def _get_index(self, operation: Operation) -> int:
        index = self.values[operation.operands[0]]
        if not isinstance(index, int):
            raise TypeError("bug: an index is no number")
        return index

    def _read_reading(self, index: int, column: int, inputs: Inputs) -> int:
        # A slot without a reading holds raw zero, and so does a missing value: the least of its column.
        value = inputs.rows[index][column] if index < len(inputs.rows) else None
        return self._program.inputs.columns[column].low if value is None else value

    def _read_reports(self, number: int, inputs: CohortInputs) -> Data:
        leaf = self._program.inputs.reports[number]
        absent = (compute_fallback(leaf.bounds),) * leaf.length
        entries: list[int] = []
        for report in inputs.reports:
            found = absent if report is None else report[number]
            entries.extend(found if isinstance(found, tuple) else (found,))
        return tuple(entries)
