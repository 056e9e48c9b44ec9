"""What clients see of two chains, compared as docs/reference/chain.md shows it."""

from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "chain.md"
_HEAD = "| what a client asks | anvil | this chain |\n| --- | --- | --- |\n"


def read_differences() -> list[str]:
    """Return the rows of the reference's table."""
    _, table = REFERENCE.read_text().split(_HEAD)
    return table.partition("\n\n")[0].splitlines()


def list_differences(theirs: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    """Return the rows for what a client sees of anvil and of this chain, where it differs."""
    assert list(ours) == list(theirs)
    return [
        f"| {name} | {_describe(theirs[name], ours[name])} | {_describe(ours[name], theirs[name])} |"
        for name in ours
        if ours[name] != theirs[name]
    ]


def _describe(seen: Any, other: Any) -> str:
    """Return what is seen; of a list only what the other one lacks."""
    if isinstance(seen, list):
        return ", ".join(item for item in seen if item not in other)
    return ("no", "yes")[seen] if isinstance(seen, bool) else str(seen)
