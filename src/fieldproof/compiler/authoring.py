"""The compiler's part of an author's vocabulary: `program`, the sized integers and `isqrt`.

All of it is plain Python, so that a program can be called, tested and debugged like any function.
"""

from __future__ import annotations

import functools
import math
import typing
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeAlias

Parameters = ParamSpec("Parameters")


class SizedInteger:
    """The name of a range of integers.

    As an annotation it declares a range. Called, it checks one: `U16(x)` is `x`, or raises
    `OverflowError` where `x` does not fit, which makes the device void.
    """

    __slots__ = ("high", "low", "name")

    def __init__(self, name: str, low: int, high: int) -> None:
        self.name = name
        self.low = low
        self.high = high

    def __call__(self, value: int) -> int:
        """Return `value` if it lies in the range, else raise `OverflowError`."""
        if not isinstance(value, int):
            raise TypeError(f"{self.name} takes an integer, not {value!r}")
        if not self.low <= value <= self.high:
            raise OverflowError(describe_overflow(self.name, self.low, self.high))
        return int(value)

    def __repr__(self) -> str:
        return self.name


def describe_overflow(name: str, low: int, high: int) -> str:
    """Return why a value that does not fit makes a device void."""
    return f"a value does not fit {name}: {low} to {high}"


SIZED_INTEGERS = {
    name: SizedInteger(name, low, high)
    for bits in (8, 16, 32, 64)
    for name, low, high in (
        (f"U{bits}", 0, 2**bits - 1),
        (f"I{bits}", -(2 ** (bits - 1)), 2 ** (bits - 1) - 1),
    )
}
"""All sized integers by name."""

if TYPE_CHECKING:
    # To a type checker they are plain integers: a program computes with unbounded ones.
    U8: TypeAlias = int
    U16: TypeAlias = int
    U32: TypeAlias = int
    U64: TypeAlias = int
    I8: TypeAlias = int
    I16: TypeAlias = int
    I32: TypeAlias = int
    I64: TypeAlias = int
else:
    U8, I8 = SIZED_INTEGERS["U8"], SIZED_INTEGERS["I8"]
    U16, I16 = SIZED_INTEGERS["U16"], SIZED_INTEGERS["I16"]
    U32, I32 = SIZED_INTEGERS["U32"], SIZED_INTEGERS["I32"]
    U64, I64 = SIZED_INTEGERS["U64"], SIZED_INTEGERS["I64"]


def isqrt(value: int) -> int:
    """Return the square root rounded down; raise `ValueError` for a negative value."""
    return math.isqrt(value)


def program(function: Callable[Parameters, int]) -> Callable[Parameters, int]:
    """Mark the function that turns a device's window into points.

    The result of a call is checked against the declared return type, and `OverflowError` raised where
    it does not fit, exactly as the proven program makes the device void.
    """

    @functools.wraps(function)
    def checked(*arguments: Parameters.args, **named: Parameters.kwargs) -> int:
        points = function(*arguments, **named)
        declared = _find_return_type(function)
        return declared(points) if declared is not None else points

    return checked


def _find_return_type(function: Callable[..., int]) -> SizedInteger | None:
    declared = typing.cast("object", function.__annotations__.get("return"))
    if isinstance(declared, str):  # `from __future__ import annotations` keeps annotations as text.
        declared = SIZED_INTEGERS.get(declared)
    return declared if isinstance(declared, SizedInteger) else None
