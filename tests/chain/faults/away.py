"""Nodes that are away, and what the others do meanwhile."""

import asyncio
import time

from .epochs import check_epoch
from .network import EPOCH_BLOCKS, NODES, FaultNetwork
from .scenario import scenario

AWAY = NODES - 1
BACK_WITHIN_S = 60.0
HALT_S = 10.0


@scenario(
    "one of four is away",
    "one node is killed and started again once the others made 10 blocks",
    f"the others go on; it is level with them within {BACK_WITHIN_S:.0f} s",
    is_tested=True,
)
async def leave(network: FaultNetwork) -> str:
    others = range(NODES - 1)
    await network.supervisors[AWAY].kill()
    height = await network.get_height()
    await network.wait_for_height(height + 10, others)
    started_s = time.monotonic()
    await network.supervisors[AWAY].start()
    await network.wait_for_height(await network.get_height(), within_s=BACK_WITHIN_S)
    seconds = time.monotonic() - started_s
    assert seconds <= BACK_WITHIN_S, f"level only after {seconds:.0f} s"
    return f"level after {seconds:.0f} s"


@scenario(
    "two of four are away",
    f"two nodes are killed; {HALT_S:.0f} s later they are started again",
    "no block is decided while they are away, no fork: block hashes of both clients are the same everywhere",
    is_tested=True,
)
async def halt(network: FaultNetwork) -> str:
    present = range(2)
    await asyncio.gather(*(network.supervisors[node].kill() for node in range(2, NODES)))
    # What was decided before they died may still be executed.
    await asyncio.sleep(2)
    before = [await network.get_height(node) for node in present]
    await asyncio.sleep(HALT_S)
    after = [await network.get_height(node) for node in present]
    await asyncio.gather(*(network.supervisors[node].start() for node in range(2, NODES)))
    assert before == after, f"blocks were decided by two of four: {before}, {after}"
    await network.wait_for_height(max(after) + 3)
    heights = await network.check_agreement()
    return f"halted at height {max(after)}; {heights} heights compared"


@scenario(
    "an epoch changes with one of the pool away",
    "one node is killed for a whole epoch, from before its pool is frozen to after the next one began",
    "the next committee, seed and pool are what chain data alone say; the node follows when it is back",
)
async def miss_epoch(network: FaultNetwork) -> str:
    others = range(NODES - 1)
    epoch = await network.get_epoch() + 1
    await network.supervisors[AWAY].kill()
    for wanted in (epoch, epoch + 1):
        await network.wait_for_height(wanted * EPOCH_BLOCKS + 1, others)
    checked = await check_epoch(network, epoch + 1)
    await network.supervisors[AWAY].start()
    await network.wait_for_height(await network.get_height(), within_s=BACK_WITHIN_S)
    assert (checked.dealings, checked.is_missed) == (NODES - 1, False)
    return f"epoch {epoch + 1} began with a seed of {checked.dealings} dealings"
