"""Real witnesses of emitted circuits give Python's points, and no other points have a witness."""

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fieldproof.compiler import CompileError, capture, compile_network, emit_cohort, to_python
from fieldproof.prove import UnsatisfiedError
from fieldproof.prove.inputs import shape_inputs

from .benches import make_bench_inputs, make_bench_source, make_joint_source
from .cohorts import make_cohort
from .comparing import compare
from .examples import FOLDER, NAMES, example_windows, get_example
from .random_programs import ProgramMaker, make_window

BATCH = {"solar": 16, "tracker": 6}


@pytest.mark.parametrize("name", NAMES)
def test_witnesses_of_an_example_give_the_points_of_python(name, compile_noir, solver):
    compiled, size = get_example(name), BATCH[name]
    python = to_python(compiled)
    artifact = compile_noir(make_bench_source(compiled, size))
    earned = 0

    @settings(
        max_examples=6,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(example_windows(name), min_size=size, max_size=size), st.integers(0, size - 1))
    def agree(windows, changed):
        nonlocal earned
        points = [compare(compiled, python, window).points for window in windows]
        earned += sum(1 for each in points if each)
        solver.solve(artifact, make_bench_inputs(compiled, windows, points))
        wrong = [each + (number == changed) for number, each in enumerate(points)]
        with pytest.raises(UnsatisfiedError):
            solver.solve(artifact, make_bench_inputs(compiled, windows, wrong))

    agree()
    assert earned > 0


def run_random_programs(seeds, compile_noir, solver):
    programs = []
    for seed in seeds:
        try:
            programs.append(compile_network(capture({"network.py": ProgramMaker(seed).make()})))
        except CompileError:
            continue
    run_programs(programs, compile_noir, solver, 6)


def run_programs(programs, compile_noir, solver, rounds):
    """Demand Python's points of several programs on three windows a round, and no other points."""
    pythons = [to_python(each) for each in programs]
    artifact = compile_noir(make_joint_source(programs, 3))
    source = random.Random(len(programs))
    for _ in range(rounds):
        windows = [make_window(source) for _ in range(3)]
        expected = [
            [compare(compiled, python, window).points for window in windows]
            for compiled, python in zip(programs, pythons, strict=True)
        ]
        inputs = make_bench_inputs(programs[0], windows, [])
        solver.solve(artifact, {**inputs, "expected": expected})
        expected[source.randrange(len(programs))][source.randrange(3)] += 1
        with pytest.raises(UnsatisfiedError):
            solver.solve(artifact, {**inputs, "expected": expected})


def test_witnesses_of_random_programs_give_the_points_of_python(compile_noir, solver):
    run_random_programs(range(6), compile_noir, solver)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(2000, 2300, 20))
def test_witnesses_of_many_random_programs_give_the_points_of_python(first, compile_noir, solver):
    run_random_programs(range(first, first + 20), compile_noir, solver)


@pytest.fixture(scope="module")
def small_solar():
    source = (FOLDER / "solar" / "network.py").read_text()
    return compile_network(capture({"network.py": source.replace("cohort=16", "cohort=4")}))


@pytest.fixture(scope="module")
def solar_cohort(small_solar):
    """An earning device, an absent one, a void one; the last slot is not registered."""

    def find(wanted):
        python = to_python(small_solar)
        found = []

        @settings(max_examples=200, deadline=None, phases=[Phase.generate], derandomize=True)
        @given(example_windows("solar"))
        def look(window):
            outcome = python(window.rows, window.attributes, window.starts_at)
            if wanted(outcome):
                found.append(window)

        look()
        return max(found, key=lambda window: len(window.rows))

    earning = find(lambda outcome: outcome.points > 0)
    void = replace(find(lambda outcome: outcome.void is not None), starts_at=earning.starts_at)
    return earning, None, void


def test_a_whole_cohort_is_proven_as_protocol_and_python_say(small_solar, solar_cohort, compile_noir, solver):
    artifact = compile_noir(emit_cohort(small_solar).source)
    statement, witness = make_cohort(small_solar, solar_cohort, 4)
    assert statement.points[0] > 0
    assert statement.points[1:] == (0, 0, 0)

    def solve(fields, inputs):
        solver.solve(artifact, shape_inputs(artifact, fields, inputs))

    fields, inputs = statement.to_fields(), witness.to_inputs()
    solve(fields, inputs)
    for changed in (
        replace(statement, points=(statement.points[0] + 1, 0, 0, 0)),
        replace(statement, points=(statement.points[0], 0, 1, 0)),
        replace(statement, starts_at=statement.starts_at // 86_400 * 86_400 + 2 * 3600),  # In the night.
        replace(statement, sealed=0b001),
        replace(statement, sealed=0b111),
        replace(statement, network_id=statement.network_id + 1),
        replace(statement, window=statement.window + 1),
        replace(statement, cohort=statement.cohort + 1),
        replace(statement, key_commitment=statement.key_commitment + 1),
        replace(statement, count=statement.count + 1),
        replace(statement, active=0b110),
        replace(statement, settled=0b001),
        replace(statement, window_root=statement.window_root + 1),
        replace(statement, previous_state=1),
        replace(statement, next_state=1),
    ):
        with pytest.raises(UnsatisfiedError):
            solve(changed.to_fields(), inputs)
    for name in ("attributes", "columns", "counts", "gateways", "salts", "signatures"):
        altered = dict(inputs)
        altered[name] = _add_one(altered[name])
        with pytest.raises(UnsatisfiedError):
            solve(fields, altered)


def _add_one(value):
    """Raise the first number of nested lists by one."""
    return [_add_one(value[0]), *value[1:]] if isinstance(value, list) else value + 1


TINY = (
    "return 5",
    "return len(window)",
    "return window.starts_at % 7",
    "return U8(window.starts_at % 300)",
    "assert window.starts_at % 2 == 0, 'odd'\nreturn 1",
    "return site.a + 5",
    "return U8(site.a)",
    "return window[0].y",
    "return window[-1].y",
    "return 1 // len(window)",
    "return len(window) > 3",
    "return TABLE[window.starts_at % 7] + 50",
    "return TABLE[len(window)] + 50",
    "n = 0\nfor i in range(5):\n    if i < 3:\n        n += TABLE[i] * TABLE[i]\nreturn n",
    "best = -1\nfor i, s in enumerate(window):\n    if best < 0 < s.x:\n        best = i\nreturn best + 1",
    "n = 0\nfor i in range(1, 6):\n    if i < len(window):\n        n += window[i].y\nreturn n",
    "low = 9999\nfor s in window:\n    low = min(low, s.y)\nreturn low",
    "a = 0\nb = 1\nfor s in window:\n    a, b = b, (a + b) * (s.x > 0) + 1\nreturn a",
    "seen = False\nfor s in window:\n    seen = seen or s.x > 90\nreturn 7 if seen else 3",
    "n = 0\nfor s in window:\n    for t in window:\n        n += abs(s.x - t.x) > 30\nreturn n",
    "return sum(isqrt(s.y) for s in window if s.y % 2 == 0)",
    "return max(abs(s.x) for s in window) * 3 // 2",
    "x = len(window) ** 30\nreturn x % 1_000_003",
    "return (len(window) - 3) // 2 + (len(window) - 3) % 2 + 2",
)


def test_witnesses_of_tiny_programs_give_the_points_of_python(compile_noir, solver):
    head, tail = ProgramMaker.make_frame()
    programs = []
    for body in TINY:
        lines = "\n".join("    " + line for line in body.split("\n"))
        programs.append(compile_network(capture({"network.py": head + lines + tail})))
    run_programs(programs, compile_noir, solver, 12)
