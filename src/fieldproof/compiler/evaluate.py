"""Runs the intermediate form on numbers: the second of the three meanings that must agree.

It shares nothing with Python's run of the source but the arithmetic of integers, and it checks on the
way what the analysis promised: every value lies in its interval, in untaken branches too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldproof.compiler.arithmetic import compute_operation
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Event, Item, Loop, Opcode, Operation, Program
from fieldproof.protocol import Row


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one device brings to one window; all values scaled, as the author sees them."""

    rows: tuple[Row, ...]
    """One row for each reading: time in ms, then the schema's fields, None for a missing value."""
    attributes: tuple[int, ...]
    starts_at: int
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a device earned, or why it is void."""

    points: int
    """0 where void."""
    void: Event | None
    """The first place that raised."""


def evaluate(program: Program, intervals: Mapping[int, Interval], inputs: Inputs) -> Outcome:
    """Return what the program gives; raises ValueError (a bug) where a value leaves its interval."""
    if len(inputs.rows) > program.readings:
        raise ValueError(f"{len(inputs.rows)} readings, a window holds {program.readings}")
    evaluator = _Evaluator(program, intervals, inputs)
    evaluator.run(program.body)
    points = 0 if evaluator.void is not None else evaluator.values[program.points]
    return Outcome(points, evaluator.void)


class _Evaluator:
    def __init__(self, program: Program, intervals: Mapping[int, Interval], inputs: Inputs) -> None:
        self._program = program
        self._intervals = intervals
        self._inputs = inputs
        self.values: dict[int, int] = {}
        self.void: Event | None = None

    def run(self, items: Sequence[Item]) -> None:
        for item in items:
            if isinstance(item, Operation):
                self._set(item.result, self._compute(item))
            elif isinstance(item, Loop):
                self._run_loop(item)
            elif isinstance(item, Event) and self.void is None and self.values[item.condition]:
                self.void = item

    def _set(self, value: int, number: int) -> None:
        if number not in self._intervals[value]:
            raise ValueError(f"bug: value {value} is {number}, outside {self._intervals[value]}")
        self.values[value] = number

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

    def _compute(self, operation: Operation) -> int:
        operands = [self.values[each] for each in operation.operands]
        match operation.opcode:
            case Opcode.CONSTANT:
                return operation.payload
            case Opcode.ATTRIBUTE:
                return self._inputs.attributes[operation.payload]
            case Opcode.STARTS_AT:
                return self._inputs.starts_at
            case Opcode.COUNT:
                return len(self._inputs.rows)
            case Opcode.PRESENT:
                return int(operands[0] < len(self._inputs.rows))
            case Opcode.READING:
                # A missing value and a slot without a reading are raw zero: the least value of the column.
                rows = self._inputs.rows
                value = rows[operands[0]][operation.payload] if operands[0] < len(rows) else None
                return self._program.columns[operation.payload].low if value is None else value
            case Opcode.TABLE:
                return self._program.tables[operation.payload].entries[operands[0]]
            case opcode:
                return compute_operation(opcode, operands, operation.bounds)
