"""What each pure operation means on numbers: the one definition that folding and the evaluator share."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from math import isqrt

from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Opcode, compute_fallback

_MEANINGS: Mapping[Opcode, Callable[..., int]] = {
    Opcode.ADD: operator.add,
    Opcode.SUBTRACT: operator.sub,
    Opcode.MULTIPLY: operator.mul,
    Opcode.FLOOR_DIVIDE: operator.floordiv,
    Opcode.MODULO: operator.mod,
    Opcode.MINIMUM: min,
    Opcode.MAXIMUM: max,
    Opcode.ABSOLUTE: abs,
    Opcode.SQUARE_ROOT: isqrt,
    Opcode.EQUAL: lambda left, right: int(left == right),
    Opcode.LESS: lambda left, right: int(left < right),
    Opcode.NOT: lambda value: 1 - value,
    Opcode.FRESH: lambda value: value,
    Opcode.AND: operator.and_,
    Opcode.OR: operator.or_,
    Opcode.EITHER: operator.or_,
    Opcode.BIT_AND: operator.and_,
    Opcode.BIT_OR: operator.or_,
    Opcode.BIT_XOR: operator.xor,
    Opcode.SELECT: lambda condition, positive, negative: positive if condition else negative,
}


def compute_operation(opcode: Opcode, operands: Sequence[int], bounds: Interval | None) -> int:
    """Return the result of a pure operation, exact, as Python's own operators give it."""
    if opcode is Opcode.NARROW and bounds is not None:
        condition, value = operands
        return value if condition else compute_fallback(bounds)
    if opcode not in _MEANINGS:
        raise ValueError(f"bug: {opcode} is no pure operation")
    return _MEANINGS[opcode](*operands)
