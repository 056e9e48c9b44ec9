"""One device, a reading every three seconds of a day, paid by their sum."""

from fieldproof import U32, Network, Reading, Window, field, program

PART = 281_474_976_710_656


class Sample(Reading):
    """What a device reads: a number of 64 bits."""

    value: int = field(unit="count", scale=1, low=0, high=18_446_744_073_709_551_615)


@program
def reward(window: Window[Sample]) -> U32:
    """The sum of the readings in whole parts of 2^48, which always fits."""
    return sum(sample.value for sample in window) // PART


network = Network(
    name="day",
    reading=Sample,
    program=reward,
    window="1d",
    readings_per_window=28_800,
    grace="5m",
    cohort=1,
    pool_per_window="1000",
)
