"""Counts and middles over lists of integers: `[sample.value for sample in window]`, or any other list.

Bounded by what the caller's values are bounded by. `median`, `percentile` and `rank` are words of the language.
"""

from itertools import pairwise

from fieldproof import median, percentile


def divide_rounded(dividend: int, divisor: int) -> int:
    """Return the quotient to the nearest integer, halves upwards.

    The divisor is positive, AssertionError else. Error: at most a half. 6 gates for a constant divisor, 12 for
    one that varies.
    """
    assert divisor > 0, "a divisor that is not positive"
    return (2 * dividend + divisor) // (2 * divisor)


def mean_rounded(values: list[int]) -> int:
    """Return the arithmetic mean to the nearest integer, halves upwards.

    ZeroDivisionError for no values. Error: at most a half. 12 gates, and 1 for each value that may be absent.
    """
    count = len(values)
    return (2 * sum(values) + count) // (2 * count)


def moving_median(values: list[int], size: int) -> list[int]:
    """Return the median of each `size` neighbours: item i is that of values i to i + size - 1.

    The list has a fixed length, `size` is a constant from 1 to that length (ValueError, IndexError or a mistake
    that the compiler reports outside). The lower of two middle values, as `median`. Exact. As many medians as the
    result is long; see the price of `median`.
    """
    return [
        median([values[start + step] for step in range(size)]) for start in range(len(values) - size + 1)
    ]


def interquartile_range(values: list[int]) -> int:
    """Return the 75th percentile less the 25th (nearest rank), a spread that outliers do not move.

    ValueError for no values. Exact. Two percentiles.
    """
    return percentile(values, 75) - percentile(values, 25)


def median_deviation(values: list[int]) -> int:
    """Return the median distance from the median, a spread that outliers do not move.

    ValueError for no values. Exact. Two medians, and 4 gates for each value.
    """
    middle = median(values)
    return median([abs(value - middle) for value in values])


def longest_streak(flags: list[bool]) -> int:
    """Return how many truths in a row there are at most. Exact, 0 for none. 6 gates for each flag."""
    longest = 0
    running = 0
    for flag in flags:
        running = running + 1 if flag else 0
        longest = max(longest, running)
    return longest


def current_streak(flags: list[bool]) -> int:
    """Return how many truths in a row there are at the end. Exact, 0 for none. 2 gates for each flag."""
    running = 0
    for flag in flags:
        running = running + 1 if flag else 0
    return running


def count_changes(values: list[int]) -> int:
    """Return how many values differ from the one before. Exact. 3 gates for each value."""
    return sum(1 for before, after in pairwise(values) if before != after)


def longest_constant_run(values: list[int]) -> int:
    """Return how many equal values in a row there are at most: the mark of a frozen sensor.

    Exact, 0 for no values, 1 where each differs from the one before. 9 gates for each value.
    """
    longest = min(1, len(values))
    running = 1
    for before, after in pairwise(values):
        running = running + 1 if before == after else 1
        longest = max(longest, running)
    return longest


def histogram(values: list[int], edges: tuple[int, ...]) -> list[int]:
    """Return how many values lie below the first edge, from each edge up to the next, and from the last edge on.

    `edges` is a constant table that rises; one count more than edges. A value on an edge counts above it. Exact.
    4 gates for each value and edge.
    """
    counts = [0] * (len(edges) + 1)
    counts[0] = len(values)
    for number, edge in enumerate(edges):
        above = sum(1 for value in values if value >= edge)
        counts[number] -= above
        counts[number + 1] = above
    return counts
