"""Effective satellites: how well a GNSS reference station hears the sky, and how much of the hour.

A window is an hour of 20 epochs, one every three minutes. A reading is one satellite in one epoch with the
strength of its L1 signal. A row of forty columns an epoch would take a third of the gates, but it would fix
how many satellites there are, and say of none which it is; sums over satellites would be cheaper still, but
then the rule would live in the receiver, where nobody can prove it. Times rise strictly, so the rows of
an epoch are a millisecond or more apart; their satellites rise too, so none counts twice.

A satellite of 29 dB-Hz or more counts whole, of 26 or less not at all, between them in proportion. The points
are the mean over the epochs that the station was online, in thousandths of a satellite, times a factor
that is 0 up to half of the epochs and from there rises in proportion to 1. This is GEODNET's rule for
one station; that stations closer than 100 m share one reward is a matter between stations, and left out.
"""

from fieldproof import U32, Network, Reading, Window, field, interpolate, program


class Signal(Reading):
    """A satellite as the station hears it in one epoch."""

    satellite: int = field(unit="count", low=1, high=255)
    strength: int = field(unit="dB", scale=4, low=0, high=63)


EPOCH_MS = 180_000
EPOCHS = 20
FULL = 12  # Parts of a satellite: three decibels in quarters, as receivers report them.
STRENGTHS = (26 * 4, 29 * 4)
PARTS = (0, FULL)


@program
def hear(window: Window[Signal]) -> U32:
    """Thousandths of effective satellites, for the hour; void where an epoch's satellites do not rise."""
    total = 0
    online = 0
    epoch = -1
    satellite = 0
    for signal in window:
        if signal.time_ms // EPOCH_MS != epoch:
            epoch = signal.time_ms // EPOCH_MS
            online += 1
            satellite = 0
        assert signal.satellite > satellite, "a satellite stands twice in an epoch, or out of order"
        satellite = signal.satellite
        total += interpolate(signal.strength, STRENGTHS, PARTS)
    if 2 * online <= EPOCHS:
        return 0
    return total * 1000 * (2 * online - EPOCHS) // (FULL * EPOCHS * online)


network = Network(
    name="gnss",
    reading=Signal,
    program=hear,
    window="1h",
    readings_per_window=640,
    grace="10m",
    cohort=4,
    pool_per_window="100",
)
