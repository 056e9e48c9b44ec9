"""Every function of the library as a program: Python, the evaluator and real witnesses say the same."""

import random
from types import FunctionType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.benches import make_bench_inputs, make_joint_source
from compiler.comparing import compare
from compiler.strategies import windows
from fieldproof import library
from fieldproof.compiler import Inputs, to_python
from fieldproof.prove import UnsatisfiedError

from .programs import EXPRESSIONS, compile_program

TURN = 1_800_000_000


def test_every_function_has_a_program() -> None:
    assert set(EXPRESSIONS) == {
        name for name in library.__all__ if isinstance(getattr(library, name), FunctionType)
    }


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_the_evaluator_says_what_python_says(name: str) -> None:
    compiled = compile_program(name)
    python = to_python(compiled)

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(windows(compiled.network), st.sampled_from([None, 946_684_800, 1_700_000_000, 4_102_444_799]))
    def agree(window: Inputs, starts_at: int | None) -> None:
        time = window.starts_at if starts_at is None else starts_at
        compare(compiled, python, Inputs(window.rows, window.attributes, time))

    agree()


def make_inputs(source: random.Random) -> Inputs:
    rows = tuple(
        (1000 * number, source.choice([0, 0, 1, 50_000, source.randint(-1000, 100_000)]))
        for number in range(source.choice([1, 5, 6]))
    )
    latitude = source.choice([-TURN // 2, TURN // 2, source.randint(-TURN // 2, TURN // 2)])
    longitude = source.choice([-TURN, TURN, 0, source.randint(-TURN, TURN)])
    number = source.choice([1, 2**31, 2**32 - 1, source.randint(1, 2**32 - 1)])
    return Inputs(rows, (latitude, longitude, number), source.randint(946_684_800, 4_102_444_799))


def test_witnesses_give_the_points_of_python(compile_noir, solver) -> None:
    programs = [compile_program(name) for name in EXPRESSIONS]
    pythons = [to_python(each) for each in programs]
    artifact = compile_noir(make_joint_source(programs, 2))
    source = random.Random(4)
    earning = set()
    for _ in range(8):
        given_windows = [make_inputs(source) for _ in range(2)]
        expected = [
            [compare(compiled, python, window).points for window in given_windows]
            for compiled, python in zip(programs, pythons, strict=True)
        ]
        earning |= {name for name, points in zip(EXPRESSIONS, expected, strict=True) if any(points)}
        inputs = make_bench_inputs(programs[0], given_windows, [])
        solver.solve(artifact, {**inputs, "expected": expected})
        expected[source.randrange(len(programs))][source.randrange(2)] += 1
        with pytest.raises(UnsatisfiedError):
            solver.solve(artifact, {**inputs, "expected": expected})
    assert earning >= set(EXPRESSIONS) - {"is_in_polygon", "is_within_chord", "same_cell"}
