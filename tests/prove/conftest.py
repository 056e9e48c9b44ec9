"""The real tools, once a session."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldproof.prove.prover import Prover
from fieldproof.prove.reference_string import ReferenceString, ensure_development_string
from fieldproof.prove.toolchain import Toolchain, get_cache_folder

from .chain import Chain


@pytest.fixture(scope="session")
def cache() -> Path:
    """Kept between runs, apart from what a user's own networks keep."""
    return get_cache_folder() / "tests"


@pytest.fixture(scope="session")
def development_string(cache: Path) -> ReferenceString:
    return ensure_development_string(1 << 16, cache)


@pytest.fixture(scope="session")
def chain(toolchain: Toolchain) -> Iterator[Chain]:
    chain = Chain.start(toolchain)
    yield chain
    chain.stop()


@pytest.fixture(scope="session")
def prover(toolchain: Toolchain, cache: Path) -> Iterator[Prover]:
    prover = Prover(toolchain, lambda points: ensure_development_string(points, cache), cache=cache)
    yield prover
    prover.close()
