"""What the guide of validators shows, for the tests that do as it says."""

import re
import tomllib
from pathlib import Path
from typing import Any

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "run-a-validator.md"


SPEC_MARK = "chain_id = "
"""Stands in the specification of a chain, and in no settings of a node."""


def read_guide_spec() -> str:
    """Return the specification of a new chain that the guide shows."""
    (spec,) = (block for block in _read_blocks() if SPEC_MARK in block)
    return spec


def read_guide_settings() -> dict[str, Any]:
    """Return all settings of a node that the guide shows."""
    settings: dict[str, Any] = {}
    for block in _read_blocks():
        settings |= {} if SPEC_MARK in block else tomllib.loads(block)
    return settings


def _read_blocks() -> list[str]:
    return re.findall(r"```toml\n(.*?)```", GUIDE.read_text(), re.S)
