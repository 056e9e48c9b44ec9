"""What the guide of validators shows, for the tests that do as it says."""

from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "run-a-validator.md"


def read_guide_spec() -> str:
    """Return the specification of a new chain that the guide shows."""
    blocks = GUIDE.read_text().split("```toml\n")[1:]
    (spec,) = (text for block in blocks if "chain_id = " in (text := block.partition("```")[0]))
    return spec
