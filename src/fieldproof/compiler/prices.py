"""What single operations cost in gates: net marginal figures of the pinned Noir and Barretenberg."""

from __future__ import annotations

from collections.abc import Mapping

from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Opcode, Operation
from fieldproof.compiler.widths import (
    compute_absolute_bits,
    compute_comparison_bits,
    compute_division_widths,
    compute_root_bits,
)

ADD_GATES = 0.34
ELEMENT_GATES = 3.0
"""For each entry of an array that is read at run time, once."""
INDEX_GATES = 2.75
"""To make a value an index."""
READ_GATES = 2.0
WRITE_GATES = 2.75
DYNAMIC_READ_GATES = INDEX_GATES + READ_GATES
SORT_GATES = 8.75
RANK_GATES = 6.4
"""For each entry of a list."""

_ROOT_BITS_WITHOUT_RANGE = 111


def estimate_range(bits: int) -> float:
    """Return the gates of a range check: limbs of 14 bits, three of them to a row."""
    limbs = max(1, -(-bits // 14))
    return 1 + 0.25 * limbs + (1.0 if limbs > 3 else 0.0)


def price_operation(item: Operation, intervals: Mapping[int, Interval]) -> float:
    """Return the gates of an operation that stands for itself, its operands known by their intervals."""
    known = [intervals[each] for each in item.operands]
    match item.opcode:
        case Opcode.MULTIPLY:
            return 0.0 if any(each.is_single for each in known) else 1.0
        case Opcode.LESS:
            return 2 + estimate_range(compute_comparison_bits(*known))
        case Opcode.MINIMUM | Opcode.MAXIMUM:
            return 3.3 + estimate_range(compute_comparison_bits(*known))
        case Opcode.ABSOLUTE:
            return 3 + estimate_range(compute_absolute_bits(known[0]))
        case Opcode.EQUAL if all(each.is_bit for each in known):
            return 1.0
        case Opcode.EQUAL:
            return 2.0 if any(each.is_single for each in known) else 3.0
        case Opcode.AND | Opcode.OR | Opcode.EITHER | Opcode.SELECT | Opcode.NARROW | Opcode.FRESH:
            return 1.0
        case Opcode.FLOOR_DIVIDE | Opcode.MODULO:
            return price_division(item, intervals)
        case Opcode.SQUARE_ROOT:
            bits = compute_root_bits(known[0])
            # The root needs a range of its own only where its square could pass the field's order.
            own = estimate_range(bits) if bits > _ROOT_BITS_WITHOUT_RANGE else 0.0
            return 2 + own + 2 * estimate_range(bits + 1)
        case Opcode.BIT_AND:
            return 8.0 * max(1, -(-max(each.high.bit_length() for each in known) // 32))
        case Opcode.TABLE:
            return DYNAMIC_READ_GATES
        case _:
            return 0.0


def price_division(item: Operation, intervals: Mapping[int, Interval]) -> float:
    """Return the gates of quotient and remainder together."""
    dividend, divisor = item.operands
    widths = compute_division_widths(intervals[dividend], intervals[divisor])
    if widths.power is not None:
        return 1 + estimate_range(widths.quotient_bits) + estimate_range(widths.power)
    return 2 + estimate_range(widths.quotient_bits) + 2 * estimate_range(widths.remainder_bits)
