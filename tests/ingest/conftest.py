from collections.abc import Iterator
from pathlib import Path

import pytest
from gateway_rig import Rig, build_rig

from fieldproof.store import open_store


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with open_store(tmp_path / "folder") as store:
        rig = build_rig(tmp_path / "folder", store)
        yield rig
        rig.pipeline.close()
