"""Runs random programs through Python and the intermediate form; what disagrees is shrunk and kept.

A kept file holds the smallest program found that still disagrees, and the windows on which it does.
"""

import random
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fieldproof.compiler import CompileError, Inputs

from .comparing import Comparison
from .random_programs import make_program
from .shrinking import shrink

REGRESSIONS = Path(__file__).with_name("regressions")
ROUNDS = 10
REFUSABLE = {"FP122", "FP201", "FP203", "FP205", "FP148", "FP152", "FP168", "FP175"}
"""What a random program may honestly be refused for: too large values, operands beyond what bit operations
take, what always raises, a number before a loop that may be missing after a round, and what could raise where
a whole cohort is judged. Other mistakes may follow."""


@dataclass(frozen=True)
class Verdict:
    """What became of a random program."""

    seed: int
    outcome: Literal["agrees", "refused", "disagrees"]
    text: str = ""
    rounds: int = 0
    """How many of the rounds gave points."""


def check_seed(seed: int, rounds: int = ROUNDS, *, keep: bool = True) -> Verdict:
    """Compare the program of a seed on random windows; shrink and keep it if it disagrees."""
    files = make_program(seed).files
    try:
        comparison = Comparison(files)
    except CompileError as refused:
        if REFUSABLE & {each.code.number for each in refused.diagnostics}:
            return Verdict(seed, "refused")
        return Verdict(seed, "disagrees", f"{refused}")
    except Exception:
        return Verdict(seed, "disagrees", traceback.format_exc())
    source, earned = random.Random(seed), 0
    for _ in range(rounds):
        windows = comparison.make_windows(source)
        try:
            earned += comparison.run(windows)
        except Exception:
            text = traceback.format_exc()
            if keep:
                text += f"\nkept as {keep_failure(seed, files, windows)}"
            return Verdict(seed, "disagrees", text)
    return Verdict(seed, "agrees", rounds=earned)


def disagrees(files: Mapping[str, str], windows: Sequence[Inputs]) -> bool:
    """Whether a program compiles, and Python and the intermediate form do not agree on it."""
    try:
        Comparison(files).run(windows)
    except CompileError:
        return False
    except Exception:
        return True
    return False


def keep_failure(seed: int, files: Mapping[str, str], windows: Sequence[Inputs]) -> Path:
    """Shrink a program that disagrees and write it to a file."""
    small = shrink(files, lambda each: disagrees(each, windows))
    path = REGRESSIONS / f"seed_{seed}.py"
    path.write_text(make_regression(f"Found with seed {seed}.", small, windows))
    return path


def make_regression(title: str, files: Mapping[str, str], windows: Sequence[Inputs]) -> str:
    """The text of a kept file."""
    lines = [
        f'"""{title}"""',
        "# ruff: noqa: E501",
        "",
        "from fieldproof.compiler import Inputs",
        "",
        "FILES = {",
    ]
    for path, text in files.items():
        lines.append(f"    {path!r}: '''" + text.replace("\\", "\\\\").replace("'''", '"""') + "''',")
    lines += ["}", "WINDOWS = (", *(f"    {each!r}," for each in windows), ")", ""]
    return "\n".join(lines)
