"""A disk that is full."""

import asyncio
import os
import shutil
from pathlib import Path

from .network import NODES, FaultNetwork, wait
from .scenario import NotRunError, scenario

VICTIM = 2
DISK_BYTES = 256 * 2**20
ROOM_LEFT_BYTES = 64 * 2**10


@scenario(
    "a disk is full",
    f"one node's folder is a file system of {DISK_BYTES // 2**20} MiB of its own; a file fills it, "
    "later it is removed",
    "the node stops and the others go on; with room again it is level by itself, no file damaged",
)
async def fill(network: FaultNetwork) -> str:
    folder = network.nodes[VICTIM].folder.path
    if os.geteuid() != 0 or not await _call("mount", "-t", "tmpfs", "none", "/mnt"):
        raise NotRunError("needs root and the right to mount a file system")
    await _call("umount", "/mnt")
    others = [node for node in range(NODES) if node != VICTIM]
    await network.supervisors[VICTIM].stop()
    kept = folder.with_name("kept")
    await asyncio.to_thread(shutil.move, folder, kept)
    folder.mkdir()
    try:
        assert await _call("mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", str(folder))
        await asyncio.to_thread(shutil.copytree, kept, folder, dirs_exist_ok=True)
        await network.supervisors[VICTIM].start()
        await network.settle()
        return await _fill_and_clear(network, folder, others)
    finally:
        await network.supervisors[VICTIM].stop()
        # What the node signed since must not be forgotten: the copy from before is of no use.
        await asyncio.to_thread(shutil.rmtree, kept)
        await asyncio.to_thread(shutil.copytree, folder, kept)
        await _call("umount", str(folder))
        folder.rmdir()
        await asyncio.to_thread(shutil.move, kept, folder)
        await network.supervisors[VICTIM].start()


async def _fill_and_clear(network: FaultNetwork, folder: Path, others: list[int]) -> str:
    filler = folder / "filler"
    await asyncio.to_thread(_fill, filler)
    height = await network.get_height()
    await network.wait_for_height(height + 5, others)

    async def has_stopped() -> bool:
        seen = await network.get_height(VICTIM)
        await asyncio.sleep(5)
        return await network.get_height(VICTIM) in (0, seen)

    await wait("the node stops", has_stopped)
    filler.unlink()
    seconds = await network.wait_for_height(await network.get_height(), within_s=240.0)
    return f"it stopped; with room again it was level after {seconds:.0f} s"


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(ROOM_LEFT_BYTES))
        except OSError:
            return


async def _call(*command: str) -> bool:
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    return await process.wait() == 0
