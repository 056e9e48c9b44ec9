"""Files that are lost or old."""

import asyncio
import shutil
import signal

from fieldproof.chain.node.supervisor import Part

from .network import EPOCH_BLOCKS, FaultNetwork
from .scenario import scenario

VICTIM = 2
BEHIND_BLOCKS = 20
OLD_BLOCKS = 10


@scenario(
    "geth loses its data",
    "one node's geth is killed and its database removed while the application runs on",
    "the supervisor makes it from genesis and the application gives it every block back",
    is_tested=True,
)
async def lose_geth(network: FaultNetwork) -> str:
    height = await network.get_height(VICTIM)
    database = network.nodes[VICTIM].folder.geth / "geth"
    await network.send_signal(signal.SIGKILL, VICTIM, [Part.GETH])
    await asyncio.to_thread(shutil.rmtree, database, ignore_errors=True)
    seconds = await network.wait_for_height(height + 3)
    return f"{height} blocks given back; level again after {seconds:.0f} s"


@scenario(
    "geth is behind",
    f"one node's geth stands still while the others make {BEHIND_BLOCKS} blocks",
    "the others go on; it catches up",
)
async def delay_geth(network: FaultNetwork) -> str:
    others = [node for node in range(len(network.nodes)) if node != VICTIM]
    height = max(await network.get_heights())
    await network.send_signal(signal.SIGSTOP, VICTIM, [Part.GETH])
    try:
        await network.wait_for_height(height + BEHIND_BLOCKS, others)
    finally:
        await network.send_signal(signal.SIGCONT, VICTIM, [Part.GETH])
    seconds = await network.wait_for_height(await network.get_height())
    return f"level again after {seconds:.0f} s"


@scenario(
    "the application's file is old",
    f"a stopped node's application file is replaced by a copy that is {OLD_BLOCKS} blocks older",
    "CometBFT's handshake brings those blocks again; geth, which is ahead, takes them as known",
)
async def restore_application(network: FaultNetwork) -> str:
    file = network.nodes[VICTIM].folder.application
    copy = file.with_suffix(".copy")
    await network.supervisors[VICTIM].stop()
    await asyncio.to_thread(shutil.copyfile, file, copy)
    await network.supervisors[VICTIM].start()
    height = await network.get_height()
    await network.wait_for_height(height + OLD_BLOCKS)
    await network.supervisors[VICTIM].stop()
    await asyncio.to_thread(shutil.move, copy, file)
    await network.supervisors[VICTIM].start()
    seconds = await network.wait_for_height(await network.get_height())
    return f"level again after {seconds:.0f} s"


@scenario(
    "the application's file is lost",
    "a stopped node's application file is removed; CometBFT and geth keep theirs, of more blocks than "
    "geth keeps states of",
    "CometBFT's handshake brings every block again",
)
async def lose_application(network: FaultNetwork) -> str:
    # Geth without an archive keeps the states of 128 blocks.
    await network.wait_for_height(128 + 2 * EPOCH_BLOCKS, within_s=400.0)
    await network.supervisors[VICTIM].stop()
    height = await network.get_height()
    await asyncio.to_thread(network.nodes[VICTIM].folder.application.unlink)
    await network.supervisors[VICTIM].start()
    seconds = await network.wait_for_height(await network.get_height())
    return f"{height} blocks came again; level after {seconds:.0f} s"
