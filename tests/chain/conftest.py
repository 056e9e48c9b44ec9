"""CometBFT, geth and anvil, built or installed first where they are missing."""

from pathlib import Path

import pytest

from fieldproof.chain.toolchain import Programs, ensure_programs
from fieldproof.prove import ensure, get_cache_folder


@pytest.fixture(scope="session")
def programs() -> Programs:
    return ensure_programs(get_cache_folder())


@pytest.fixture(scope="session")
def anvil_program() -> Path:
    return ensure().anvil
