"""The estimate of gates against Barretenberg's own count, and the compiler against hand-written circuits."""

from pathlib import Path

import pytest

from fieldproof.compiler import capture, compile_network, emit_cohort, estimate_cost
from run.networks import STREAKS

from .examples import FOLDER, NAMES, get_example

TWINS = Path(__file__).parents[2] / "bench" / "twins"
TOLERANCE = 0.05
"""Largest error of the estimate."""
LARGEST_RATIO = 1.15
"""Most gates that the compiler may take for one of a circuit written by hand."""


@pytest.mark.parametrize("name", NAMES)
def test_the_estimate_is_close_to_the_count(name, compile_noir, count_gates):
    source = (FOLDER / name / "network.py").read_text().replace("cohort=16", "cohort=4")
    compiled = compile_network(capture({"network.py": source}))
    counted = count_gates(compile_noir(emit_cohort(compiled).source))
    assert estimate_cost(compiled).gates == pytest.approx(counted, rel=TOLERANCE)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_an_emitted_circuit_is_nearly_as_small_as_one_by_hand(name, compile_noir, count_gates):
    compiled = get_example(name)
    counted = count_gates(compile_noir(emit_cohort(compiled).source))
    by_hand = count_gates(compile_noir((TWINS / f"{name}.nr").read_text()))
    assert estimate_cost(compiled).gates == pytest.approx(counted, rel=TOLERANCE)
    assert counted / by_hand <= LARGEST_RATIO


@pytest.mark.parametrize("name", NAMES)
def test_lines_add_up_to_the_program_and_parts_to_the_whole(name):
    report = estimate_cost(get_example(name))
    program = next(part.gates for part in report.parts if part.name == "program")
    assert sum(line.gates for line in report.lines) == pytest.approx(program)
    assert report.gates == pytest.approx(sum(part.gates for part in report.parts), abs=1)
    source = (FOLDER / name / "network.py").read_text().split("\n")
    assert all(source[line.line - 1].strip() for line in report.lines)


def test_the_cost_of_another_capacity_can_be_asked_for():
    compiled = get_example("solar")
    one, many = estimate_cost(compiled, 1), estimate_cost(compiled, 256)
    assert (one.capacity, many.capacity) == (1, 256)
    assert 4000 < (many.gates - one.gates) / 255 < 4500


def test_the_estimate_of_a_program_with_state_is_close_to_the_count(compile_noir, count_gates):
    compiled = compile_network(capture({"network.py": STREAKS.replace("cohort=4", "cohort=64")}))
    report = estimate_cost(compiled)
    counted = count_gates(compile_noir(emit_cohort(compiled).source))
    assert report.gates == pytest.approx(counted, rel=TOLERANCE)
    state = next(part.gates for part in report.parts if part.name == "state")
    # 22 gates for each device, and two hashes of thirteen words.
    assert state == pytest.approx(64 * 22 + 2 * 5 * 74)
