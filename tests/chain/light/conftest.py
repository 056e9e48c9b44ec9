from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from fieldproof.core import SystemClock
from fieldproof.settle import Anvil, AnvilSettings, SubmissionSettings, Submitter
from fieldproof.store import open_store


@pytest.fixture
async def anvil(anvil_program: Path, tmp_path: Path, starts_s: int) -> AsyncIterator[Anvil]:
    """An EVM chain whose first block is at `starts_s`, which each module names."""
    settings = AnvilSettings(anvil_program, tmp_path / "chain.json", genesis_s=starts_s)
    async with await Anvil.start(settings) as running:
        yield running


@pytest.fixture
def submitter(anvil: Anvil, tmp_path: Path) -> Iterator[Submitter]:
    with open_store(tmp_path / "store") as store:
        yield Submitter(
            anvil.client,
            anvil.get_account(0),
            store.outbox,
            clock=SystemClock(),
            settings=SubmissionSettings(poll_s=0.02),
        )
