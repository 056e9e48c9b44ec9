"""A network that falls apart and heals."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from fieldproof.chain import Devnet, DevnetPlan, create_devnet
from fieldproof.run.chain_tools import install_genesis_tools
from fieldproof.settle import CHAIN_ID, ChainClient

from . import spaces
from .network import EPOCH_BLOCKS, NODES, FaultNetwork
from .scenario import scenario

CUT_S = 60.0
"""Longer than CometBFT waits for an answer of a peer (45 s), before it closes the connection."""


@scenario(
    "the network falls in two halves",
    f"four nodes in network namespaces of their own, two and two at one bridge each; the cable between the "
    f"bridges is cut for {CUT_S:.0f} s",
    "neither half decides a block; healed, all four go on without a fork",
)
async def cut(network: FaultNetwork) -> str:
    async with _start_apart(network) as (apart, cable):
        await spaces.call("link", "set", cable, "down")
        await asyncio.sleep(3)
        before = await apart.get_heights()
        await asyncio.sleep(CUT_S)
        after = await apart.get_heights()
        await spaces.call("link", "set", cable, "up")
        assert before == after, f"half a committee decided blocks: {before}, {after}"
        seconds = await apart.wait_for_height(max(after) + 3)
        heights = await apart.check_agreement()
    return f"halted at {max(after)}; on again {seconds:.0f} s after healing; {heights} heights compared"


@asynccontextmanager
async def _start_apart(network: FaultNetwork) -> AsyncIterator[tuple[FaultNetwork, str]]:
    """Run a second network whose nodes have namespaces of their own."""
    folder = Path(tempfile.mkdtemp(prefix="fieldproof-apart-"))
    async with AsyncExitStack() as stack:
        cable = await stack.enter_async_context(spaces.two_sides(NODES, (0, 1)))
        plan = DevnetPlan(NODES, NODES, EPOCH_BLOCKS)
        made = await create_devnet(folder, plan, network.programs, install_genesis_tools())
        nodes = [spaces.move_node(number, made) for number in range(NODES)]
        devnet = Devnet(nodes, network.programs)
        for number, node in enumerate(nodes):
            devnet.supervisors[number] = spaces.build_supervisor(number, node, network.programs)
            ports = node.settings.ports
            await stack.enter_async_context(
                spaces.reach(number, (ports.rpc, ports.engine, ports.consensus_rpc))
            )
        stack.push_async_callback(devnet.stop)
        await devnet.start()
        client = await ChainClient.connect(devnet.rpc_url, chain_id=CHAIN_ID)
        await stack.enter_async_context(client)
        apart = FaultNetwork(devnet, network.programs, client)
        await apart.wait_for_height(3)
        yield apart, cable
