"""Programs with state and over a cohort as their authors write them: Python, evaluator and circuit agree."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from fieldproof.compiler import Inputs, emit_cohort, get_state_layout
from fieldproof.protocol import CohortWitness, DeviceState, Statement, compute_state_root
from fieldproof.prove import UnsatisfiedError
from fieldproof.prove.inputs import shape_inputs

from .cohorts import make_statement
from .comparing import Comparison
from .stages import CHOIR, STREAKS

STARTS_AT = 1_700_000_100
WINDOW = 40
Solve = Callable[[Statement, CohortWitness], None]
Seals = Sequence[Inputs | None]


@pytest.fixture(scope="module")
def streaks() -> Comparison:
    return Comparison({"network.py": STREAKS})


@pytest.fixture(scope="module")
def choir() -> Comparison:
    return Comparison({"network.py": CHOIR})


def make_rows(*values: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    return tuple((1000 * number, *each) for number, each in enumerate(values))


def draw_rows(source: random.Random, *ranges: tuple[int, int]) -> tuple[tuple[int, ...], ...]:
    rows = []
    for _ in range(source.choice([0, 1, 2, 3, 3])):
        picked = [source.choice([low, high, 13, source.randint(low, high)]) for low, high in ranges]
        rows.append(tuple(min(value, high) for value, (_, high) in zip(picked, ranges, strict=True)))
    return make_rows(*rows)


def test_a_program_with_state_agrees_over_a_thousand_windows(streaks: Comparison) -> None:
    source, state = random.Random(4), ()
    moved = void = 0
    for number in range(1000):
        state = state if source.random() < 0.9 else (20, -50, 2, 100, 2**32 - 1)
        missed = source.choice([0, 0, 0, 1, 2**32 - 2])
        window = Inputs(
            draw_rows(source, (0, 100)), (source.randint(1, 9),), STARTS_AT, number, missed, state
        )
        if not state:
            window = replace(window, state=(0, 7, 0, -1, 0))
        outcome = streaks.run_python(window)
        moved += outcome.state != window.state
        void += outcome.void is not None
        state = outcome.state
    assert moved > 250
    assert void > 100


def test_two_stages_agree_on_a_thousand_cohorts(choir: Comparison) -> None:
    source, seen = random.Random(5), set()
    for _ in range(1000):
        windows = [Inputs(draw_rows(source, (10, 100), (0, 3)), (), STARTS_AT, WINDOW) for _ in range(4)]
        reports, points = choir.judge(windows)
        seen.add((tuple(each is None for each in reports), max(points) > 10_000))
    assert len(seen) > 20


STATES = (
    DeviceState(WINDOW, (3, 0, 1, 50, 7)),
    DeviceState(WINDOW - 2, (20, -50, 1, 100, 9)),
    DeviceState(WINDOW, (20, 7, 1, -1, 0)),
    DeviceState(0, (0, 7, 0, -1, 0)),
)
LEVELS = (make_rows((90,), (20,)), make_rows((60,)), make_rows((60,)), ())
"""The third device's streak passes what its state holds, the fourth has no reading: both are void."""


def make_streaks(
    streaks: Comparison, states: Sequence[DeviceState] = STATES
) -> tuple[Statement, CohortWitness]:
    layout = get_state_layout(streaks.network)
    assert layout is not None
    seals, points, after = [], [], []
    for place, (rows, state) in enumerate(zip(LEVELS, states, strict=True)):
        window = Inputs(rows, (place + 1,), STARTS_AT, WINDOW, state.count_missed(WINDOW), state.values)
        outcome = streaks.run_python(window)
        seals.append(window)
        points.append(outcome.points)
        after.append(state if outcome.void is not None else DeviceState(WINDOW + 1, outcome.state))
    return make_statement(
        streaks.network,
        seals,
        4,
        points,
        window=WINDOW,
        previous_words=layout.pack(states),
        next_words=layout.pack(after),
    )


def make_solve(comparison: Comparison, compile_noir, solver) -> Solve:
    artifact = compile_noir(emit_cohort(comparison.compiled).source)
    return lambda statement, witness: solver.solve(
        artifact, shape_inputs(artifact, statement.to_fields(), witness.to_inputs())
    )


def test_a_cohort_with_state_is_proven_as_python_says(streaks, compile_noir, solver) -> None:
    solve, layout = make_solve(streaks, compile_noir, solver), get_state_layout(streaks.network)
    statement, witness = make_streaks(streaks)
    after = layout.unpack(statement.state)
    assert statement.points[0] == 4 * 1 + 90
    assert after[0] == DeviceState(WINDOW + 1, (4, 40, 1, 90, WINDOW))
    assert after[1] == DeviceState(WINDOW + 1, (0, -40, 2, 100, 9))
    assert after[2:] == STATES[2:]
    solve(statement, witness)
    for place in range(4):
        points = (*statement.points[:place], statement.points[place] + 1, *statement.points[place + 1 :])
        refuse(solve, replace(statement, points=points), witness)
        for changed in (
            replace(after[place], next_window=after[place].next_window + 1),
            replace(after[place], values=(abs(after[place].values[0] - 1), *after[place].values[1:])),
            replace(after[place], values=(*after[place].values[:4], after[place].values[4] + 1)),
        ):
            words = layout.pack((*after[:place], changed, *after[place + 1 :]))
            refuse(solve, replace(statement, state=words, next_state=compute_state_root(words)), witness)
    refuse(solve, statement, replace(witness, previous_state=statement.state))
    refuse(solve, replace(statement, window=WINDOW + 1), witness)


def test_a_cohort_is_judged_as_python_says(choir, compile_noir, solver) -> None:
    solve = make_solve(choir, compile_noir, solver)
    loud, soft = make_rows((90, 1), (80, 3), (70, 0)), make_rows((10, 2))
    unlucky = make_rows((13, 0))
    for windows in ((loud, soft, None, unlucky), (soft, loud, loud, loud), (None, unlucky), (loud,)):
        seals = [None if rows is None else Inputs(rows, (), STARTS_AT, WINDOW) for rows in windows]
        statement, witness = make_choir(choir, seals)
        solve(statement, witness)
        for place in range(4):
            points = (*statement.points[:place], statement.points[place] + 1, *statement.points[place + 1 :])
            refuse(solve, replace(statement, points=points), witness)
    refuse(solve, replace(statement, settled=1), witness)


def make_choir(choir: Comparison, seals: Seals) -> tuple[Statement, CohortWitness]:
    points = choir.compute_points(seals)
    return make_statement(choir.network, seals, 4, points[: len(seals)], window=WINDOW)


def refuse(solve: Solve, statement: Statement, witness: CohortWitness) -> None:
    with pytest.raises(UnsatisfiedError):
        solve(statement, witness)
