"""`python -m tests.compiler.nightly`: 10,000 random programs, ten windows each; then 400 in Noir.

Disagreements are printed with their seeds, shrunk, and kept in `regressions`.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor

from fieldproof.prove import WitnessSolver, compile_circuit, ensure, get_gadgets

from .circuits import CircuitOracle
from .differential import Verdict, check_circuits, check_seed

_SEEDS_A_LINE = 100
_PROGRAMS_A_CIRCUIT = 20


def main() -> int:
    """Check the seeds; 1 if any program disagrees."""
    parser = argparse.ArgumentParser(prog="python -m tests.compiler.nightly", description=__doc__)
    parser.add_argument("--first", type=int, default=1_000_000, help="first seed")
    parser.add_argument("--programs", type=int, default=10_000, help="compared with the intermediate form")
    parser.add_argument("--circuits", type=int, default=400, help="programs compared with Noir, after them")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after as many")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    last = options.first + options.programs
    ends_at = time.monotonic() + options.seconds
    found = Counter[str]()
    with ProcessPoolExecutor(options.processes) as pool:
        steps = range(options.first, last, _SEEDS_A_LINE)
        lines = (range(first, min(first + _SEEDS_A_LINE, last)) for first in steps)
        evaluated = (pool.map(check_seed, seeds, chunksize=5) for seeds in lines)
        found += _report("in the intermediate form", evaluated, ends_at)
    found += _report("in Noir", _check_in_noir(range(last, last + options.circuits)), ends_at)
    return 1 if found["disagrees"] else 0


def _check_in_noir(seeds: range) -> Iterator[list[Verdict]]:
    toolchain = ensure()
    solver = WitnessSolver(toolchain)
    oracle = CircuitOracle(
        lambda source: compile_circuit({"main.nr": source, **get_gadgets()}, toolchain), solver
    )
    try:
        for first in range(seeds.start, seeds.stop, _PROGRAMS_A_CIRCUIT):
            yield check_circuits(range(first, min(first + _PROGRAMS_A_CIRCUIT, seeds.stop)), oracle)
    finally:
        solver.close()


def _report(where: str, batches: Iterable[Iterable[Verdict]], ends_at: float) -> Counter[str]:
    """Print what is found as it comes, until the time is over."""
    started, counts, earned = time.monotonic(), Counter[str](), 0
    for batch in batches:
        for verdict in batch:
            counts[verdict.outcome] += 1
            earned += verdict.rounds
            if verdict.outcome == "disagrees":
                print(f"seed {verdict.seed}\n{verdict.text}", flush=True)
        print(
            f"{where}, to seed {verdict.seed}: {dict(counts)}, {earned} windows not void, "
            f"{time.monotonic() - started:.0f} s",
            flush=True,
        )
        if time.monotonic() > ends_at:
            break
    return counts


if __name__ == "__main__":
    sys.exit(main())
