"""All scenarios, in the order in which they run.

Who signs twice loses its seat, so that comes last on the network.
"""

# isort: off
from . import signals, steps, away, third, loss, lies, beacon, user, disk, partition, twin, rules
from .scenario import SCENARIOS

__all__ = [
    "SCENARIOS",
    "away",
    "beacon",
    "disk",
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
