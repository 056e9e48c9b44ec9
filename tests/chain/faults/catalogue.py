"""All scenarios, in the order in which they run: who signs twice loses its seat, so that comes last."""

# isort: off
from . import signals, away, loss, lies, beacon, user, disk, partition, twin
from .scenario import SCENARIOS

__all__ = ["SCENARIOS", "away", "beacon", "disk", "lies", "loss", "partition", "signals", "twin", "user"]
