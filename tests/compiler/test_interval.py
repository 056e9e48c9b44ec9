"""An interval holds every result of its operation, and is no wider than it must be at its ends."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fieldproof.compiler import interval as intervals
from fieldproof.compiler.interval import LIMIT, Interval

NUMBERS = st.integers(-30, 30) | st.sampled_from([-(2**64), 2**64 - 1, -LIMIT + 1, LIMIT - 1])


@st.composite
def around(draw, numbers=NUMBERS):
    """An interval and a number in it."""
    ends = sorted((draw(numbers), draw(numbers)))
    return Interval(*ends), draw(st.integers(*ends) | st.sampled_from(ends))


@given(around(), around())
def test_pairs_of_values_give_results_inside(left, right):
    (a, x), (b, y) = left, right
    assert x + y in intervals.add(a, b)
    assert x - y in intervals.subtract(a, b)
    assert x * y in intervals.multiply(a, b)
    assert min(x, y) in intervals.minimum(a, b)
    assert max(x, y) in intervals.maximum(a, b)
    assert int(x < y) in intervals.less(a, b)
    assert int(x == y) in intervals.equal(a, b)
    assert x in a.join(b)
    assert y in a.join(b)
    shared = a.intersect(b)
    assert (x in b) <= (shared is not None and x in shared)


@given(around(), around(st.integers(-5, 40) | st.sampled_from([2**64, LIMIT - 1])))
def test_division_by_what_is_positive_gives_results_inside(dividend, divisor):
    (a, x), (b, y) = dividend, divisor
    assume(y > 0)
    assert x // y in intervals.floor_divide(a, b)
    assert x % y in intervals.modulo(a, b)


@given(around())
def test_single_values_give_results_inside(value):
    a, x = value
    assert abs(x) in intervals.absolute(a)
    assert x * x in intervals.square(a)


@given(around(st.integers(0, 2**80)))
def test_a_root_lies_inside(value):
    a, x = value
    assert int(x**0.5) - 1 <= intervals.square_root(a).high
    assert intervals.square_root(a).low ** 2 <= x
    assert x < (intervals.square_root(a).high + 1) ** 2


@given(around(st.integers(0, 40) | st.just(2**80)), around(st.integers(0, 40) | st.just(2**128 - 1)))
def test_bits_of_values_that_are_not_negative_lie_inside(left, right):
    (a, x), (b, y) = left, right
    longest = 2 ** max(a.high, b.high).bit_length() - 1
    assert x & y in intervals.bit_and(a, b)
    assert x | y in intervals.bit_or(a, b)
    assert x ^ y in intervals.bit_xor(a, b)
    for found in (intervals.bit_and(a, b), intervals.bit_or(a, b), intervals.bit_xor(a, b)):
        assert found.is_within(Interval(0, longest))


@given(st.integers(-9, 9), st.integers(0, 6), st.integers(-9, 9), st.integers(0, 6))
def test_small_intervals_are_exact(low, size, other_low, other_size):
    a, b = Interval(low, low + size), Interval(other_low, other_low + other_size)
    values = [(x, y) for x in range(a.low, a.high + 1) for y in range(b.low, b.high + 1)]
    for compute, operate in (
        (intervals.add, lambda x, y: x + y),
        (intervals.subtract, lambda x, y: x - y),
        (intervals.multiply, lambda x, y: x * y),
        (intervals.minimum, min),
        (intervals.maximum, max),
        (intervals.less, lambda x, y: int(x < y)),
        (intervals.equal, lambda x, y: int(x == y)),
    ):
        results = [operate(x, y) for x, y in values]
        assert compute(a, b) == Interval(min(results), max(results))


def test_an_empty_interval_is_a_bug():
    with pytest.raises(ValueError, match="bug"):
        Interval(1, 0)
