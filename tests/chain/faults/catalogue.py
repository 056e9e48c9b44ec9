"""All scenarios, in the order in which they run.

Without its file an application executes the whole past again: what loses it often comes first.
Who signs twice loses its seat, so that comes last on the network.
"""

# isort: off
from . import steps, signals, away, third, joining, loss, lies, beacon, user, disk, partition, twin, rules
from .scenario import SCENARIOS

__all__ = [
    "SCENARIOS",
    "away",
    "beacon",
    "disk",
    "joining",
    "lies",
    "loss",
    "partition",
    "rules",
    "signals",
    "steps",
    "third",
    "twin",
    "user",
]
