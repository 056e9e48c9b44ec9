"""Ethers, viem and cast, which know nothing of this chain, see it as they see anvil."""

import asyncio
import hashlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from chain.network.client_script import STORES_AND_LOGS
from chain.network.comparison import list_differences, read_differences
from fieldproof.chain import ConsensusRpc, Devnet, DevnetPlan, create_devnet
from fieldproof.chain.toolchain import Programs
from fieldproof.prove.toolchain import get_node
from fieldproof.prove.toolchain.paths import get_platform
from fieldproof.settle import Anvil, AnvilSettings, KeySigner

KEY = hashlib.sha256(b"client").digest()
FOLDER = Path(__file__).parent

pytestmark = [
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(600),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def devnet(
    programs: Programs, anvil_program: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Devnet]:
    plan = DevnetPlan(1, 1, 12, (KeySigner(KEY).address,))
    folder = tmp_path_factory.mktemp("net")
    devnet = Devnet(await create_devnet(folder, plan, programs, anvil_program), programs)
    try:
        await devnet.start()
        async with ConsensusRpc(devnet.consensus_url) as consensus:
            while await consensus.get_height() < 2:
                await asyncio.sleep(0.25)
        yield devnet
    finally:
        await devnet.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def anvil(anvil_program: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Anvil]:
    settings = AnvilSettings(anvil_program, tmp_path_factory.mktemp("anvil") / "a.json", block_time_s=1)
    async with await Anvil.start(settings) as anvil:
        await anvil.set_balance(KeySigner(KEY).address, 10**24)
        yield anvil


@pytest.mark.parametrize("client", ["ethers", "viem", "cast"])
async def test_a_client_sees_of_this_chain_what_it_sees_of_anvil(
    client: str, node_modules: Path, devnet: Devnet, anvil: Anvil
) -> None:
    theirs, ours = [await run_script(client, node_modules, url) for url in (anvil.url, devnet.rpc_url)]
    assert ours["transfer, two prices (EIP-1559)"]["received"] == 7
    assert ours["logs that are asked for"] == [f"0x{5:064x}"]
    found = list_differences(theirs, ours)
    assert [row for row in found if row not in read_differences()] == []
    assert "| `finalized` is `latest` | no | yes |" in found


async def run_script(client: str, node_modules: Path, url: str) -> dict[str, Any]:
    if client == "cast":
        system, machine = get_platform()
        cast = node_modules / f"@foundry-rs/cast-{system}-{machine}" / "bin" / "cast"
        command = (sys.executable, FOLDER / "cast_script.py", cast)
    else:
        command = (get_node(), FOLDER / f"{client}_script.cjs", node_modules)
    given = (url, "0x" + KEY.hex(), "0x" + STORES_AND_LOGS.hex())
    process = await asyncio.create_subprocess_exec(*command, *given, stdout=asyncio.subprocess.PIPE)
    answer, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(answer)
