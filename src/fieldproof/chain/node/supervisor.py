"""One node's three processes: started in order, restarted when one ends, stopped in order, none left behind.

CometBFT ends when the application does, and the application waits when geth is away: so geth is restarted
alone, and the application together with CometBFT.
"""

import asyncio
import contextlib
import shutil
import signal
import socket
import sys
import time
from asyncio.subprocess import STDOUT, Process
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

import structlog

from fieldproof.chain.consensus_rpc import ConsensusRpc
from fieldproof.chain.errors import NodeError
from fieldproof.chain.node.layout import (
    build_geth_command,
    get_state_options,
    read_execution_rules,
    write_cometbft,
    write_geth,
)
from fieldproof.chain.node.page import MetricsServer
from fieldproof.chain.node.progress import Progress
from fieldproof.chain.node.settings import NodeFolder, NodeSettings
from fieldproof.chain.node.status import ExitStatus
from fieldproof.chain.toolchain import Programs
from fieldproof.core.launcher import guard_command
from fieldproof.core.lock import FileHeldError, FileLock

START_WITHIN_S = 60.0
"""A process that is not there by then counts as one that does not start."""

STOP_WITHIN_S = 30.0
"""Geth writes what it holds in memory when it stops."""

FIRST_PAUSE_S = 0.5
LAST_PAUSE_S = 10.0
"""Between two starts of a process that keeps ending; doubled from the first to the last."""

STEADY_S = 60.0
"""A process that ran so long is restarted at once."""

UNIX = "unix://"

APPLICATION_COMMAND = (sys.executable, "-m", "fieldproof.chain.node.process")
"""The node's folder is appended."""

PROGRESS_EVERY_S = 10.0
"""Between two looks at whether consensus goes on."""

_LOOK_EVERY_S = 0.05
_log = structlog.get_logger()


class Part(StrEnum):
    """The three processes, in the order in which they start."""

    GETH = "geth"
    APPLICATION = "application"
    COMETBFT = "cometbft"


