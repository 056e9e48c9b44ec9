"""What a machine has of what Fieldproof needs."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fieldproof.core import FieldproofError
from fieldproof.prove import Toolchain, find_toolchain, get_cache_folder

LEAST_DISK_BYTES = 2 * 2**30
LEAST_MEMORY_BYTES = 2 * 2**30
_VERSION_TIMEOUT_S = 20


@dataclass(frozen=True, slots=True)
class Examined:
    """One part of the machine."""

    part: str
    is_ok: bool
    found: str
    remedy: str | None = None
    """What to do where it is not as it must be."""


def examine_machine() -> tuple[Examined, ...]:
    """Look at Python, memory, disk and toolchain; starts each tool once."""
    findings = [_examine_python(), _examine_memory(), _examine_disk()]
    try:
        toolchain = find_toolchain()
    except FieldproofError as error:
        return (*findings, Examined("toolchain", False, str(error), error.hint))
    if toolchain is None:
        remedy = "Run `fieldproof doctor --install`; it downloads about 100 MB once."
        return (*findings, Examined("toolchain", False, "not installed", remedy))
    return (*findings, *_examine_tools(toolchain))


def _examine_python() -> Examined:
    found = ".".join(map(str, sys.version_info[:3]))
    return Examined("Python", sys.version_info >= (3, 11), found)


def _examine_memory() -> Examined:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Examined(
        "memory",
        total >= LEAST_MEMORY_BYTES,
        f"{total / 2**30:.1f} GiB, {os.cpu_count()} cores",
        None if total >= LEAST_MEMORY_BYTES else "Proofs of small cohorts need 2 GiB.",
    )


def _examine_disk() -> Examined:
    folder = get_cache_folder()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    is_ok = free >= LEAST_DISK_BYTES
    remedy = None if is_ok else "Free 2 GiB there, or name another folder in FIELDPROOF_CACHE."
    return Examined("cache folder", is_ok, f"{get_cache_folder()} ({free / 2**30:.1f} GiB free)", remedy)


def _examine_tools(toolchain: Toolchain) -> list[Examined]:
    commands: tuple[tuple[str, Path, Sequence[str]], ...] = (
        ("Node", toolchain.node, ["--version"]),
        ("Barretenberg", toolchain.bb, ["--version"]),
        ("anvil", toolchain.anvil, ["--version"]),
        ("forge", toolchain.forge, ["--version"]),
        ("solc", toolchain.solc, ["--version"]),
    )
    return [_examine_tool(part, [str(program), *arguments]) for part, program, arguments in commands]


def _examine_tool(part: str, command: Sequence[str]) -> Examined:
    remedy = "Run `fieldproof doctor --install`."
    try:
        finished = subprocess.run(
            command, capture_output=True, text=True, timeout=_VERSION_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Examined(part, False, str(error), remedy)
    lines = [line.strip() for line in finished.stdout.splitlines() if re.search(r"\d+\.\d+\.\d+", line)]
    found = lines[0] if lines else finished.stdout.strip()[:80]
    return Examined(part, finished.returncode == 0, found, None if finished.returncode == 0 else remedy)
