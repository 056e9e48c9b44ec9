"""Counts and middles over lists of integers: `[sample.value for sample in window]`, or any other list.

`median`, `percentile` and `rank` are words of the language itself.
"""

from itertools import pairwise

from fieldproof import median, percentile


def divide_rounded(dividend: int, divisor: int) -> int:
    """Return the quotient to the nearest integer, halves upwards.

    Takes: any dividend, a positive divisor; AssertionError else.
    Error: at most a half.
    Gates: 7 for a constant divisor, 16 for one that varies.
    """
    assert divisor > 0, "a divisor that is not positive"
    return (2 * dividend + divisor) // (2 * divisor)


def mean_rounded(values: list[int]) -> int:
    """Return the arithmetic mean to the nearest integer, halves upwards.

    Takes: any list; ZeroDivisionError for no values.
    Error: at most a half.
    Gates: 7 for a list of fixed length; over a window 12, and 4 for each reading.
    """
    count = len(values)
    return (2 * sum(values) + count) // (2 * count)


def moving_median(values: list[int], size: int) -> list[int]:
    """Return the median of each `size` neighbours: item i is that of values i to i + size - 1.

    Takes: any list, a constant size from 1 to the most values there can be; fewer values give no item. Of two
    middle values the lower one.
    Error: none.
    Gates: a `median` of `size` values for each item: 20 for three, 30 for five.
    """
    return [
        median([values[start + step] for step in range(size)]) for start, _ in enumerate(values[size - 1 :])
    ]


def interquartile_range(values: list[int]) -> int:
    """Return the 75th percentile less the 25th (nearest rank): a spread that outliers do not move.

    Takes: any list; ValueError for no values.
    Error: none.
    Gates: 19 for each reading of a window of 20.
    """
    return percentile(values, 75) - percentile(values, 25)


def median_deviation(values: list[int]) -> int:
    """Return the median distance from the median: a spread that outliers do not move.

    Takes: any list; ValueError for no values.
    Error: none.
    Gates: 25 for each reading of a window of 20.
    """
    middle = median(values)
    return median([abs(value - middle) for value in values])


def longest_streak(flags: list[bool]) -> int:
    """Return how many truths in a row there are at most.

    Takes: any list; 0 for none.
    Error: none.
    Gates: 15 for each reading of a window, beside the flags.
    """
    longest = 0
    running = 0
    for flag in flags:
        running = running + 1 if flag else 0
        longest = max(longest, running)
    return longest


def current_streak(flags: list[bool]) -> int:
    """Return how many truths in a row there are at the end.

    Takes: any list; 0 for none.
    Error: none.
    Gates: 7 for each reading of a window, beside the flags.
    """
    running = 0
    for flag in flags:
        running = running + 1 if flag else 0
    return running


def count_changes(values: list[int]) -> int:
    """Return how many values differ from the one before.

    Takes: any list; 0 for none.
    Error: none.
    Gates: 7 for each reading of a window.
    """
    return sum(1 for before, after in pairwise(values) if before != after)


def longest_constant_run(values: list[int]) -> int:
    """Return how many equal values in a row there are at most: the mark of a frozen sensor.

    Takes: any list; 0 for none.
    Error: none.
    Gates: 17 for each reading of a window.
    """
    longest = min(1, len(values))
    running = 1
    for before, after in pairwise(values):
        running = running + 1 if before == after else 1
        longest = max(longest, running)
    return longest


def histogram(values: list[int], edges: tuple[int, ...]) -> list[int]:
    """Return how many values lie below the first edge, from each edge to the next, and from the last on.

    Takes: any list; a constant table of edges that rise.
    Error: none. A value on an edge counts above it.
    Gates: 7 for each reading of a window and edge.
    """
    counts = [0] * (len(edges) + 1)
    counts[0] = len(values)
    for number, edge in enumerate(edges):
        above = sum(1 for value in values if value >= edge)
        counts[number] -= above
        counts[number + 1] = above
    return counts