class NodeSupervisor:
    """Runs one node until it is stopped."""

    def __init__(
        self,
        folder: NodeFolder,
        settings: NodeSettings,
        programs: Programs,
        application: Sequence[str] = APPLICATION_COMMAND,
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._programs = programs
        self._application = application
        self._processes: dict[Part, Process] = {}
        self._watching: asyncio.Task[None] | None = None
        self._held = contextlib.ExitStack()

    @property
    def pids(self) -> dict[Part, int]:
        """The processes that run now."""
        running = {part: process for part, process in self._processes.items() if process.returncode is None}
        return {part: process.pid for part, process in running.items()}

    async def start(self) -> None:
        """Write the configuration and start all three; `NodeError` says which one does not start and why.

        Nobody else can run the node until `stop`, which is called even when this fails.
        """
        self._hold()
        write_cometbft(self._folder, self._settings)
        write_geth(self._folder, self._settings)
        await self._start_geth()
        await self._start_consensus()
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Stop all three, last started first."""
        await self._stop_watching()
        for part in reversed(Part):
            await self._stop(part)
        await asyncio.to_thread(self._held.close)

    async def kill(self) -> None:
        """Kill all three at once, as a power cut would; `start` brings the node back."""
        await self._stop_watching()
        for process in self._processes.values():
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        await asyncio.to_thread(self._held.close)

    def _hold(self) -> None:
        try:
            lock = FileLock(self._folder.lock)
        except FileHeldError as failure:
            raise NodeError(f"another supervisor runs this node: {failure}", hint=failure.hint) from failure
        self._held.callback(lock.release)
        self._held.callback(MetricsServer(self._settings.ports).stop)

    async def _stop_watching(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def _initialise_geth(self) -> None:
        if (self._folder.geth / "geth" / "chaindata").is_dir():
            return
        command = [str(self._programs.geth), *get_state_options(self._settings)]
        command += ["--datadir", str(self._folder.geth), "init"]
        with self._open_log(Part.GETH) as log:
            process = await asyncio.create_subprocess_exec(
                *guard_command([*command, str(self._folder.execution_genesis)]), stdout=log, stderr=STDOUT
            )
        if await process.wait():
            raise NodeError("geth does not take the genesis", hint=f"See {self._get_log(Part.GETH)}.")

    async def _start_geth(self) -> None:
        await self._initialise_geth()
        rules = read_execution_rules(self._folder)
        await self._launch(Part.GETH, build_geth_command(self._programs, self._folder, self._settings, rules))
        process, since_s = self._processes[Part.GETH], time.monotonic()
        while not _is_listening(self._settings.ports.engine):
            if process.returncode is not None or time.monotonic() - since_s > START_WITHIN_S:
                raise self._say_failed(Part.GETH)
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _start_consensus(self) -> None:
        if not await self._start_application():
            await self._renew_geth()
            if not await self._start_application():
                hint = f"See {self._get_log(Part.APPLICATION)}."
                raise NodeError("a geth without data does not take the blocks that were decided", hint=hint)
        _remove_signer_socket(self._settings.remote_signer)
        command = [str(self._programs.cometbft), "start", "--home", str(self._folder.cometbft)]
        await self._launch(Part.COMETBFT, command)
        process = self._processes[Part.COMETBFT]
        # First it replays what the application lacks: no bound here either.
        while not _is_listening(self._settings.ports.consensus_rpc):
            if process.returncode is not None:
                raise self._say_failed(Part.COMETBFT)
            await self._wait_with_geth()

    async def _start_application(self) -> bool:
        """Start the application; return whether geth takes the blocks that it gives back."""
        self._folder.socket.unlink(missing_ok=True)
        await self._launch(Part.APPLICATION, [*self._application, str(self._folder.path)])
        process = self._processes[Part.APPLICATION]
        # It may first have to give geth back all that it lost: no bound but its own end.
        while not self._folder.socket.exists() and process.returncode is None:
            await self._wait_with_geth()
        if process.returncode not in (None, ExitStatus.EXECUTION_LOST):
            raise self._say_failed(Part.APPLICATION)
        return process.returncode is None

    async def _wait_with_geth(self) -> None:
        """Wait a moment. The application, which is waited for, waits for geth: it must not stay away."""
        await asyncio.sleep(_LOOK_EVERY_S)
        if self._processes[Part.GETH].returncode is not None:
            await self._start_geth()

    async def _renew_geth(self) -> None:
        """Let geth begin at block 0."""
        _log.warning("geth lost its state and begins anew", node=self._settings.name)
        await self._stop(Part.GETH)
        await asyncio.to_thread(shutil.rmtree, self._folder.geth / "geth", ignore_errors=True)
        await self._start_geth()

    async def _watch(self) -> None:
        pauses = _Pauses()
        async with ConsensusRpc(f"http://127.0.0.1:{self._settings.ports.consensus_rpc}") as consensus:
            progress = Progress(consensus)
            while True:
                ended = await self._wait_for_end()
                if ended:
                    _log.warning("processes ended", node=self._settings.name, ended=list(map(str, ended)))
                elif await progress.is_stuck():
                    _log.warning("consensus stands still, its peers go on", node=self._settings.name)
                    ended = [Part.COMETBFT]
                else:
                    continue
                await pauses.wait()
                try:
                    await self._start_again(ended)
                except (NodeError, OSError) as failure:
                    # Memory or files may be short for a while: untended, the node would stay down for ever.
                    _log.error("a process does not start", node=self._settings.name, cause=str(failure))

    async def _wait_for_end(self) -> list[Part]:
        """Return which processes ended; none if all ran on for a while."""
        waits = [asyncio.ensure_future(process.wait()) for process in self._processes.values()]
        try:
            await asyncio.wait(waits, timeout=PROGRESS_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return [part for part, process in self._processes.items() if process.returncode is not None]

    async def _start_again(self, ended: Sequence[Part]) -> None:
        if Part.GETH in ended:
            await self._start_geth()
        if Part.APPLICATION in ended or Part.COMETBFT in ended:
            await self._stop(Part.COMETBFT)
            await self._stop(Part.APPLICATION)
            status = self._processes[Part.APPLICATION].returncode
            if status == ExitStatus.EXECUTION_LOST:
                await self._renew_geth()
            elif status == ExitStatus.EXECUTION_REFUSES:
                await self._stop(Part.GETH)
                await self._start_geth()
            await self._start_consensus()

    async def _launch(self, part: Part, command: Sequence[str]) -> None:
        with self._open_log(part) as log:
            self._processes[part] = await asyncio.create_subprocess_exec(
                *guard_command(command), stdout=log, stderr=STDOUT, cwd=self._folder.path
            )

    def _say_failed(self, part: Part) -> NodeError:
        return NodeError(f"{part} does not start", hint=f"See {self._get_log(part)}.")

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


def _remove_signer_socket(address: str) -> None:
    """Clear the way for CometBFT, which cannot listen where it was killed before."""
    if address.startswith(UNIX):
        Path(address.removeprefix(UNIX)).unlink(missing_ok=True)


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
