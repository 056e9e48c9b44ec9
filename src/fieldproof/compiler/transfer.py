"""What each operation does to intervals."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from fieldproof.compiler import interval as intervals
from fieldproof.compiler.interval import BIT, Interval
from fieldproof.compiler.ir import STARTS_AT, WINDOWS, Opcode, Operation, Program, compute_fallback

_PAIRS = {
    Opcode.ADD: intervals.add,
    Opcode.SUBTRACT: intervals.subtract,
    Opcode.MULTIPLY: intervals.multiply,
    Opcode.FLOOR_DIVIDE: intervals.floor_divide,
    Opcode.MODULO: intervals.modulo,
    Opcode.MINIMUM: intervals.minimum,
    Opcode.MAXIMUM: intervals.maximum,
    Opcode.EQUAL: intervals.equal,
    Opcode.LESS: intervals.less,
    Opcode.AND: intervals.minimum,
    Opcode.OR: intervals.maximum,
    Opcode.EITHER: intervals.maximum,
    Opcode.BIT_AND: intervals.bit_and,
    Opcode.BIT_OR: intervals.bit_or,
    Opcode.BIT_XOR: intervals.bit_xor,
}


def compute_interval(operation: Operation, operands: Sequence[Interval], program: Program) -> Interval:
    """Return everything that an operation can give for operands within their intervals."""
    if not operation.operands:
        return _get_input(operation, program)
    match operation.opcode, operands:
        case Opcode.READING, _:
            return program.inputs.columns[operation.payload]
        case Opcode.PRESENT, _:
            return BIT
        case Opcode.TABLE, [index]:
            entries = program.tables[operation.payload].entries
            reached = entries[max(0, index.low) : index.high + 1] or entries
            return Interval(min(reached), max(reached))
        case Opcode.ARRAY, [first, *rest]:
            return functools.reduce(Interval.join, rest, first)
        case ((Opcode.FILL | Opcode.FRESH), [value]):
            return value
        case ((Opcode.GET | Opcode.SORT), [array, _]):
            return array
        case Opcode.SET, [array, _, value]:
            return array.join(value)
        case Opcode.RANK, [array, _, _]:
            return array.join(Interval(0, 0))
        case Opcode.NARROW, [condition, value] if operation.bounds is not None:
            kept = value.intersect(operation.bounds)
            fallback = compute_fallback(operation.bounds)
            if condition == Interval(1, 1) and kept is not None:
                return kept
            single = Interval(fallback, fallback)
            return single if kept is None else kept.join(single)
        case Opcode.SELECT, [condition, positive, negative]:
            if condition.is_single:
                return positive if condition.low else negative
            return positive.join(negative)
        case Opcode.MULTIPLY, [value, _] if operation.operands[0] == operation.operands[1]:
            return intervals.square(value)
        case Opcode.ABSOLUTE, [value]:
            return intervals.absolute(value)
        case Opcode.SQUARE_ROOT, [value]:
            return intervals.square_root(value)
        case Opcode.NOT, [value]:
            return Interval(1 - value.high, 1 - value.low)
        case opcode, [left, right]:
            return _PAIRS[opcode](left, right)
        case _:
            raise ValueError(f"bug: {operation.opcode} is not analysed")


def _get_input(operation: Operation, program: Program) -> Interval:
    inputs, payload = program.inputs, operation.payload
    match operation.opcode:
        case Opcode.CONSTANT:
            return Interval(payload, payload)
        case Opcode.ATTRIBUTE:
            return inputs.attributes[payload]
        case Opcode.STARTS_AT:
            return STARTS_AT
        case Opcode.NUMBER | Opcode.MISSED:
            return WINDOWS
        case Opcode.STATE:
            return inputs.state[payload]
        case Opcode.REPORTS:
            return inputs.reports[payload].bounds
        case Opcode.MEMBERS:
            return BIT
        case Opcode.COUNT:
            return Interval(0, inputs.readings)
        case opcode:
            raise ValueError(f"bug: {opcode} is no input")
