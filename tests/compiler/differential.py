"""Runs random programs through Python, the intermediate form and Noir; what disagrees is shrunk and kept.

A kept file holds the smallest program found that still disagrees, and the windows on which it does: none
where the compiler broke.
"""

import random
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from fieldproof.compiler import CompileError, Inputs

from .circuits import CircuitOracle, find_in_circuits
from .comparing import Comparison
from .joint import choose_windows
from .random_programs import make_program
from .shrinking import choose_first, shrink

REGRESSIONS = Path(__file__).with_name("regressions")
ROUNDS = 10
COHORTS = 3
CIRCUIT_BATCH = 16
"""Programs that are compiled together while one is made smaller: the compiler takes seconds to start up."""
CIRCUIT_SECONDS = 600.0
MOST_STEPS = 20_000
"""Of a program that is put into a circuit with others: Noir takes minutes for the few that take more."""
REFUSABLE = {"FP110", "FP122", "FP201", "FP203", "FP205", "FP208", "FP148", "FP152", "FP175"}
"""What a random program may honestly be refused for: too large values, what always raises, a number before a
loop that may be missing after a round, a table or part that a loop or one of two ways changes, and what could
raise where a whole cohort is judged. Other mistakes may follow. Bit operations stand on values that are never
negative: none is refused for its operands."""


@dataclass(frozen=True)
class Verdict:
    """What became of a random program."""

    seed: int
    outcome: Literal["agrees", "agrees without Noir", "refused", "disagrees"]
    text: str = ""
    rounds: int = 0
    """How many of the rounds gave points."""


def check_seed(seed: int, rounds: int = ROUNDS, *, folder: Path | None = REGRESSIONS) -> Verdict:
    """Compare the program of a seed on random windows; if it disagrees, shrink it and keep it in a folder."""
    return _compare_seed(seed, rounds, folder)[0]


def _compare_seed(seed: int, rounds: int, folder: Path | None) -> tuple[Verdict, Comparison | None]:
    """The verdict, and what was compared if it agrees."""
    files = make_program(seed).files
    try:
        comparison = Comparison(files)
    except CompileError as refused:
        if REFUSABLE & {each.code.number for each in refused.diagnostics}:
            return Verdict(seed, "refused"), None
        return Verdict(seed, "disagrees", f"{refused}"), None
    except Exception:
        return _conclude(seed, files, (), folder), None
    source, earned = random.Random(seed), 0
    for _ in range(rounds):
        windows = comparison.make_windows(source)
        try:
            earned += comparison.run(windows)
        except Exception:
            return _conclude(seed, files, windows, folder), None
    return Verdict(seed, "agrees", rounds=earned), comparison


def _conclude(seed: int, files: Mapping[str, str], windows: Sequence[Inputs], folder: Path | None) -> Verdict:
    """The verdict on a failure that is being handled."""
    text = traceback.format_exc()
    if folder is not None:
        small = shrink(files, choose_first(lambda each: disagrees(each, windows)))
        text += f"\nkept as {keep(folder, seed, small, windows)}"
    return Verdict(seed, "disagrees", text)


def disagrees(files: Mapping[str, str], windows: Sequence[Inputs]) -> bool:
    """Whether the compiler breaks on a program, or Python and the intermediate form do not agree on it."""
    try:
        comparison = Comparison(files)
        if windows:
            comparison.run(windows)
    except CompileError:
        return False
    except Exception:
        return True
    return False


def check_circuits(
    seeds: Sequence[int], oracle: CircuitOracle, *, folder: Path | None = REGRESSIONS
) -> list[Verdict]:
    """Compare the programs of some seeds with Python, in one circuit on a few random cohorts, too."""
    compared = {seed: _compare_seed(seed, ROUNDS, folder) for seed in seeds}
    verdicts = {seed: verdict for seed, (verdict, _) in compared.items()}
    agreeing = {seed: each for seed, (_, each) in compared.items() if each is not None}
    for seed in [seed for seed, each in agreeing.items() if each.steps > MOST_STEPS]:
        del agreeing[seed]
        verdicts[seed] = replace(verdicts[seed], outcome="agrees without Noir")
    kept, comparisons = list(agreeing), list(agreeing.values())
    source = random.Random(kept[0] if kept else 0)
    cohorts = [choose_windows(comparisons[0], source) for _ in range(COHORTS)] if kept else []
    for number, cohort in oracle.find_wrong(comparisons, cohorts).items():
        seed = kept[number]
        text = "Noir gives something else than Python"
        if folder is not None:
            files = make_program(seed).files
            small = shrink(
                files,
                lambda each, cohort=cohort: find_in_circuits(oracle, each, cohort),
                CIRCUIT_SECONDS,
                CIRCUIT_BATCH,
            )
            text += f"\nkept as {keep(folder, seed, small, cohort)}"
        verdicts[seed] = Verdict(seed, "disagrees", text)
    return list(verdicts.values())


def keep(folder: Path, seed: int, files: Mapping[str, str], windows: Sequence[Inputs]) -> Path:
    """Write a program to a file of its own."""
    path = folder / f"seed_{seed}.py"
    path.write_text(make_regression(f"Found with seed {seed}.", files, windows))
    return path


def make_regression(title: str, files: Mapping[str, str], windows: Sequence[Inputs]) -> str:
    """The text of a kept file."""
    lines = [
        f'"""{title}"""',
        "# The program stands as it was generated.",
        "# ruff: noqa: E501",
        "",
        *(["from fieldproof.compiler import Inputs", ""] if windows else []),
        "FILES = {",
    ]
    for path, text in files.items():
        lines.append(f"    {path!r}: '''" + text.replace("\\", "\\\\").replace("'''", '"""') + "''',")
    lines += ["}", "WINDOWS = (", *(f"    {each!r}," for each in windows), ")", ""]
    return "\n".join(lines)
