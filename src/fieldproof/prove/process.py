"""Processes of other programs, held to limits of time and resident memory and ended as a whole group.

The limit is on resident memory because a limit on address space kills V8. A guarded process dies with
this one (Linux; elsewhere its standard input closes, which ends the Node helpers).
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fieldproof.core.launcher import guard_command
from fieldproof.prove.errors import LimitError, ProcessError

_SAMPLE_SECONDS = 0.2
_KEPT_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process may use."""

    seconds: float | None
    """Wall-clock seconds from its start, or None for a process that stays."""
    resident_bytes: int
    """Resident memory of its whole process group."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How a process ended."""

    exit_status: int
    stdout: bytes
    stderr: bytes
    seconds: float
    peak_resident_bytes: int
    """Greatest resident memory that the samples saw, taken five times a second."""


class GuardedProcess:
    """One process in a group of its own, watched from the thread that started it.

    The thread lives as long as the process: Linux sends the signal of a parent's death when the thread
    that forked ends.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        limits: Limits,
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.name = Path(command[0]).name
        self.limits = limits
        self.peak_resident_bytes = 0
        self._command = [str(part) for part in command]
        self._environment = environment
        self._folder = folder
        self._breach: str | None = None
        self._failure: BaseException | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._started = threading.Event()
        self._tail = bytearray()
        self._watcher = threading.Thread(target=self._watch, name=f"watch {self.name}", daemon=True)
        self._watcher.start()
        self._started.wait()
        if self._failure is not None:
            raise ProcessError(f"cannot start {command[0]}: {self._failure}") from self._failure

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process, with pipes at its standard input and output."""
        if self._process is None:
            raise RuntimeError("bug: a guarded process is used before it started")
        return self._process

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self.process.poll() is None

    @property
    def stderr_tail(self) -> bytes:
        """The last 64 KiB of standard error."""
        return bytes(self._tail)

    def describe_end(self) -> ProcessError:
        """Return the error that says why the process is gone."""
        self._watcher.join(timeout=5)
        if self._breach is not None:
            return LimitError(f"{self.name} {self._breach}", hint="Take a smaller circuit or a larger limit.")
        tail = self.stderr_tail.decode("utf-8", "replace").strip()[-2000:]
        return ProcessError(f"{self.name} ended with status {self.process.poll()}. {tail}".strip())

    def kill(self) -> None:
        """End the whole group at once and wait until it is gone."""
        self._kill_group()
        self._watcher.join(timeout=10)

    def _kill_group(self) -> None:
        # The group's number is the first process's; while that one is not reaped nobody else can have it.
        if self.process.poll() is None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return

    def _watch(self) -> None:
        started = time.monotonic()
        try:
            process = subprocess.Popen(
                guard_command(self._command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=None if self._environment is None else {**os.environ, **self._environment},
                cwd=self._folder,
                start_new_session=True,
            )
        except OSError as failure:
            self._failure = failure
            self._started.set()
            return
        self._process = process
        drain = threading.Thread(target=self._drain, args=(process.stderr,), daemon=True)
        drain.start()
        self._started.set()
        while True:
            try:
                process.wait(timeout=_SAMPLE_SECONDS)
                break
            except subprocess.TimeoutExpired:
                self._check_limits(time.monotonic() - started)
        # What the process left behind would hold its pipes open, and whoever reads them.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        drain.join(timeout=1)

    def _check_limits(self, seconds: float) -> None:
        resident = get_resident_bytes(self.process.pid)
        self.peak_resident_bytes = max(self.peak_resident_bytes, resident)
        if resident > self.limits.resident_bytes:
            self._breach = (
                f"used {resident // 2**20} MiB of memory, "
                f"its limit is {self.limits.resident_bytes // 2**20} MiB"
            )
        elif self.limits.seconds is not None and seconds > self.limits.seconds:
            self._breach = f"ran longer than its limit of {self.limits.seconds:g} s"
        if self._breach is not None:
            self._kill_group()

    def _drain(self, stream: IO[bytes] | None) -> None:
        if stream is None:
            return
        while chunk := os.read(stream.fileno(), 4096):
            self._tail += chunk
            del self._tail[:-_KEPT_BYTES]
        stream.close()


def run_limited(
    command: Sequence[str | Path],
    limits: Limits,
    *,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Finished:
    """Run a command to its end.

    Raises `LimitError` when it passed a limit; any exit status is returned, not raised.
    """
    started = time.monotonic()
    guarded = GuardedProcess(command, limits, environment=environment, folder=folder)
    process = guarded.process
    feeder = threading.Thread(target=_feed, args=(process.stdin, stdin), daemon=True)
    feeder.start()
    try:
        stdout = process.stdout.read() if process.stdout else b""
        status = process.wait()
    finally:
        guarded.kill()
        feeder.join(timeout=1)
        if process.stdout:
            process.stdout.close()
    if guarded._breach is not None:
        raise guarded.describe_end()
    return Finished(
        status, stdout, guarded.stderr_tail, time.monotonic() - started, guarded.peak_resident_bytes
    )


def get_resident_bytes(group: int) -> int:
    """Return the resident memory of a process group in bytes; 0 when it is gone."""
    if not sys.platform.startswith("linux"):
        listed = subprocess.run(
            ["ps", "-o", "rss=", "-g", str(group)], capture_output=True, text=True, check=False
        )
        return sum(int(line) * 1024 for line in listed.stdout.split())
    return sum(map(_get_resident_bytes_of, _get_family(group)))


def _get_family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(member for child in children for member in _get_family(int(child)))]


def _get_resident_bytes_of(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _feed(stream: IO[bytes] | None, data: bytes) -> None:
    if stream is None:
        return
    try:
        stream.write(data)
        stream.close()
    except BrokenPipeError:
        return
