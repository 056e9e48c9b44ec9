"""One node's three processes: started in order, restarted when one ends, stopped in order, none left behind.

CometBFT ends when the application does, and the application waits when geth is away: so geth is restarted
alone, and the application together with CometBFT.
"""

import asyncio
import contextlib
import signal
import socket
import sys
import time
from asyncio.subprocess import STDOUT, Process
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

import structlog

from fieldproof.chain.errors import NodeError
from fieldproof.chain.node.layout import build_geth_command, read_execution_rules, write_cometbft, write_geth
from fieldproof.chain.node.settings import NodeFolder, NodeSettings
from fieldproof.chain.toolchain import Programs
from fieldproof.core.launcher import guard_command

START_WITHIN_S = 60.0
"""A process that is not there by then counts as one that does not start."""

STOP_WITHIN_S = 30.0
"""Geth writes what it holds in memory when it stops."""

FIRST_PAUSE_S = 0.5
LAST_PAUSE_S = 10.0
"""Between two starts of a process that keeps ending; doubled from the first to the last."""

STEADY_S = 60.0
"""A process that ran so long is restarted at once."""

_log = structlog.get_logger()


class Part(StrEnum):
    """The three processes, in the order in which they start."""

    GETH = "geth"
    APPLICATION = "application"
    COMETBFT = "cometbft"


class NodeSupervisor:
    """Runs one node until it is stopped."""

    def __init__(self, folder: NodeFolder, settings: NodeSettings, programs: Programs) -> None:
        self._folder = folder
        self._settings = settings
        self._programs = programs
        self._processes: dict[Part, Process] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def pids(self) -> dict[Part, int]:
        """The processes that run now."""
        running = {part: process for part, process in self._processes.items() if process.returncode is None}
        return {part: process.pid for part, process in running.items()}

    async def start(self) -> None:
        """Write the configuration and start all three; `NodeError` says which one does not start and why."""
        write_cometbft(self._folder, self._settings)
        write_geth(self._folder, self._settings)
        await self._initialise_geth()
        await self._start_geth()
        await self._start_consensus()
        self._tasks = [asyncio.create_task(self._watch_geth()), asyncio.create_task(self._watch_consensus())]

    async def wait(self, stop: asyncio.Event) -> None:
        """Wait for `stop`; what makes a watch give up passes through."""
        stopped = asyncio.ensure_future(stop.wait())
        try:
            done, _ = await asyncio.wait({stopped, *self._tasks}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            stopped.cancel()

    async def stop(self) -> None:
        """Stop all three, last started first."""
        await self._stop_watching()
        for part in reversed(Part):
            await self._stop(part)

    async def kill(self) -> None:
        """Kill all three at once, as a power cut would; `start` brings the node back."""
        await self._stop_watching()
        for process in self._processes.values():
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _stop_watching(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _initialise_geth(self) -> None:
        if (self._folder.geth / "geth" / "chaindata").is_dir():
            return
        command = [str(self._programs.geth), "--datadir", str(self._folder.geth), "init"]
        with self._open_log(Part.GETH) as log:
            process = await asyncio.create_subprocess_exec(
                *guard_command([*command, str(self._folder.execution_genesis)]), stdout=log, stderr=STDOUT
            )
        if await process.wait():
            raise NodeError("geth does not take the genesis", hint=f"See {self._get_log(Part.GETH)}.")

    async def _start_geth(self) -> None:
        rules = read_execution_rules(self._folder)
        await self._launch(Part.GETH, build_geth_command(self._programs, self._folder, self._settings, rules))
        await self._wait_for(Part.GETH, lambda: _is_listening(self._settings.ports.engine))

    async def _start_consensus(self) -> None:
        self._folder.socket.unlink(missing_ok=True)
        python = [sys.executable, "-m", "fieldproof.chain.node.process", str(self._folder.path)]
        await self._launch(Part.APPLICATION, python)
        # It may first have to give geth back all that it lost: no bound but its own end.
        await self._wait_for(Part.APPLICATION, self._folder.socket.exists, within_s=None)
        command = [str(self._programs.cometbft), "start", "--home", str(self._folder.cometbft)]
        await self._launch(Part.COMETBFT, command)

    async def _watch_geth(self) -> None:
        pauses = _Pauses()
        while True:
            status = await self._processes[Part.GETH].wait()
            _log.warning("geth ended", node=self._settings.name, status=status)
            await pauses.wait()
            await self._start_geth()

    async def _watch_consensus(self) -> None:
        pauses = _Pauses()
        while True:
            parts = (Part.APPLICATION, Part.COMETBFT)
            waits = [asyncio.ensure_future(self._processes[part].wait()) for part in parts]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
            ended = [str(part) for part in parts if self._processes[part].returncode is not None]
            _log.warning("consensus ended", node=self._settings.name, ended=ended)
            for part in reversed(parts):
                await self._stop(part)
            await pauses.wait()
            await self._start_consensus()

    async def _launch(self, part: Part, command: Sequence[str]) -> None:
        with self._open_log(part) as log:
            self._processes[part] = await asyncio.create_subprocess_exec(
                *guard_command(command), stdout=log, stderr=STDOUT, cwd=self._folder.path
            )

    async def _wait_for(
        self, part: Part, is_there: Callable[[], bool], within_s: float | None = START_WITHIN_S
    ) -> None:
        try:
            async with asyncio.timeout(within_s):
                while not is_there():
                    if self._processes[part].returncode is not None:
                        raise NodeError(f"{part} does not start", hint=f"See {self._get_log(part)}.")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise NodeError(f"{part} does not start", hint=f"See {self._get_log(part)}.") from None

    async def _stop(self, part: Part) -> None:
        process = self._processes.get(part)
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    def _get_log(self, part: Part) -> str:
        return str(self._folder.logs / f"{part}.log")

    @contextlib.contextmanager
    def _open_log(self, part: Part) -> Iterator[int]:
        with open(self._get_log(part), "ab") as log:
            yield log.fileno()


class _Pauses:
    """How long to wait before the next start: longer each time, until a start lasts."""

    def __init__(self) -> None:
        self._started_s = time.monotonic()
        self._pause_s = FIRST_PAUSE_S

    async def wait(self) -> None:
        if time.monotonic() - self._started_s > STEADY_S:
            self._pause_s = FIRST_PAUSE_S
        await asyncio.sleep(self._pause_s)
        self._pause_s = min(2 * self._pause_s, LAST_PAUSE_S)
        self._started_s = time.monotonic()


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
