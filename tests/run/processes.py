"""Nodes in processes of their own, and proof that nothing of them is left when they are gone."""

import asyncio
import json
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from .node_process import NEVER, NodeOrder

PROGRAM = Path(__file__).with_name("node_process.py")
PATIENCE_S = 90.0


class DiedError(Exception):
    """The node is gone."""


@dataclass
class RunningNode:
    """A node in a process of its own."""

    process: asyncio.subprocess.Process
    gateway_url: str

    async def set_clock(self, offset_ms: int) -> None:
        """Tell the node the time; raises `DiedError` when it does not hear it any more."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"clock %d\n" % offset_ms)
        if not await self.process.stdout.readline():
            raise DiedError

    async def wait_until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Wait for something; raises `DiedError` when the node dies first."""
        async with asyncio.timeout(PATIENCE_S):
            while not await holds():
                if self.process.returncode is not None:
                    raise DiedError
                await asyncio.sleep(0.1)


@asynccontextmanager
async def start_node(order: NodeOrder, log: Path) -> AsyncIterator[RunningNode]:
    """Run a node; at the end it has stopped in order or was killed, and nothing it started is left."""
    mark = f"FIELDPROOF_TEST={uuid.uuid4()}"
    name, _, value = mark.partition("=")
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(PROGRAM),
            order.to_json(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=file,
            env={**os.environ, name: value},
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            ready = await process.stdout.readline()
        if not ready:
            await process.wait()
            raise DiedError
        yield RunningNode(process, json.loads(ready)["gateway_url"])
    finally:
        process.stdin.close()
        async with asyncio.timeout(PATIENCE_S):
            status = await process.wait()
        assert status == (-signal.SIGKILL if order.point != NEVER else 0), read_log(log)
        await wait_until_gone(mark.encode(), order.folder.encode())


def read_log(log: Path) -> str:
    """What the nodes said; for the message of a test that fails."""
    return log.read_text(errors="replace")[-8000:]


async def wait_until_gone(mark: bytes, folder: bytes) -> None:
    """No process with the mark in its environment or the folder in its command is left."""
    async with asyncio.timeout(10):
        while any(_is_ours(pid, mark, folder) for pid in os.listdir("/proc") if pid.isdigit()):
            await asyncio.sleep(0.1)


def _is_ours(pid: str, mark: bytes, folder: bytes) -> bool:
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return mark in environment.split(b"\0") or folder in command
