"""The hand-written Noir that every circuit stands on, from the package or from the source tree."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from fieldproof.prove.errors import ProveError

_FOLDER = "gadgets"


@cache
def get_gadgets() -> Mapping[str, str]:
    """Return the gadgets' sources by their path below a circuit's `src/`."""
    packaged = Path(str(resources.files("fieldproof"))) / "_circuits" / _FOLDER
    in_tree = Path(__file__).parents[3] / "circuits" / _FOLDER
    folder = packaged if packaged.is_dir() else in_tree
    sources = {f"{_FOLDER}/{path.name}": path.read_text() for path in sorted(folder.glob("*.nr"))}
    if not sources:
        raise ProveError(f"no circuits at {packaged}", hint="Install the package fieldproof again.")
    return MappingProxyType(sources)
