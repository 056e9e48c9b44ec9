"""Proposers that lie, and committees that censor."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from . import liar
from .epochs import check_epoch, read_events
from .network import EPOCH_BLOCKS, NODES, FaultNetwork, wait, wrap_programs
from .scenario import scenario

LIAR = NODES - 1
CENSORS = (2, 3)
"""Half of the committee: more than a third."""
TAKE_NONE = f"--miner.gasprice {10**24}"
"""Least tip of a transaction, in wei, that geth puts into a block."""


def tell(file: Path, lie: str = "") -> None:
    """Name the lie of the moment, or none."""
    file.write_text(lie)


@asynccontextmanager
async def lying(network: FaultNetwork, nodes: Sequence[int], for_geth: str = "") -> AsyncIterator[list[Path]]:
    """Run the lying application at some nodes, and geth with options; give the files that name their lies."""
    files = [network.nodes[node].folder.path / "lie" for node in nodes]
    script = str(Path(liar.__file__))
    try:
        for node, file in zip(nodes, files, strict=True):
            tell(file)
            wrapped = wrap_programs(file.with_name("programs"), network.programs, for_geth=for_geth)
            await network.replace_programs(node, (sys.executable, script, str(file)), wrapped)
        await network.settle()
        yield files
    finally:
        for file in files:
            tell(file)
        for node in nodes:
            await network.replace_programs(node)


@scenario(
    "a proposer lies",
    f"one node's application proposes blocks wrong in one thing, one after another: {', '.join(liar.LIES)}",
    "every honest node refuses every lie, and another's block is decided at that height in a later round",
    is_tested=True,
)
async def lie(network: FaultNetwork) -> str:
    reasons = {}
    async with lying(network, (LIAR,)) as (file,):
        for name in liar.LIES:
            reasons[name] = await _tell(network, file, name)
    return "; ".join(f"{name}: {reason}" for name, reason in reasons.items())


async def _tell(network: FaultNetwork, file: Path, name: str) -> str:
    """Tell one lie until all honest nodes have refused it; return why."""
    honest = [node for node in range(NODES) if node != LIAR]
    before = {node: len(network.read_log(node, "proposal refused")) for node in honest}
    refused: dict[int, dict[str, str | int]] = {}

    async def is_refused() -> bool:
        await asyncio.sleep(0)
        for node in honest:
            found = network.read_log(node, "proposal refused")[before[node] :]
            refused.update((node, entry) for entry in found[:1])
        return len(refused) == len(honest)

    tell(file, name)
    await wait(f"the lie about the {name} is refused by all", is_refused)
    tell(file)
    heights = {entry["height"] for entry in refused.values()}
    reasons = {str(entry["wrong"]) for entry in refused.values()}
    assert len(heights) == 1, f"the nodes refused {name} at different heights: {refused}"
    assert len(reasons) == 1, f"the nodes refused {name} for different reasons: {reasons}"
    (height,) = heights
    await network.wait_for_height(int(height))
    await _check_decided_by_another(network, int(height))
    return reasons.pop().split("; ")[0][:60]


async def _check_decided_by_another(network: FaultNetwork, height: int) -> None:
    async with network.consensus() as rpc:
        signed = (await rpc.request("commit", height=str(height)))["signed_header"]
    assert signed["header"]["proposer_address"].lower() != network.get_consensus_address(LIAR).hex()
    assert signed["commit"]["round"] > 0, f"height {height} was decided in its first round"


@scenario(
    "a parent beacon root is forged",
    "one node's application proposes a block on another root than the application's hash, with which it "
    "could prove any stake and any committee to the contracts",
    "every honest node refuses it; the root in every block is the application's hash in CometBFT's header",
)
async def forge_root(network: FaultNetwork) -> str:
    async with lying(network, (LIAR,)) as (file,):
        reason = await _tell(network, file, liar.ROOT)
    last = await network.get_height()
    blocks = await network.request_many(
        0, [("eth_getBlockByNumber", hex(height), False) for height in range(1, last + 1)]
    )
    async with network.consensus() as rpc:
        for height, block in enumerate(blocks, 1):
            header = (await rpc.request("commit", height=str(height)))["signed_header"]["header"]
            assert block["parentBeaconBlockRoot"] == "0x" + header["app_hash"].lower(), f"height {height}"
    return f"{reason}; the roots of {last} blocks compared"


@scenario(
    "openings are censored",
    "two of four leave all transactions out of their blocks and vote for none with the beacon's in it, "
    "from the dealings to past the deadline",
    "the chain goes on; the seed is the missed one and the committee drawn from it; once they stop, the next "
    "seed is made by the beacon",
)
async def censor(network: FaultNetwork) -> str:
    async with lying(network, CENSORS, TAKE_NONE) as files:
        epoch = await network.get_epoch() + 1
        await network.wait_for_epoch(epoch)
        await wait("all have dealt", lambda: _have_dealt(network))
        for file in files:
            tell(file, liar.CENSOR)
        await network.wait_for_epoch(epoch + 1)
        for file in files:
            tell(file)
        missed = await check_epoch(network, epoch + 1)
        assert missed.is_missed, "the seed was made although the openings were censored"
        assert missed.dealings >= NODES // 2 + 1
        opened = [event["block"] for event in await read_events(network, "Opened", epoch + 1)]
        assert all(block > epoch * EPOCH_BLOCKS + EPOCH_BLOCKS - 1 for block in opened), opened
        await network.wait_for_epoch(epoch + 3)
        assert not (await check_epoch(network, epoch + 3)).is_missed
    return (
        f"{missed.dealings} dealings, no opening in time, {len(opened)} late, missed seed; "
        "the seed after the next was made"
    )


async def _have_dealt(network: FaultNetwork) -> bool:
    return bool((await network.query("state"))["beacon"]["dealt"] == NODES)
