from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldproof.store import Store, open_store


@pytest.fixture(params=["sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Every implementation of the store runs the same suite."""
    assert request.param == "sqlite"
    with open_store(tmp_path / "folder") as opened:
        yield opened
