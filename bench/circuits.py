"""The networks that are measured, as the compiler makes them."""

import re
from pathlib import Path

from fieldproof.networks import get_network_folder
from fieldproof.run import Blueprint

COHORT = "cohort"
"""The yardstick network, whose source stands in this folder."""


def build_blueprint(name: str, capacity: int) -> Blueprint:
    """Check and compile a network, its cohort set to `capacity`; nothing else of its source changes."""
    folder = Path(__file__).parent / "networks" / name if name == COHORT else get_network_folder(name)
    source = (folder / "network.py").read_text()
    changed, count = re.subn(r"cohort=\d+", f"cohort={capacity}", source)
    if count != 1:
        raise ValueError(f"the source of {name} sets its cohort {count} times, not once")
    return Blueprint.build({"network.py": changed})
