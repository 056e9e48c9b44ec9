"""The machine that was measured on, and how much memory processes took at their peak."""

import os
import platform
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import fieldproof
from fieldproof.prove import VERSIONS

_PROC = Path("/proc")


def describe_machine() -> tuple[str, ...]:
    """Return machine, load and versions, one line each."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{platform.machine()}, {_find_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB",
        f"load when the run began: {os.getloadavg()[0]:.1f}",
        f"{platform.system()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"fieldproof {fieldproof.__version__}",
        ", ".join(f"{name} {version}" for name, version in VERSIONS.items()),
    )


def read_peak_memory() -> dict[str, int]:
    """Return the greatest resident bytes so far of this process ("self") and its living descendants.

    These go by their program; of several the greatest. Empty where the system has no /proc.
    """
    peaks: dict[str, int] = {}
    for process in _walk(os.getpid()):
        try:
            program = (_PROC / str(process) / "exe").readlink().name
            name = "self" if process == os.getpid() else program
            status = (_PROC / str(process) / "status").read_text()
        except OSError:
            continue
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                peaks[name] = max(peaks.get(name, 0), int(line.split()[1]) * 1024)
    return peaks


def restart_peak() -> int:
    """Forget this process's peak so far and return it in bytes; 0 where the system cannot."""
    peak = read_peak_memory().get("self", 0)
    try:
        (_PROC / "self" / "clear_refs").write_text("5")
    except OSError:
        return 0
    return peak


def _walk(process: int) -> Iterator[int]:
    yield process
    for task in (_PROC / str(process) / "task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _walk(int(child))


def _find_processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
