"""Prints what the attacks on the gadgets found: `make soundness`."""

import sys

from fieldproof.prove.toolchain import ensure
from prove.lies import LyingSolver

from .attacks import attack
from .harnesses import HARNESSES
from .statements import STATEMENT
from .test_deletions import ONE_BRANCH

ROW = "| {:18} | {:34} | {:>13} | {:>8} | {:>6} | {} |"


def main() -> int:
    solver = LyingSolver(ensure())
    print(ROW.format("gadget", "hints", "perturbations", "mutants", "killed", "survivors"))
    print(ROW.format("---", "---", "---:", "---:", "---:", "---"))
    holes = 0
    for name, harness in {**HARNESSES, "assert_statement": STATEMENT}.items():
        verdict = attack(harness, solver, perturb=name in HARNESSES)
        branch = ONE_BRANCH.get(name)
        # What this harness does not run is taken away in another one.
        survivors = [each.name for each in verdict.survivors if branch is None or branch not in each.line]
        killed = len(verdict.killed)
        holes += len(survivors) + len(verdict.passed)
        found = "; ".join([*survivors, *(f"PASSES: {lie}" for lie in verdict.passed)]) or "none"
        row = (
            name,
            ", ".join(harness.hints) or "none",
            verdict.perturbations,
            killed + len(survivors),
            killed,
        )
        print(ROW.format(*row, found), flush=True)
    solver.close()
    return int(holes > 0)


if __name__ == "__main__":
    sys.exit(main())
