"""The networks that are measured, as the compiler makes them."""

import re
from pathlib import Path

from fieldproof.networks import NETWORKS, get_network_folder
from fieldproof.run import Blueprint
from fieldproof.run.folder import NETWORK_FILE, read_sources

COHORT = "cohort"
"""The yardstick network, whose source stands in this folder."""
DAY = "day"
"""One device with a long window, beside it."""


def get_sources(name: str, **numbers: int) -> dict[str, str]:
    """Return a network's source files with some numbers of network.py set: name → the value after `name=`."""
    folder = get_network_folder(name) if name in NETWORKS else Path(__file__).parent / "networks" / name
    sources = read_sources(folder)
    for setting, value in numbers.items():
        changed, count = re.subn(rf"\b({setting} ?= ?)[\d_]+", rf"\g<1>{value}", sources[NETWORK_FILE])
        if count != 1:
            raise ValueError(f"the source of {name} sets {setting} {count} times, not once")
        sources[NETWORK_FILE] = changed
    return sources


def build_blueprint(name: str, capacity: int) -> Blueprint:
    """Check and compile a network, its cohort set to `capacity`; nothing else of its source changes."""
    return Blueprint.build(get_sources(name, cohort=capacity))
