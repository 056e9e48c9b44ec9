"""Roots and logarithms against `math`, over powers of two, their neighbours and anything."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.library import decibels, ln_fixed, log2_fixed, log10_fixed, sqrt_fixed

from .references import spread

powers = [2**exponent + change for exponent in range(64) for change in (-1, 0, 1)]
numbers = st.sampled_from([each for each in powers if each >= 1]) | st.integers(1, 63).flatmap(
    lambda bits: st.integers(2**bits, 2 ** (bits + 1) - 1)
)


def check_logarithms(value: int) -> None:
    assert abs(log2_fixed(value) - math.log2(value) * 2**20) <= 2
    assert abs(ln_fixed(value) - math.log(value) * 2**20) <= 2.5
    assert abs(log10_fixed(value) - math.log10(value) * 2**20) <= 2
    assert abs(decibels(value) - math.log10(value) * 10_000) <= 0.51


def test_logarithms_keep_their_bounds_over_an_octave() -> None:
    for value in spread(2**40, 2**41, 20_000):
        check_logarithms(value)


@given(numbers)
def test_logarithms_keep_their_bounds_for_any_size(value: int) -> None:
    check_logarithms(value)


def test_the_logarithms_of_one_are_zero() -> None:
    assert [function(1) for function in (log2_fixed, ln_fixed, log10_fixed, decibels)] == [0, 0, 0, 0]


def test_a_number_without_logarithm_is_refused() -> None:
    for value in (0, -1):
        with pytest.raises(AssertionError, match="the logarithm of a number below 1"):
            log2_fixed(value)
    with pytest.raises(OverflowError):
        log2_fixed(2**64)


@given(st.integers(0, 2**200), st.sampled_from([1, 10, 1000, 2**16, 2**40]))
def test_a_root_is_the_greatest_that_fits(value: int, scale: int) -> None:
    root = sqrt_fixed(value, scale)
    assert root**2 <= value * scale < (root + 1) ** 2


def test_a_negative_number_has_no_root() -> None:
    with pytest.raises(ValueError, match="nonnegative"):
        sqrt_fixed(-1, 1000)
