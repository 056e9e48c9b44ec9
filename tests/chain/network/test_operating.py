"""Running a node of a real network of four: its figures, a restore that signs nothing twice, state sync."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from chain.node.test_page import list_metrics, list_names, list_queries
from fieldproof.chain import (
    MARGIN_BLOCKS,
    ConsensusRpc,
    ConsensusRpcError,
    Devnet,
    DevnetNode,
    DevnetPlan,
    NodeError,
    NodeFolder,
    NodeSettings,
    NodeSupervisor,
    backup,
    create_devnet,
    create_follower,
    get_safe_height,
    restore,
)
from fieldproof.chain.node.supervisor import Part
from fieldproof.chain.toolchain import Programs

EPOCH_BLOCKS = 12
NUMBER = 3

pytestmark = [
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(900),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def devnet(
    programs: Programs, anvil_program: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Devnet]:
    plan = DevnetPlan(4, 4, EPOCH_BLOCKS)
    nodes = await create_devnet(tmp_path_factory.mktemp("net"), plan, programs, anvil_program)
    devnet = Devnet(nodes, programs)
    try:
        await devnet.start()
        yield devnet
    finally:
        await devnet.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def consensus(devnet: Devnet) -> AsyncIterator[ConsensusRpc]:
    async with ConsensusRpc(devnet.consensus_url) as consensus:
        await wait_for_height(consensus, 2)
        yield consensus


def get_url(settings: NodeSettings) -> str:
    return f"http://127.0.0.1:{settings.ports.consensus_rpc}"


async def wait_for_height(consensus: ConsensusRpc, height: int) -> None:
    while await consensus.get_height() < height:
        await asyncio.sleep(0.25)


async def list_signed(consensus: ConsensusRpc, first: int, last: int, address: str) -> list[int]:
    """Return which heights carry a signature for the block by an address."""
    signed = []
    for height in range(first, last + 1):
        commit = (await consensus.request("commit", height=str(height)))["signed_header"]["commit"]
        names = {item["validator_address"] for item in commit["signatures"] if item["block_id_flag"] == 2}
        signed += [height] if address in names else []
    return signed


async def count_faults(consensus: ConsensusRpc, last: int) -> int:
    count = 0
    for height in range(1, last + 1):
        block = (await consensus.request("block", height=str(height)))["block"]
        count += len(block["evidence"]["evidence"])
    return count


async def test_the_page_of_a_running_node_has_all_that_the_dashboard_asks_for(
    devnet: Devnet, consensus: ConsensusRpc
) -> None:
    await wait_for_height(consensus, 5)
    async with httpx.AsyncClient(trust_env=False) as client:
        url = f"http://127.0.0.1:{devnet.nodes[0].settings.ports.metrics}/metrics"
        page = (await client.get(url)).text
    assert [f'fieldproof_chain_up{{part="{part}"}} 1' in page for part in devnet.supervisors[0].pids] == [
        True
    ] * 3
    assert set().union(*map(list_metrics, list_queries())) <= list_names(page)


async def test_one_folder_is_run_by_one_supervisor(devnet: Devnet, programs: Programs) -> None:
    node = devnet.nodes[0]
    second = NodeSupervisor(node.folder, node.settings, programs)
    with pytest.raises(NodeError, match="another supervisor runs this node"):
        await second.start()
    await second.stop()
    assert len(devnet.supervisors[0].pids) == 3


async def test_a_node_comes_back_whose_geth_ends_while_the_application_waits_for_it(
    devnet: Devnet, consensus: ConsensusRpc
) -> None:
    supervisor = devnet.supervisors[1]
    before = supervisor.pids
    # The application, started anew, cannot begin: geth is there and says nothing. Then it is not there.
    os.kill(before[Part.GETH], signal.SIGSTOP)
    os.kill(before[Part.APPLICATION], signal.SIGKILL)
    while supervisor.pids.get(Part.APPLICATION, before[Part.APPLICATION]) == before[Part.APPLICATION]:
        await asyncio.sleep(0.1)
    os.kill(before[Part.GETH], signal.SIGKILL)
    height = await consensus.get_height()
    async with ConsensusRpc(get_url(devnet.nodes[1].settings)) as killed:
        async with asyncio.timeout(60):
            while not await has_reached(killed, height + 3):
                await asyncio.sleep(0.25)
        await follow(killed, consensus)
    assert supervisor.pids[Part.GETH] != before[Part.GETH]


async def has_reached(consensus: ConsensusRpc, height: int) -> bool:
    try:
        return await consensus.get_height() >= height
    except ConsensusRpcError:
        return False


async def test_a_restored_node_signs_again_but_no_height_twice(
    devnet: Devnet, consensus: ConsensusRpc, programs: Programs, tmp_path: Path
) -> None:
    node = devnet.nodes[NUMBER]
    await wait_for_height(consensus, 8)
    facts = await asyncio.to_thread(backup, node.folder, tmp_path / "b")
    assert not NodeFolder(tmp_path / "b").consensus_state.exists()
    await wait_for_height(consensus, facts.signed_height + 3)
    others = [get_url(other.settings) for other in devnet.nodes[:NUMBER]]
    with pytest.raises(NodeError, match="the backup's key signed block"):
        await get_safe_height(tmp_path / "b", others)
    await devnet.supervisors[NUMBER].stop()
    stopped = await consensus.get_height()
    await wait_for_height(consensus, stopped + MARGIN_BLOCKS + 1)
    height = await get_safe_height(tmp_path / "b", others)
    first = restore(tmp_path / "b", tmp_path / "r", height)
    assert first == height + MARGIN_BLOCKS + 1
    supervisor = NodeSupervisor(NodeFolder(tmp_path / "r"), NodeSettings.load(tmp_path / "r"), programs)
    devnet.supervisors[NUMBER] = supervisor
    await supervisor.start()
    address = get_address(node)
    while not (signed := await list_signed(consensus, first, await consensus.get_height() - 1, address)):
        await asyncio.sleep(1)
    height = await consensus.get_height() - 1
    assert await list_signed(consensus, stopped + 2, first - 1, address) == []
    assert signed[0] >= first
    assert await count_faults(consensus, height) == 0
    # What came with the backup was not fetched again.
    async with ConsensusRpc(get_url(node.settings)) as restored:
        status = await restored.request("status")
    assert int(status["sync_info"]["earliest_block_height"]) == 1


async def test_a_fresh_node_joins_by_state_sync_and_follows(
    devnet: Devnet, consensus: ConsensusRpc, programs: Programs, tmp_path: Path
) -> None:
    await wait_for_height(consensus, EPOCH_BLOCKS + 4)
    fresh = create_follower(tmp_path / "fresh", devnet.nodes)
    trusted = await consensus.request("commit", height="2")
    settings = replace(
        fresh.settings,
        state_sync_rpcs=tuple(get_url(other.settings) for other in devnet.nodes[:2]),
        trust_height=2,
        trust_hash=trusted["signed_header"]["commit"]["block_id"]["hash"],
    )
    settings.save(fresh.folder.path)
    supervisor = NodeSupervisor(fresh.folder, settings, programs)
    try:
        await supervisor.start()
        async with ConsensusRpc(get_url(settings)) as joined:
            await follow(joined, consensus)
            status = (await joined.request("status"))["sync_info"]
            assert int(status["earliest_block_height"]) % EPOCH_BLOCKS == 2
            before = await joined.get_height()
            await supervisor.kill()
            await supervisor.start()
            await wait_for_height(joined, before + 3)
            await follow(joined, consensus)
        height = before + 2
        mine, theirs = (node.ports.rpc for node in (settings, devnet.nodes[0].settings))
        assert await get_execution_hash(mine, height) == await get_execution_hash(theirs, height)
    finally:
        await supervisor.stop()


async def follow(joined: ConsensusRpc, consensus: ConsensusRpc) -> None:
    """Wait until a node's application is at the network's height."""
    while (await joined.query("state"))["height"] < await consensus.get_height() - 1:
        await asyncio.sleep(0.5)


async def get_execution_hash(port: int, number: int) -> str:
    request = {"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": [hex(number), False]}
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"http://127.0.0.1:{port}", json=request)
    return str(answer.json()["result"]["hash"])


def get_address(node: DevnetNode) -> str:
    return str(json.loads(node.folder.consensus_key.read_text())["address"])
