"""The compiler's part of the bench: gates beside a hand's, compile time and memory, long windows, EZKL."""

import asyncio
import shutil
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.beside import measure_beside, prove_bare
from bench.circuits import DAY, get_sources
from bench.compile_once import LIMITS
from bench.compiling import LONGEST_S, compile_apart, measure_compiling, measure_networks
from bench.figures import Figure, Section
from bench.proving import make_rows, prove_window
from bench.twins import get_twin_sources, has_twin
from fieldproof.networks import NETWORKS
from fieldproof.prove import Barretenberg, compile_circuit, ensure_development_string
from fieldproof.run import Blueprint, Tools

LARGEST_MEDIAN, LARGEST_RATIO = 1.15, 1.3
DAY_READINGS = 28_800
DAY_GATES, LARGEST_DAY_RATIO = 471_597, 1.15
"""Sum, range check and commitment of so many readings of 64 bits, by hand, when the design was measured."""
SPREAD = 0x9E37_79B9_7F4A_7C15
"""An odd number whose multiples are spread over any range."""
_MIB = 2**20


def measure_compiler(tools: Tools, progress: Callable[[str], None]) -> list[Section]:
    """Measure all of it."""
    string = ensure_development_string(1 << 16, tools.cache / "reference-strings")
    bb = Barretenberg(tools.toolchain.bb, string)
    try:
        return [
            _measure_gates(tools, bb, progress),
            measure_compiling(tools, bb, progress),
            measure_networks(tools, bb, progress),
            _measure_day(tools, progress),
            asyncio.run(measure_beside(tools, progress)),
        ]
    finally:
        bb.close()


def _measure_gates(tools: Tools, bb: Barretenberg, progress: Callable[[str], None]) -> Section:
    def count(sources: dict[str, str]) -> int:
        cache = tools.cache / "circuits"
        return bb.count_gates(compile_circuit(sources, tools.toolchain, cache=cache, limits=LIMITS).bytecode)

    figures: list[Figure] = []
    ratios: list[float] = []
    for name in NETWORKS:
        progress(f"gates of {name}")
        blueprint = Blueprint.build(get_sources(name))
        capacity = blueprint.settings.cohort
        place = f"{name}, {capacity} devices"
        emitted = count(dict(blueprint.circuit))
        figures.append(Figure(f"{place}: compiled", emitted, "gates"))
        if has_twin(name):
            twin = count(get_twin_sources(name, capacity))
            ratios.append(emitted / twin)
            figures.append(Figure(f"{place}: by hand", twin, "gates"))
            figures.append(Figure(f"{place}: ratio", ratios[-1], "", at_most=LARGEST_RATIO))
    figures.append(Figure("median of the ratios", statistics.median(ratios), "", at_most=LARGEST_MEDIAN))
    return Section(
        "Gates over a hand's",
        "Every ready-made network at its own capacity, and the circuit that a hand wrote for the same "
        "statement; both share the gadgets that are not the program's own.",
        tuple(figures),
        "Not shown: whether the gadgets that both share could be smaller.",
    )


def _measure_day(tools: Tools, progress: Callable[[str], None]) -> Section:
    figures: list[Figure] = []
    by_hand = f"over {DAY_GATES:,} by hand"
    for bits in (64, 32):
        sources = get_sources(
            DAY, readings_per_window=DAY_READINGS, high=(1 << bits) - 1, PART=1 << bits - 16
        )
        progress(f"compiling {DAY_READINGS:,} readings of {bits} bits")
        with tempfile.TemporaryDirectory() as name:
            times = compile_apart(sources, Path(name))
            shutil.copytree(name, tools.cache / "circuits", dirs_exist_ok=True)
        blueprint = Blueprint.build(sources)
        progress(f"proving {DAY_READINGS:,} readings of {bits} bits")
        values = [index * SPREAD % (1 << bits) for index in range(DAY_READINGS)]
        rows = make_rows(values, blueprint.settings.window_s)
        proven = asyncio.run(prove_window(tools, blueprint, rows, sum(values) >> bits - 16))
        place = f"{bits} bits"
        bare, _ = asyncio.run(prove_bare(tools, values, bits))
        figures += [
            Figure(f"{place}, the statement alone: circuit", bare, "gates"),
            Figure(
                f"{place}, the statement alone: {by_hand}", bare / DAY_GATES, "", at_most=LARGEST_DAY_RATIO
            ),
            Figure(f"{place}: circuit", proven.gate_count, "gates"),
            Figure(f"{place}: {by_hand}", proven.gate_count / DAY_GATES, "", at_most=LARGEST_DAY_RATIO),
            Figure(f"{place}: source to circuit", times.seconds, "s"),
            Figure(
                f"{place}: … for 100,000 gates",
                times.seconds * 100_000 / proven.gate_count,
                "s",
                at_most=LONGEST_S,
            ),
            Figure(f"{place}: peak memory, Noir compiler", times.noir_bytes / _MIB, "MiB"),
            Figure(f"{place}: witness", proven.proof.witness_seconds, "s"),
            Figure(f"{place}: proof", proven.proof.proving_seconds, "s"),
            Figure(f"{place}: peak memory, bb", proven.proof.peak_bytes / _MIB, "MiB"),
        ]
    return Section(
        f"A window of {DAY_READINGS:,} readings",
        "A reading every three seconds of a day, by one device, in one proof that its contract accepted. "
        f"{DAY_GATES:,} gates are sum, range check and commitment of as many readings of 64 bits by hand. "
        "The statement alone is the same with the gadgets of every network (bench/beside.nr). "
        "The network's statement has more in it: the time of each reading (27 bits, rising, committed to), "
        "which slots are empty, the seal, the key chain, the result.",
        tuple(figures),
        "Not shown: several devices with such windows; they are proven one by one.",
    )
