from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from fieldproof.prove.toolchain import Toolchain
from fieldproof.settle.anvil import Anvil, AnvilSettings
from fieldproof.store import Store, open_store

GENESIS_S = 1_700_000_000


@pytest.fixture
def anvil_settings(toolchain: Toolchain, tmp_path: Path) -> AnvilSettings:
    return AnvilSettings(toolchain.anvil, tmp_path / "chain.json", genesis_s=GENESIS_S)


@pytest.fixture
async def anvil(anvil_settings: AnvilSettings) -> AsyncIterator[Anvil]:
    async with await Anvil.start(anvil_settings) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "store") as opened:
        yield opened
