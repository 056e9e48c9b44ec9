"""A member's transactions on anvil: what it sends again, and what it cannot send."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from chain.application.application_samples import (
    PARAMETERS,
    advance,
    get_beacon_key,
    get_operator_secret,
    make_genesis,
)
from fieldproof.chain.application.participant import RESEND_BLOCKS, Participant
from fieldproof.chain.application.state import State
from fieldproof.settle import KeySigner
from fieldproof.settle.anvil import Anvil, AnvilSettings

pytestmark = pytest.mark.asyncio

LONG = replace(PARAMETERS, epoch_blocks=30)
MEMBER, ANOTHER = 2, 3
FIRST = 2
"""The first height whose block can hold a dealing."""


@pytest.fixture
async def anvil(anvil_program: Path, tmp_path: Path) -> AsyncIterator[Anvil]:
    async with await Anvil.start(AnvilSettings(anvil_program, tmp_path / "chain.json")) as anvil:
        await anvil.client.request("evm_setAutomine", False)
        yield anvil


@asynccontextmanager
async def take_part(anvil: Anvil, key: int) -> AsyncIterator[Participant]:
    """Run the member with the beacon key of a number."""
    signer = KeySigner(get_operator_secret(MEMBER))
    await anvil.set_balance(signer.address, 10**20)
    participant = Participant(LONG, signer, get_beacon_key(key), anvil.client)
    task = asyncio.ensure_future(participant.run())
    try:
        yield participant
    finally:
        assert not task.done(), "the participant ended"
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def quiet(height: int) -> State:
    return advance(make_genesis().state, height, LONG)


async def wait_for(logs: list[EventDict], count: int, event: str) -> EventDict:
    async with asyncio.timeout(20):
        while len(found := [entry for entry in logs if entry["event"] == event]) < count:
            await asyncio.sleep(0.02)
    return found[-1]


async def read_pool(anvil: Anvil) -> list[dict[str, Any]]:
    """Return what waits to be mined of the member."""
    content = await anvil.client.request("txpool_content")
    return [item for places in content["pending"].values() for item in places.values()]


async def test_what_never_came_into_a_block_is_replaced_for_twice_the_fees(anvil: Anvil) -> None:
    with capture_logs() as logs:
        async with take_part(anvil, MEMBER) as participant:
            participant.observe(quiet(FIRST))
            await wait_for(logs, 1, "beacon transaction sent")
            (first,) = await read_pool(anvil)
            participant.observe(quiet(FIRST + RESEND_BLOCKS - 1))
            participant.observe(quiet(FIRST + RESEND_BLOCKS))
            await wait_for(logs, 2, "beacon transaction sent")
            (second,) = await read_pool(anvil)
    assert second["nonce"] == first["nonce"]
    assert second["hash"] != first["hash"]
    assert int(second["maxPriorityFeePerGas"], 16) == 2 * int(first["maxPriorityFeePerGas"], 16)
    assert int(second["maxFeePerGas"], 16) == 2 * int(first["maxFeePerGas"], 16)


async def test_a_pool_with_another_beacon_key_is_sat_out(anvil: Anvil) -> None:
    with capture_logs() as logs:
        async with take_part(anvil, ANOTHER) as participant:
            participant.observe(quiet(FIRST))
            said = await wait_for(logs, 1, "beacon transaction not sent")
            assert f"is not the key of member {MEMBER}" in said["cause"]
            assert await read_pool(anvil) == []
