"""Functions of an author's vocabulary: `isqrt`, `median`, `percentile`, `rank`, `interpolate`, `Bound`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise


def isqrt(value: int) -> int:
    """Return the square root rounded down; raise `ValueError` for a negative value."""
    return math.isqrt(value)


def median(values: Iterable[int]) -> int:
    """Return the middle value, the lower one of two; raise `ValueError` if there are none."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("the median of no values")
    return ordered[(len(ordered) - 1) // 2]


def percentile(values: Iterable[int], percent: int) -> int:
    """Return the value at the nearest rank: number ceil(percent × count / 100), at least 1, of the sorted.

    `percent` is 0 to 100. Raises `ValueError` if there are no values.
    """
    if not 0 <= percent <= 100:
        raise ValueError("a percentile lies between 0 and 100")
    ordered = sorted(values)
    if not ordered:
        raise ValueError("the percentile of no values")
    return ordered[max(1, -(-percent * len(ordered) // 100)) - 1]


def rank(values: Iterable[int], place: int) -> int:
    """Return the value at a place of the sorted values, counted from 0; `IndexError` outside of them."""
    ordered = sorted(values)
    if not 0 <= place < len(ordered):
        raise IndexError("a rank outside of the values")
    return ordered[place]


def interpolate(x: int, xs: Sequence[int], ys: Sequence[int]) -> int:
    """Return the height at `x` of the line through the points (xs[i], ys[i]), rounded down.

    The `xs` rise; left of the first point the height is that of the first, right of the last that of the
    last. Raises `ValueError` where the points are none or do not rise.
    """
    if not xs or len(xs) != len(ys) or any(left >= right for left, right in pairwise(xs)):
        raise ValueError("interpolate takes as many heights as places, and places that rise")
    if x <= xs[0]:
        return ys[0]
    for (left, low), (right, high) in pairwise(zip(xs, ys, strict=True)):
        if x < right:
            return low + (x - left) * (high - low) // (right - left)
    return ys[-1]


class Bound:
    """How often a loop may go round: `rounds = Bound(20)`, then `while rounds(x > 1):`."""

    __slots__ = ("_left", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._left = most

    def __call__(self, condition: object) -> bool:
        """Return whether the condition holds; raise `OverflowError` if it holds once too often."""
        if not condition:
            return False
        if self._left == 0:
            raise OverflowError(f"more than {self._most} rounds")
        self._left -= 1
        return True
