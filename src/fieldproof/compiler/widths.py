"""Bit widths that gadgets are called with, from intervals: shared by what is emitted and what it costs."""

from __future__ import annotations

from dataclasses import dataclass

from fieldproof.compiler.interval import Interval, bound_divisor, subtract

MOST_ORDER_BITS = 200
"""Of the difference of two values that are put in order: so far `sort` and `rank` are shown to be sound."""

MOST_SQUARE_BITS = 248
"""Of a value whose square root is taken: so far `square_root` is."""


@dataclass(frozen=True, slots=True)
class DivisionWidths:
    """How a floored division is given to its gadget, which takes no negative dividend."""

    shift: int
    """Multiple of the divisor that is added to the dividend and taken off the quotient."""
    quotient_bits: int
    remainder_bits: int
    power: int | None
    """Exponent where the divisor is always this power of two."""


def compute_unsigned_bits(high: int) -> int:
    """Bits of 0 .. high, at least 1."""
    return max(1, high.bit_length())


def compute_comparison_bits(left: Interval, right: Interval) -> int:
    """Return BITS with -2^BITS <= left - right < 2^BITS."""
    difference = subtract(left, right)
    return max(1, max(difference.high, 0).bit_length(), max(-difference.low - 1, 0).bit_length())


def compute_absolute_bits(value: Interval) -> int:
    """Return BITS with -2^BITS <= value < 2^BITS."""
    return compute_comparison_bits(value, Interval(0, 0))


def compute_division_widths(dividend: Interval, divisor: Interval) -> DivisionWidths:
    """Return how to divide; the divisor is positive."""
    divisor = bound_divisor(divisor)
    shift = 0 if dividend.low >= 0 else -(dividend.low // divisor.low)
    largest = max(dividend.high // divisor.low, dividend.high // divisor.high) + shift
    power = divisor.low.bit_length() - 1
    is_power = divisor.is_single and divisor.low == 1 << power
    return DivisionWidths(
        shift,
        compute_unsigned_bits(largest),
        compute_unsigned_bits(divisor.high - 1),
        power if is_power else None,
    )


def compute_root_bits(value: Interval) -> int:
    """Return ROOT_BITS with value < 2^(2 * ROOT_BITS)."""
    return max(1, (value.high.bit_length() + 1) // 2)
