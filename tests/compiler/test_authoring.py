"""The author's words work in plain Python."""

import math

import pytest

from fieldproof import I8, U8, U16, U32, Reading, Window, field, isqrt, program


class Sample(Reading):
    value: int = field(unit="Cel", scale=10, low=-40, high=60)


def test_a_sized_integer_checks_when_called():
    assert U8(255) == 255
    assert I8(-128) == -128
    assert U16(True) == 1
    for wrong in (256, -1):
        with pytest.raises(OverflowError, match="U8: 0 to 255"):
            U8(wrong)
    with pytest.raises(TypeError):
        U8(1.0)


def test_a_program_is_called_like_any_function():
    @program
    def reward(window: Window[Sample]) -> U32:
        """Sum."""
        return sum(sample.value for sample in window)

    window = Window([Sample(time_ms=0, value=5), Sample(time_ms=1, value=7)], starts_at=0)
    assert reward(window) == 12
    assert reward.__doc__ == "Sum."
    cold = Window([Sample(time_ms=0, value=-1)], starts_at=0)
    with pytest.raises(OverflowError):
        reward(cold)


def test_a_program_checks_its_result_with_annotations_kept_as_text():
    @program
    def reward(window: "Window[Sample]") -> "U8":
        return 256

    with pytest.raises(OverflowError):
        reward(Window([], starts_at=0))


def test_isqrt_is_the_integer_root():
    assert [isqrt(each) for each in (0, 1, 3, 4, 10**30)] == [0, 1, 1, 2, math.isqrt(10**30)]
    with pytest.raises(ValueError, match="negative"):
        isqrt(-1)
