"""What a network's processes take: processor time and memory, from /proc."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from fieldproof.chain import Devnet

_PROC = Path("/proc")
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Usage:
    """Processes of one kind, all nodes together."""

    cpu_s: float
    """Since they started."""
    memory_bytes: int
    """The greatest resident set of one of them, now."""

    @classmethod
    def read(cls, pids: list[int]) -> Self:
        """Read what living processes took."""
        return cls(sum(map(read_cpu_s, pids)), max(map(_read_memory, pids)))


def read_usage(devnet: Devnet) -> dict[str, Usage]:
    """Return what a running devnet's processes took, by kind."""
    nodes = [supervisor.pids for supervisor in devnet.supervisors]
    return {part.value: Usage.read([pids[part] for pids in nodes]) for part in nodes[0]}


def subtract(after: Mapping[str, Usage], before: Mapping[str, Usage]) -> dict[str, float]:
    """Return the processor seconds between two readings, by kind."""
    return {kind: after[kind].cpu_s - before[kind].cpu_s for kind in after}


def read_cpu_s(pid: int) -> float:
    """Return user and system seconds of a living process."""
    # The second field is the program's name in brackets, which may have spaces.
    fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def _read_memory(pid: int) -> int:
    return int((_PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE_BYTES
