"""What the compiler takes: time and memory by the size of the circuit, and again from the cache."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.circuits import COHORT, get_sources
from bench.compile_once import LIMITS
from bench.figures import Figure, Section
from fieldproof.networks import NETWORKS
from fieldproof.prove import Barretenberg, compile_circuit
from fieldproof.run import Blueprint, Tools

SIZES = ((16, 184), (64, 184), (256, 92))
"""Devices and readings of the yardstick network: about 100,000, 400,000 and 1,000,000 gates."""
LONGEST_S = 5.0
"""For the first of them, and for each 100,000 gates of any network."""
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class CompileTimes:
    """One network from its source to the circuit that bb takes."""

    python_s: float
    """Source to Noir."""
    noir_s: float
    """Noir to ACIR, or reading it from the cache."""
    processor_s: float
    """Of the Noir compiler."""
    python_bytes: int
    noir_bytes: int
    """Greatest resident memory."""

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.python_s + self.noir_s


def compile_apart(sources: Mapping[str, str], cache: Path) -> CompileTimes:
    """Compile a network's source files in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "sources.json"
        file.write_text(json.dumps(dict(sources)))
        command = [sys.executable, "-m", "bench.compile_once", str(file), str(cache)]
        finished = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    measured = json.loads(finished.stdout)
    return CompileTimes(**{field: measured[field] for field in CompileTimes.__dataclass_fields__})


def measure_compiling(tools: Tools, bb: Barretenberg, progress: Callable[[str], None]) -> Section:
    """Compile the yardstick at three sizes, with an empty cache and with the full one."""
    figures: list[Figure] = []
    first: tuple[int, CompileTimes] | None = None
    for capacity, readings in SIZES:
        sources = get_sources(COHORT, cohort=capacity, readings_per_window=readings)
        with tempfile.TemporaryDirectory() as name:
            progress(f"compiling {capacity} devices of {readings} readings")
            times = compile_apart(sources, Path(name))
            again = compile_apart(sources, Path(name))
            artifact = compile_circuit(Blueprint.build(sources).circuit, tools.toolchain, cache=Path(name))
        gates = bb.count_gates(artifact.bytecode)
        place, growth_name = (
            f"{capacity} devices of {readings} readings",
            "growth of time over growth of gates",
        )
        aim = LONGEST_S if first is None else None
        figures += [
            Figure(f"{place}: circuit", gates, "gates"),
            Figure(f"{place}: source to circuit", times.seconds, "s", at_most=aim),
            Figure(f"{place}: … Python to Noir", times.python_s, "s"),
            Figure(f"{place}: … Noir to circuit, processor time", times.processor_s, "s"),
            Figure(f"{place}: again, from the cache", again.seconds, "s"),
            Figure(f"{place}: peak memory, Python", times.python_bytes / _MIB, "MiB"),
            Figure(f"{place}: peak memory, Noir compiler", times.noir_bytes / _MIB, "MiB"),
        ]
        if first is None:
            first = (gates, times)
        else:
            growth = (times.seconds / first[1].seconds) / (gates / first[0])
            figures.append(Figure(f"{place}: {growth_name}", growth, "", at_most=1.0))
    return Section(
        "Compiling",
        "The yardstick network (a time and a value of 32 bits, void on a jump, paid by the sum) from its "
        "source to the circuit that bb takes, each time in a fresh process. Kept by the hash of the "
        "circuit's text and of the tools, both of which the program id fixes. The aim is 5 s for "
        "about 100,000 gates, and no faster growth than that of the gates.",
        tuple(figures),
        "Not shown: key and verifier, which are made once, too. About three seconds of each are the Noir "
        "compiler's start. A window of many thousand readings takes longer for its gates than many devices "
        "do: see the sections below.",
    )


def measure_networks(tools: Tools, bb: Barretenberg, progress: Callable[[str], None]) -> Section:
    """Compile every ready-made network with an empty cache."""
    figures: list[Figure] = []
    for name in NETWORKS:
        sources = get_sources(name)
        progress(f"compiling {name}")
        with tempfile.TemporaryDirectory() as folder:
            times = compile_apart(sources, Path(folder))
            artifact = compile_circuit(
                Blueprint.build(sources).circuit, tools.toolchain, cache=Path(folder), limits=LIMITS
            )
        part = bb.count_gates(artifact.bytecode) / 100_000
        # A small circuit is no faster than the start of the Noir compiler.
        figures += [
            Figure(f"{name}: source to circuit", times.seconds, "s"),
            Figure(f"{name}: … for 100,000 gates", times.seconds / max(part, 1), "s", at_most=LONGEST_S),
        ]
    return Section(
        "Compiling the networks",
        "Every ready-made network at its own capacity, from its source to the circuit, in a fresh process.",
        tuple(figures),
        "Not shown: a second time, which is read from the cache.",
    )
