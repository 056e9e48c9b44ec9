"""The tools that are installed once and serve every network on this machine."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fieldproof.prove import (
    Prover,
    ReferenceString,
    Toolchain,
    ensure,
    ensure_development_string,
    get_cache_folder,
    load_ignition_string,
)

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Tools:
    """Where the tools are, and where what they make is cached."""

    toolchain: Toolchain
    cache: Path


def install_tools(progress: Progress = lambda _: None) -> Tools:
    """Return the tools, installing them first where they are missing."""
    return Tools(ensure(progress=progress), get_cache_folder())


def make_prover(
    tools: Tools, reference_string: Path | None = None, *, reached: Callable[[str], None] = lambda _: None
) -> Prover:
    """Return a prover under the Ignition points in a file, or under the development string without one."""
    return Prover(
        tools.toolchain,
        partial(_get_string, tools.cache / "reference-strings", reference_string),
        cache=tools.cache / "circuits",
        reached=reached,
    )


def _get_string(cache: Path, file: Path | None, points: int) -> ReferenceString:
    if file is None:
        return ensure_development_string(points, cache)
    return load_ignition_string(file, points, cache)
