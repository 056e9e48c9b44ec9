"""What each pure operation means on numbers: the one definition that folding and the evaluator share."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Opcode, compute_fallback


def compute_operation(opcode: Opcode, operands: Sequence[int], bounds: Interval | None) -> int:
    """Return the result of a pure operation, exact, as Python's own operators give it."""
    match opcode, tuple(operands):
        case Opcode.ADD, (left, right):
            return left + right
        case Opcode.SUBTRACT, (left, right):
            return left - right
        case Opcode.MULTIPLY, (left, right):
            return left * right
        case Opcode.FLOOR_DIVIDE, (left, right):
            return left // right
        case Opcode.MODULO, (left, right):
            return left % right
        case Opcode.MINIMUM, (left, right):
            return min(left, right)
        case Opcode.MAXIMUM, (left, right):
            return max(left, right)
        case Opcode.ABSOLUTE, (value,):
            return abs(value)
        case Opcode.SQUARE_ROOT, (value,):
            return isqrt(value)
        case Opcode.EQUAL, (left, right):
            return int(left == right)
        case Opcode.LESS, (left, right):
            return int(left < right)
        case Opcode.NOT, (value,):
            return 1 - value
        case Opcode.FRESH, (value,):
            return value
        case Opcode.AND, (left, right):
            return left & right
        case ((Opcode.OR | Opcode.EITHER), (left, right)):
            return left | right
        case Opcode.BIT_AND, (left, right):
            return left & right
        case Opcode.SELECT, (condition, positive, negative):
            return positive if condition else negative
        case Opcode.NARROW, (condition, value) if bounds is not None:
            return value if condition else compute_fallback(bounds)
        case _:
            raise ValueError(f"bug: {opcode} of {len(operands)} operands is no pure operation")
