"""Random programs of the whole language: Python, the intermediate form before and after simplifying, Noir."""

import random
import runpy

import pytest

from fieldproof.compiler import CompileError, capture, compile_network
from fieldproof.prove import UnsatisfiedError

from .comparing import Comparison
from .differential import REFUSABLE, REGRESSIONS, check_seed
from .joint import choose_windows, make_joint_inputs, make_joint_source
from .random_programs import CAPACITY, make_program
from .shrinking import shrink

FAST, FAST_NOIR, SLOW, BATCH = range(60), range(6), range(2000, 2300), 20


def check_seeds(seeds: range) -> None:
    verdicts = [check_seed(seed) for seed in seeds]
    wrong = [f"seed {each.seed}\n{each.text}" for each in verdicts if each.outcome == "disagrees"]
    assert not wrong, "\n".join(wrong)
    assert sum(each.outcome == "agrees" for each in verdicts) > len(seeds) // 2


@pytest.mark.parametrize("first", range(FAST.start, FAST.stop, 10))
def test_random_programs_agree(first: int) -> None:
    check_seeds(range(first, first + 10))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(SLOW.start, SLOW.stop, 50))
def test_many_random_programs_agree(first: int) -> None:
    check_seeds(range(first, first + 50))


def test_bounds_that_are_guessed_and_proven_hold_in_random_programs(monkeypatch) -> None:
    monkeypatch.setattr("fieldproof.compiler.analyse.LONG_LOOP_ROUNDS", 1)
    check_seeds(range(60, 70))


def check_witnesses(seeds: range, compile_noir, solver, rounds: int) -> None:
    """Demand of one circuit over the programs what Python says, and nothing else."""
    comparisons, kept = [], []
    for seed in seeds:
        try:
            comparisons.append(Comparison(make_program(seed).files))
        except CompileError as refused:
            if not REFUSABLE & {each.code.number for each in refused.diagnostics}:
                pytest.fail(f"seed {seed}\n{refused}")
            continue
        kept.append(seed)
    artifact, source = compile_noir(make_joint_source(comparisons)), random.Random(seeds.start)
    for _ in range(rounds):
        windows = choose_windows(comparisons[0], source)
        inputs, expected = make_joint_inputs(comparisons, windows)
        try:
            solver.solve(artifact, {**inputs, "expected": expected})
        except UnsatisfiedError as refused:
            pytest.fail(f"{refused}\nprograms of the seeds {kept}, in the circuit's order\n{windows}")
        changed = source.randrange(len(kept))
        expected[changed][source.randrange(CAPACITY)][0] += 1
        with pytest.raises(UnsatisfiedError):
            solver.solve(artifact, {**inputs, "expected": expected})


def test_witnesses_of_random_programs_give_what_python_gives(compile_noir, solver) -> None:
    check_witnesses(FAST_NOIR, compile_noir, solver, 3)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(SLOW.start, SLOW.stop, BATCH))
def test_witnesses_of_many_random_programs_give_what_python_gives(first, compile_noir, solver) -> None:
    check_witnesses(range(first, first + BATCH), compile_noir, solver, 3)


@pytest.mark.parametrize("path", sorted(REGRESSIONS.glob("*.py")), ids=lambda path: path.stem)
def test_what_disagreed_once_agrees(path) -> None:
    kept = runpy.run_path(str(path))
    comparison = Comparison(kept["FILES"])
    comparison.run(kept["WINDOWS"])
    source = random.Random(path.stem)
    for _ in range(50):
        comparison.run(comparison.make_windows(source))


def test_a_program_that_disagrees_is_made_small() -> None:
    files = make_program(6).files

    def divides(smaller) -> bool:
        try:
            compile_network(capture(dict(smaller)))
        except CompileError:
            return False
        return " // " in smaller["network.py"].split("@program")[1]

    small = shrink(files, divides, seconds=20)
    assert divides(small)
    assert len(small["network.py"]) < len(files["network.py"]) * 2 // 3
