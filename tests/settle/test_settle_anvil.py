import asyncio
import os
import signal
import socket
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from fieldproof.settle import (
    Anvil,
    AnvilError,
    AnvilSettings,
    Call,
    ChainClient,
    RetrySettings,
    RpcUnreachableError,
)

STRANGER = b"\x07" * 20


async def test_the_chain_starts_at_the_time_that_was_asked_for(anvil: Anvil) -> None:
    assert (await anvil.client.get_latest_block()).time_s == 1_700_000_000
    await anvil.set_time(1_700_003_600)
    assert (await anvil.client.get_latest_block()).time_s == 1_700_003_600


async def test_a_stopped_chain_goes_on_where_it_was(anvil_settings: AnvilSettings) -> None:
    async with await Anvil.start(anvil_settings) as first:
        await first.set_balance(STRANGER, 7)
        await first.mine(3)
        before = await first.client.get_latest_block()
    async with await Anvil.start(anvil_settings) as second:
        assert await second.client.get_latest_block() == before
        assert await second.client.get_balance(STRANGER) == 7


async def test_a_new_chain_may_begin_in_the_future(anvil_settings: AnvilSettings) -> None:
    ahead_s = int(time.time()) + 86_400
    async with await Anvil.start(replace(anvil_settings, genesis_s=ahead_s)) as anvil:
        await anvil.mine()
        assert ahead_s <= (await anvil.client.get_latest_block()).time_s < ahead_s + 60


@pytest.mark.parametrize("ahead_s", [-86_400, 86_400])
async def test_time_goes_on_over_a_restart_wherever_this_machine_stands(
    anvil_settings: AnvilSettings, ahead_s: int
) -> None:
    last_s = int(time.time()) + ahead_s
    async with await Anvil.start(anvil_settings) as first:
        await first.set_time(last_s)
    async with await Anvil.start(anvil_settings) as second:
        await second.mine()
        assert last_s < (await second.client.get_latest_block()).time_s < last_s + 60
        await second.set_time(last_s + 600)
        await second.mine()
        assert last_s + 600 <= (await second.client.get_latest_block()).time_s < last_s + 660


async def test_transactions_of_more_gas_than_public_chains_take_are_refused(anvil: Anvil) -> None:
    # JUMPDEST PUSH1 0 JUMP: uses all the gas it is given.
    creation = bytes.fromhex("5b600056")
    with pytest.raises(Exception, match=r"(?i)gas"):
        await anvil.client.estimate_gas(Call(None, creation), anvil.get_account(0).address)


async def test_a_damaged_state_is_refused_and_left_alone(anvil_settings: AnvilSettings) -> None:
    anvil_settings.state_file.write_bytes(b'{"block": tor')
    with pytest.raises(AnvilError, match="cannot be read"):
        await Anvil.start(anvil_settings)
    assert anvil_settings.state_file.read_bytes() == b'{"block": tor'


async def test_a_taken_port_is_named(anvil_settings: AnvilSettings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = AnvilSettings(anvil_settings.program, anvil_settings.state_file, port=port)
        with pytest.raises(AnvilError, match=str(port)):
            await Anvil.start(settings)


async def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnvilError, match="no anvil at"):
        await Anvil.start(AnvilSettings(tmp_path / "anvil", tmp_path / "chain.json"))


_PARENT = """
import asyncio, sys
from pathlib import Path
from fieldproof.settle import Anvil, AnvilSettings

async def main():
    anvil = await Anvil.start(AnvilSettings(Path(sys.argv[1]), Path(sys.argv[2])))
    await anvil.set_balance(bytes([7]) * 20, 7)
    print(anvil.url, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_the_chain_saves_itself_and_ends_when_its_parent_is_killed(
    anvil_settings: AnvilSettings,
) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PARENT, str(anvil_settings.program), str(anvil_settings.state_file),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert parent.stdout is not None
    url = (await asyncio.wait_for(parent.stdout.readline(), 30)).decode().strip()
    os.kill(parent.pid, signal.SIGKILL)
    await parent.wait()
    once = RetrySettings(tries=1, timeout_s=2)
    for _ in range(100):
        try:
            await (await ChainClient.connect(url, chain_id=31337, retry=once)).close()
        except RpcUnreachableError:
            break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("the chain outlived its parent")
    async with await Anvil.start(anvil_settings) as again:
        assert await again.client.get_balance(STRANGER) == 7
