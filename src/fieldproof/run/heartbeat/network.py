"""Heartbeats: a device earns what it was up for, in windows short enough to watch."""

from fieldproof import U32, Network, Reading, Window, field, program


class Beat(Reading):
    """One sign of life."""

    level: int = field(unit="dBm", scale=1, low=-150, high=0)


@program
def reward(window: Window[Beat]) -> U32:
    """A point for each beat that is strong enough; nothing for a window that is mostly silence."""
    assert len(window) >= 10, "half of the beats are missing"
    points = 0
    for beat in window:
        if beat.level > -120:
            points += 1
    return points


network = Network(
    name="heartbeats",
    reading=Beat,
    program=reward,
    window="20s",
    readings_per_window=20,
    grace="3s",
    settle_within="16s",
    cohort=4,
    pool_per_window="100",
)
