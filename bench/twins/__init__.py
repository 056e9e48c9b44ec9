"""Circuits that a hand wrote for the statements of the examples: the yardstick for the compiler."""

import re
from pathlib import Path

from fieldproof.prove import get_gadgets

BENCHMARK = "benchmark"
"""The twin of the yardstick network."""
LANE_BITS = {"driving": 45}
"""Bits of a device's state, of the twins of programs that carry any."""


def has_twin(name: str) -> bool:
    """Whether a hand wrote a circuit for a network."""
    return (Path(__file__).parent / f"{name}.nr").is_file()


def get_twin_sources(name: str, capacity: int) -> dict[str, str]:
    """Return a twin for a capacity, path below `src/` → text."""
    source = (Path(__file__).parent / f"{name}.nr").read_text()
    sizes = {
        "CAPACITY": capacity,
        "BITMAP_WORDS": -(-capacity // 128),
        "RESULT_WORDS": -(-capacity // 7),
    }
    if name in LANE_BITS:
        sizes["STATE_WORDS"] = -(-capacity // (253 // LANE_BITS[name]))
    for constant, value in sizes.items():
        pattern = rf"global {constant}: u32 = \d+;"
        source, count = re.subn(pattern, f"global {constant}: u32 = {value};", source)
        if count != 1:
            raise ValueError(f"{name}.nr sets {constant} {count} times, not once")
    return {"main.nr": source, **get_gadgets()}
