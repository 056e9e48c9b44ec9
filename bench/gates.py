"""Gates of what the compiler emits over those of the circuit that a hand wrote for the same statement."""

import asyncio
from collections.abc import Callable

from bench.circuits import COHORT, build_blueprint
from bench.figures import Figure, Section
from bench.twins import BENCHMARK, get_twin_sources
from fieldproof.prove import Barretenberg, compile_circuit, ensure_development_string
from fieldproof.run import Tools

CAPACITIES = {"solar": (16,), "tracker": (16,), COHORT: (16, 64, 256)}
LARGEST_RATIO = 1.15
TABLE = {16: 52_985, 64: 200_761, 256: 966_744}
"""Gates of the cohort by hand when the design was measured; at 256 devices naively written."""


async def measure_gates(tools: Tools, progress: Callable[[str], None]) -> Section:
    """Compile every circuit (cached from the second time on) and count its gates."""
    string = await asyncio.to_thread(ensure_development_string, 1 << 16, tools.cache / "reference-strings")
    bb = Barretenberg(tools.toolchain.bb, string)

    def count(sources: dict[str, str]) -> int:
        artifact = compile_circuit(sources, tools.toolchain, cache=tools.cache / "circuits")
        return bb.count_gates(artifact.bytecode)

    figures: list[Figure] = []
    try:
        for name, capacities in CAPACITIES.items():
            for capacity in capacities:
                progress(f"gates of {name} with {capacity} devices")
                emitted = await asyncio.to_thread(count, dict(build_blueprint(name, capacity).circuit))
                twin_name = BENCHMARK if name == COHORT else name
                twin = await asyncio.to_thread(count, get_twin_sources(twin_name, capacity))
                place = f"{name}, {capacity} devices"
                figures.append(Figure(f"{place}: compiled", emitted, "gates"))
                aim = TABLE[capacity] if name == COHORT else None
                figures.append(Figure(f"{place}: by hand", twin, "gates", at_most=aim))
                figures.append(Figure(f"{place}: ratio", emitted / twin, "", at_most=LARGEST_RATIO))
    finally:
        bb.close()
    return Section(
        "Gates",
        "The examples and the yardstick network (60 readings of a time and a value of 32 bits, void on a "
        "jump, paid by the sum); the hand-written circuits share the gadgets that are not the program's own.",
        tuple(figures),
        "Not shown: whether the gadgets that both share could be smaller.",
    )
