"""The yardstick network: sixty readings of one 32-bit value, void where they jump, paid by their sum."""

from itertools import pairwise

from fieldproof import U32, Network, Reading, Window, field, program


class Sample(Reading):
    """What a device reads: a number of 32 bits."""

    value: int = field(unit="count", scale=1, low=0, high=4_294_967_295)


LARGEST_JUMP = 1_000_000


@program
def reward(window: Window[Sample]) -> U32:
    """The sum of the readings; void where neighbours differ by more than a million or it passes 32 bits."""
    for before, after in pairwise(window):
        assert abs(after.value - before.value) <= LARGEST_JUMP, "the value jumps"
    return sum(sample.value for sample in window)


network = Network(
    name="yardstick",
    reading=Sample,
    program=reward,
    window="1h",
    readings_per_window=60,
    grace="5m",
    cohort=16,
    pool_per_window="1000",
)
