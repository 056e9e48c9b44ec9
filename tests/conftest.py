"""What holds for all tests, and the tools of proving once a session."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from fieldproof.prove import Toolchain, WitnessSolver, ensure
from prove.lies import LyingSolver

# A busy machine is no reason to fail: neither how long an example takes nor how long it is to draw.
settings.register_profile(
    "fieldproof", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("fieldproof")


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    return ensure()


@pytest.fixture(scope="session")
def solver(toolchain: Toolchain) -> Iterator[WitnessSolver]:
    solver = WitnessSolver(toolchain)
    yield solver
    solver.close()


@pytest.fixture(scope="session")
def lying_solver(toolchain: Toolchain) -> Iterator[LyingSolver]:
    """A solver whose hints lie."""
    solver = LyingSolver(toolchain)
    yield solver
    solver.close()
