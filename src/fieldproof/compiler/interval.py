"""Exact integer intervals: what the compiler knows of a value before it is run.

An interval is a promise: whatever a device sends, in a branch that is taken and in one that is not,
the value lies between `low` and `high`, both included. Every operation widens as little as it
can, so that range checks and comparisons are as narrow, and as cheap, as the source allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

LIMIT_BITS = 250
"""A value whose size could reach 2**250 is a compile error: beyond it field arithmetic could wrap."""

LIMIT = 1 << LIMIT_BITS


@dataclass(frozen=True, slots=True)
class Interval:
    """All integers from `low` to `high`; never empty."""

    low: int
    high: int

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"bug: empty interval [{self.low}, {self.high}]")

    @property
    def is_single(self) -> bool:
        """Whether exactly one value is possible."""
        return self.low == self.high

    @property
    def is_bit(self) -> bool:
        """Whether only 0 and 1 are possible."""
        return self.low >= 0 and self.high <= 1

    @property
    def is_within_limit(self) -> bool:
        """Whether every value is smaller than 2**250 in size."""
        return self.low > -LIMIT and self.high < LIMIT

    @property
    def magnitude_bits(self) -> int:
        """Bits of the largest size a value can have."""
        return max(abs(self.low), abs(self.high)).bit_length()

    def __contains__(self, value: int) -> bool:
        return self.low <= value <= self.high

    def is_within(self, other: Interval) -> bool:
        """Whether every value of this interval is one of the other."""
        return other.low <= self.low and self.high <= other.high

    def join(self, other: Interval) -> Interval:
        """The smallest interval that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))

    def intersect(self, other: Interval) -> Interval | None:
        """What both hold, or None if nothing."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Interval(low, high) if low <= high else None

    def clamp_to_limit(self) -> Interval:
        """The part below the limit, to go on after an error was reported."""
        return Interval(max(-LIMIT + 1, min(self.low, LIMIT - 1)), min(LIMIT - 1, max(self.high, -LIMIT + 1)))


BIT = Interval(0, 1)


def add(left: Interval, right: Interval) -> Interval:
    """Interval of a sum."""
    return Interval(left.low + right.low, left.high + right.high)


def subtract(left: Interval, right: Interval) -> Interval:
    """Interval of a difference."""
    return Interval(left.low - right.high, left.high - right.low)


def multiply(left: Interval, right: Interval) -> Interval:
    """Interval of a product."""
    corners = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
    return Interval(min(corners), max(corners))


def square(value: Interval) -> Interval:
    """Interval of a value times itself, never negative."""
    magnitude = absolute(value)
    return Interval(magnitude.low**2, magnitude.high**2)


def bound_divisor(divisor: Interval) -> Interval:
    """Return what a divisor can be: positive, also where its interval has lost sight of that."""
    return Interval(max(1, divisor.low), max(1, divisor.high))


def floor_divide(dividend: Interval, divisor: Interval) -> Interval:
    """Interval of a floored quotient; the divisor is positive."""
    divisor = bound_divisor(divisor)
    corners = [a // b for a in (dividend.low, dividend.high) for b in (divisor.low, divisor.high)]
    return Interval(min(corners), max(corners))


def modulo(dividend: Interval, divisor: Interval) -> Interval:
    """Interval of a floored remainder; the divisor is positive."""
    divisor = bound_divisor(divisor)
    if dividend.low >= 0 and dividend.high < divisor.low:
        return dividend
    if divisor.is_single and dividend.low // divisor.low == dividend.high // divisor.low:
        return Interval(dividend.low % divisor.low, dividend.high % divisor.low)
    high = divisor.high - 1
    return Interval(0, min(high, dividend.high) if dividend.low >= 0 else high)


def minimum(left: Interval, right: Interval) -> Interval:
    """Interval of the smaller of two."""
    return Interval(min(left.low, right.low), min(left.high, right.high))


def maximum(left: Interval, right: Interval) -> Interval:
    """Interval of the larger of two."""
    return Interval(max(left.low, right.low), max(left.high, right.high))


def absolute(value: Interval) -> Interval:
    """Interval of a size."""
    if value.low >= 0:
        return value
    if value.high <= 0:
        return Interval(-value.high, -value.low)
    return Interval(0, max(-value.low, value.high))


def bit_and(left: Interval, right: Interval) -> Interval:
    """Interval of a bitwise and of two values that are not negative; where one always is, it is refused."""
    if left.is_single and left == right:
        return left
    return Interval(0, max(0, min(left.high, right.high)))


def bit_or(left: Interval, right: Interval) -> Interval:
    """Interval of a bitwise or of two values that are not negative; where one can be, it is refused."""
    return Interval(max(0, left.low, right.low), _fill_bits(left, right))


def bit_xor(left: Interval, right: Interval) -> Interval:
    """Interval of a bitwise exclusive or of two values that are not negative; else it is refused."""
    return Interval(0, _fill_bits(left, right))


def _fill_bits(left: Interval, right: Interval) -> int:
    """The most that bits of either value can be: at most their sum, and no longer than the longer one."""
    highs = [max(0, each.high) for each in (left, right)]
    return min(sum(highs), (1 << max(highs).bit_length()) - 1)


def square_root(value: Interval) -> Interval:
    """Interval of an integer square root; the value is not negative."""
    return Interval(isqrt(value.low), isqrt(value.high))


def less(left: Interval, right: Interval) -> Interval:
    """Interval of the bit `left < right`."""
    if left.high < right.low:
        return Interval(1, 1)
    if left.low >= right.high:
        return Interval(0, 0)
    return BIT


def equal(left: Interval, right: Interval) -> Interval:
    """Interval of the bit `left == right`."""
    if left.intersect(right) is None:
        return Interval(0, 0)
    if left.is_single and left == right:
        return Interval(1, 1)
    return BIT
