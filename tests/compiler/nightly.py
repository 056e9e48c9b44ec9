"""`python -m tests.compiler.nightly`: 10,000 random programs in Python, the intermediate form and Noir.

Ten windows each, and three cohorts of four in Noir; programs that the compiler refuses do not count.
Disagreements are printed with their seeds, shrunk, and kept in `regressions`. Takes hours; `--seconds` ends
it sooner, `--first` goes on from a seed.
"""

import argparse
import os
import sys
import time
from collections import Counter, deque
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import count, islice

from fieldproof.prove import WitnessSolver, compile_circuit, ensure, get_gadgets

from .circuits import CircuitOracle
from .differential import Verdict, check_circuits

PROGRAMS_A_CIRCUIT = 50


def main() -> int:
    """Check the seeds; 1 if any program disagrees."""
    parser = argparse.ArgumentParser(prog="python -m tests.compiler.nightly", description=__doc__)
    parser.add_argument("--first", type=int, default=1_000_000, help="first seed")
    parser.add_argument("--programs", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after as many")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    started, counts, earned = time.monotonic(), Counter[str](), 0
    batches = (range(each, each + PROGRAMS_A_CIRCUIT) for each in count(options.first, PROGRAMS_A_CIRCUIT))
    with ProcessPoolExecutor(options.processes) as pool:
        waiting = deque((batch, pool.submit(_check, batch)) for batch in islice(batches, options.processes))
        while counts.total() - counts["refused"] < options.programs:
            batch, checked = waiting.popleft()
            waiting.append((following := next(batches), pool.submit(_check, following)))
            for verdict in checked.result():
                counts[verdict.outcome] += 1
                earned += verdict.rounds
                if verdict.outcome == "disagrees":
                    print(f"seed {verdict.seed}\n{verdict.text}", flush=True)
            spent_s = time.monotonic() - started
            print(
                f"to seed {batch[-1]}: {dict(counts)}, {earned} windows not void, {spent_s:.0f} s", flush=True
            )
            if spent_s > options.seconds:
                break
        pool.shutdown(cancel_futures=True)
    return 1 if counts["disagrees"] else 0


def _check(seeds: range) -> list[Verdict]:
    return check_circuits(seeds, _open_oracle())


@cache
def _open_oracle() -> CircuitOracle:
    """One for each process; its solver ends with it."""
    toolchain = ensure()
    return CircuitOracle(
        lambda source: compile_circuit({"main.nr": source, **get_gadgets()}, toolchain),
        WitnessSolver(toolchain),
    )


if __name__ == "__main__":
    sys.exit(main())
