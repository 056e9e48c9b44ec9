"""A real chain of one validator whose key is in another process."""

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from dataclasses import replace
from pathlib import Path

import pytest

from fieldproof.chain import ConsensusRpc, DevnetPlan, NodeSupervisor, create_devnet
from fieldproof.chain.node.signer import KEY_NAME, STATE_NAME
from fieldproof.chain.toolchain import Programs

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


async def start_signer(folder: Path, socket: Path, chain_id: str) -> Process:
    program = Path(sys.executable).with_name("fieldproof")
    command = ["chain", "signer", str(folder), "--socket", str(socket), "--chain", chain_id]
    return await asyncio.create_subprocess_exec(program, *command)


async def wait_for_blocks(consensus: ConsensusRpc, count: int) -> None:
    target = await consensus.get_height() + count
    while await consensus.get_height() < target:
        await asyncio.sleep(0.25)


async def test_a_chain_goes_on_with_a_signer_that_is_killed_and_comes_back(
    programs: Programs, anvil_program: Path, tmp_path: Path
) -> None:
    (node,) = await create_devnet(tmp_path / "d", DevnetPlan(1, 1, 12), programs, anvil_program)
    folder, socket = tmp_path / "s", tmp_path / "signer.sock"
    folder.mkdir()
    node.folder.consensus_key.rename(folder / KEY_NAME)
    node.folder.consensus_state.rename(folder / STATE_NAME)
    settings = replace(node.settings, remote_signer=f"unix://{socket}")
    settings.save(node.folder.path)
    signer = await start_signer(folder, socket, "fieldproof-devnet-31337")
    supervisor = NodeSupervisor(node.folder, settings, programs)
    try:
        await supervisor.start()
        async with ConsensusRpc(f"http://127.0.0.1:{settings.ports.consensus_rpc}") as consensus:
            await wait_for_blocks(consensus, 3)
            signer.send_signal(signal.SIGKILL)
            await signer.wait()
            stopped = await consensus.get_height()
            await asyncio.sleep(3)
            assert await consensus.get_height() <= stopped + 1
            signer = await start_signer(folder, socket, "fieldproof-devnet-31337")
            await wait_for_blocks(consensus, 3)
            await supervisor.kill()
            await supervisor.start()
            await wait_for_blocks(consensus, 3)
    finally:
        await supervisor.stop()
        signer.terminate()
        assert await signer.wait() == 0
