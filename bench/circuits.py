"""The circuits that are measured: what the compiler makes of a network, and its hand-written twin."""

import re
from pathlib import Path

from fieldproof.prove import get_gadgets
from fieldproof.run import Blueprint

_BENCH = Path(__file__).parent
_EXAMPLES = _BENCH.parent / "src" / "fieldproof" / "networks"
COHORT = "cohort"
"""The yardstick network, whose source stands in this folder."""


def build_blueprint(name: str, capacity: int) -> Blueprint:
    """Check and compile a network, its cohort set to `capacity`; nothing else of its source changes."""
    folder = _BENCH / "networks" / name if name == COHORT else _EXAMPLES / name
    source = (folder / "network.py").read_text()
    return Blueprint.build({"network.py": _replace_once(source, r"cohort=\d+", f"cohort={capacity}")})


def get_twin_sources(name: str, capacity: int) -> dict[str, str]:
    """Return the hand-written circuit for the same statement."""
    source = (_BENCH / "twins" / f"{'benchmark' if name == COHORT else name}.nr").read_text()
    for constant, value in (
        ("CAPACITY", capacity),
        ("BITMAP_WORDS", -(-capacity // 128)),
        ("RESULT_WORDS", -(-capacity // 7)),
    ):
        source = _replace_once(
            source, rf"global {constant}: u32 = \d+;", f"global {constant}: u32 = {value};"
        )
    return {"main.nr": source, **get_gadgets()}


def _replace_once(text: str, pattern: str, replacement: str) -> str:
    changed, count = re.subn(pattern, replacement, text)
    if count != 1:
        raise ValueError(f"{pattern} stands {count} times where it must stand once")
    return changed
