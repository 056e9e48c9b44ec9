"""`python -m tests.compiler.nightly`: 10,000 random programs, ten windows each, on all processors.

Disagreements are printed with their seeds, shrunk, and kept in `regressions`.
"""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from .differential import ROUNDS, Verdict, check_seed


def main() -> int:
    """Check the seeds; 1 if any program disagrees."""
    parser = argparse.ArgumentParser(prog="python -m tests.compiler.nightly", description=__doc__)
    parser.add_argument("--first", type=int, default=1_000_000, help="first seed")
    parser.add_argument("--programs", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after as many")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    started, counts, earned = time.monotonic(), dict.fromkeys(("agrees", "refused", "disagrees"), 0), 0
    with ProcessPoolExecutor(options.processes) as pool:
        last = options.first + options.programs
        for first in range(options.first, last, 100):
            if time.monotonic() - started > options.seconds:
                break
            for verdict in pool.map(check_seed, range(first, min(first + 100, last)), chunksize=5):
                counts[verdict.outcome] += 1
                earned += verdict.rounds
                _report(verdict)
            print(
                f"seeds {options.first} to {min(first + 100, last) - 1}: {counts}, "
                f"{earned} of {counts['agrees'] * ROUNDS} windows not void, "
                f"{time.monotonic() - started:.0f} s",
                flush=True,
            )
    return 1 if counts["disagrees"] else 0


def _report(verdict: Verdict) -> None:
    if verdict.outcome == "disagrees":
        print(f"seed {verdict.seed}\n{verdict.text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
