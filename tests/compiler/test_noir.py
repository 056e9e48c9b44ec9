"""Real witnesses of emitted circuits give Python's points, and no other points have a witness."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fieldproof.compiler import Inputs, capture, compile_network, emit_cohort, to_python
from fieldproof.compiler.growing import LONG_SUM_ROUNDS, SUM_PART
from fieldproof.prove import UnsatisfiedError
from fieldproof.prove.inputs import shape_inputs

from .benches import make_bench_inputs, make_bench_source
from .cohorts import make_cohort
from .comparing import compare
from .examples import FOLDER, NAMES, example_windows, get_example

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


LONG = """from fieldproof import U32, Network, Reading, Window, field, program


class Sample(Reading):
    level: int = field(unit="%", low=0, high=100)


@program
def reward(window: Window[Sample]) -> U32:
    last, turned, before, total = 7, 3, 0, 3
    for sample in window:
        if sample.level > 50:
            last = sample.level
    for sample in window:
        turned = sample.level - turned
    for sample in window:
        before = total
        total += sample.level
    return 1_000_000 * last + 10_000 * (turned % 97) + 100 * (before % 89) + total % 83


network = Network(name="long", reading=Sample, program=reward, window="1h", readings_per_window=SLOTS,
    cohort=1, pool_per_window="1")
"""


@pytest.mark.parametrize("slots", [LONG_SUM_ROUNDS, LONG_SUM_ROUNDS + 1, LONG_SUM_ROUNDS + 4 * SUM_PART])
def test_what_a_long_loop_carries_keeps_its_value_where_it_gets_a_fresh_name(slots, compile_noir, solver):
    many = ([5] * slots, [90, *[5] * (slots - 1)], [60, 5, 70] * (slots // 3), range(51), [])
    check_witnesses(LONG.replace("SLOTS", str(slots)), many, compile_noir, solver)


def check_witnesses(source, many, compile_noir, solver):
    """Demand witnesses of Python's points, other ones for each of many windows' levels."""
    compiled = compile_network(capture({"network.py": source}))
    python = to_python(compiled)
    windows = [
        Inputs(tuple((10 * number, level) for number, level in enumerate(levels)), (), 0) for levels in many
    ]
    points = [compare(compiled, python, window).points for window in windows]
    assert len(set(points)) == len(points)
    artifact = compile_noir(make_bench_source(compiled, len(windows)))
    solver.solve(artifact, make_bench_inputs(compiled, windows, points))


COPIED = """from fieldproof import U32, Network, Reading, Window, field, program


class Sample(Reading):
    level: int = field(unit="%", low=0, high=100)


@program
def reward(window: Window[Sample]) -> U32:
    changes = 0
    moving = False
    before = 2
    flags = [False, False]
    earlier = [5, 5]
    swapped, last = True, 9
    for sample in window:
        if before != moving:
            changes += 1
        before = moving
        moving = sample.level > 50
        changes += 100 * earlier[0]
        earlier = [int(flag) for flag in flags]
        flags[0] = sample.level > 70
        last, swapped = int(swapped), not swapped
    return changes + 1_000_000 * last


network = Network(name="copied", reading=Sample, program=reward, window="1h", readings_per_window=40,
    cohort=1, pool_per_window="1")
"""


def test_a_truth_that_is_copied_in_a_loop_is_that_of_the_round_before(compile_noir, solver):
    many = ([5] * 40, [5, 90] * 20, [60, 80, 5, 99, 71] * 3, [])
    check_witnesses(COPIED, many, compile_noir, solver)


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
