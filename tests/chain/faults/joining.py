"""Nodes that join by state sync while processes are hit, theirs and those of the one that serves them."""

import asyncio
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path

from fieldproof.chain import ConsensusRpc, NodeSupervisor, create_follower
from fieldproof.chain.node.supervisor import APPLICATION_COMMAND, Part
from fieldproof.run.chain_tools import install_genesis_tools

from . import spoiler, striker
from .network import PLAN, FaultNetwork, read_height, wait, wrap_programs
from .scenario import Scenario, add, scenario
from .steps import LATER, VICTIM, build_command, play_each, see_hit, striking
from .striker import Moment, Order
from .third import resting

EPOCH_BLOCKS = 60
"""Of a network of its own: snapshots are kept for two epochs, and a lost chunk is asked for 10 s later."""
SERVING, JOINING = ("list_snapshots", "load_snapshot_chunk"), ("offer_snapshot", "apply_snapshot_chunk")
"""The calls to who serves a snapshot, and to who joins by it."""
PAIRS = tuple(zip(SERVING, reversed(JOINING), strict=True))
"""Those of one join: a process that was killed is not there yet at its node's next call."""
TRUSTED_HEIGHT = 2
WITHIN_S = 240.0
"""CometBFT gives a chunk up after two minutes, and then takes another snapshot."""
MOST_JOINS = 8
"""Of two peers CometBFT asks one, by chance: in all of so many joins the honest one in one of 256 runs."""


@asynccontextmanager
async def _growing(network: FaultNetwork) -> AsyncIterator[FaultNetwork]:
    """Run a network that has a snapshot, while the other one rests."""
    folder = Path(tempfile.mkdtemp(prefix="fieldproof-joining-"))
    plan = replace(PLAN, epoch_blocks=EPOCH_BLOCKS)
    anvil = install_genesis_tools()
    async with resting(network), FaultNetwork.start(folder, network.programs, anvil, plan) as growing:
        await growing.wait_for_height(EPOCH_BLOCKS + 3)
        yield growing


@asynccontextmanager
async def _start(
    network: FaultNetwork, folder: Path, peers: Iterable[int], application: Sequence[str]
) -> AsyncIterator[ConsensusRpc]:
    """Run a node that joins by state sync and knows some of the others; give its RPC."""
    fresh = create_follower(folder, network.nodes)
    ports = {network.nodes[node].settings.ports.consensus_peers for node in peers}
    async with network.consensus() as rpc:
        trusted = (await rpc.request("commit", height=str(TRUSTED_HEIGHT)))["signed_header"]
    settings = replace(
        fresh.settings,
        consensus_peers=tuple(
            peer for peer in fresh.settings.consensus_peers if int(peer.rpartition(":")[2]) in ports
        ),
        state_sync_rpcs=tuple(
            f"http://127.0.0.1:{node.settings.ports.consensus_rpc}" for node in network.nodes[:2]
        ),
        trust_height=TRUSTED_HEIGHT,
        trust_hash=trusted["commit"]["block_id"]["hash"],
    )
    settings.save(folder)
    # Without exchange of peers it asks nobody else.
    programs = wrap_programs(folder / "programs", network.programs, before="env CMT_P2P_PEX=false")
    supervisor = NodeSupervisor(fresh.folder, settings, programs, application)
    try:
        await supervisor.start()
        async with ConsensusRpc(f"http://127.0.0.1:{settings.ports.consensus_rpc}") as joined:
            yield joined
    finally:
        await supervisor.stop()


async def _check_joined(network: FaultNetwork, joined: ConsensusRpc) -> None:
    """Wait until a node is level with the others, and see that it began with a snapshot."""

    async def is_level() -> bool:
        return await read_height(joined) >= await network.get_height() - 1

    await wait("the node that joins is level with the others", is_level, WITHIN_S)
    status = (await joined.request("status"))["sync_info"]
    first = int(status["earliest_block_height"])
    assert first % EPOCH_BLOCKS == 2, f"no snapshot: its first block is {first}"
    height = await network.get_height() - 2
    async with network.consensus() as rpc:
        blocks = [await each.request("block", height=str(height)) for each in (rpc, joined)]
    assert blocks[0]["block_id"] == blocks[1]["block_id"], f"it differs at height {height}"


async def _join_hit(
    network: FaultNetwork, serving: Path, calls: tuple[str, str], moment: Moment, number: int, part: Part
) -> None:
    """Join while a part of both nodes is hit, each at its call."""
    folder = serving.parents[1] / f"{part}-{moment}-{calls[0]}"
    joining = folder.with_name(f"{folder.name}-order")
    orders = [
        (place, Order(call, moment, number, part))
        for place, call in zip((serving, joining), calls, strict=True)
    ]
    for place, order in orders:
        striker.give(place, order)
    async with _start(network, folder, [VICTIM], build_command(joining)) as joined:
        await asyncio.gather(*(see_hit(place, order, WITHIN_S) for place, order in orders))
        await _check_joined(network, joined)


def _add(number: signal.Signals) -> None:
    async def play(network: FaultNetwork) -> str:
        async with _growing(network) as growing, striking(growing) as serving:
            seen = await play_each(
                (
                    f"{part}, {moment} {' and '.join(calls)}",
                    partial(_join_hit, growing, serving, calls, moment, number, part),
                )
                for part, moment, calls in product(Part, Moment, PAIRS)
            )
            await growing.settle()
        return seen

    add(
        Scenario(
            f"at each call of state sync: {number.name}",
            f"{number.name}{LATER[number]} to each process of the node that serves a snapshot, at "
            f"{' and '.join(SERVING)}, and of the one that joins by it, at {' and '.join(JOINING)}: before "
            "it does what the call asks, and when that is done but not answered; a network of its own, "
            f"epochs of {EPOCH_BLOCKS} blocks",
            f"the node has joined by a snapshot within {WITHIN_S:.0f} s and has the others' blocks",
            play,
            is_tested=False,
        )
    )


for _number in LATER:
    _add(_number)


@scenario(
    "a peer spoils the chunks of snapshots",
    "a node joins by state sync from two peers, one of which answers each chunk with a bit flipped; again "
    f"until that one was asked first, {MOST_JOINS} times at most; a network of its own",
    "the node has joined by the other's chunks and has the others' blocks",
)
async def spoil(network: FaultNetwork) -> str:
    async with _growing(network) as growing:
        spoilt = growing.nodes[VICTIM].folder.path / "spoilt"
        await growing.replace_programs(VICTIM, (sys.executable, str(Path(spoiler.__file__)), str(spoilt)))
        for joins in range(1, MOST_JOINS + 1):
            folder = spoilt.parents[1] / f"joined-{joins}"
            async with _start(growing, folder, [VICTIM, 1], APPLICATION_COMMAND) as joined:
                await _check_joined(growing, joined)
            if spoilt.exists():
                return f"spoilt chunks: {spoilt.read_text().count('.')}, in join {joins}"
    raise AssertionError(f"the spoiler was asked in none of {MOST_JOINS} joins")
