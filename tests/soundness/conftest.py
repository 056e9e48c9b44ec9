"""A solver whose hints lie."""

from collections.abc import Iterator

import pytest

from fieldproof.prove.toolchain import Toolchain, ensure
from prove.lies import LyingSolver


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    return ensure()


@pytest.fixture(scope="session")
def lying_solver() -> Iterator[LyingSolver]:
    solver = LyingSolver(ensure())
    yield solver
    solver.close()
