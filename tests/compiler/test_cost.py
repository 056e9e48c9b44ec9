"""The estimate of gates against Barretenberg's own count, and the compiler against hand-written circuits."""

import re
from pathlib import Path

import pytest

from fieldproof.compiler import capture, compile_network, emit_cohort, estimate_cost
from fieldproof.networks import NETWORKS, get_network_folder
from fieldproof.run import read_sources
from networks.pins import read

from .examples import FOLDER, NAMES, get_example
from .stages import CHOIR, STREAKS

TWINS = Path(__file__).parents[2] / "bench" / "twins"
TOLERANCE = 0.05
"""Largest error of the estimate."""
LARGEST_RATIO = 1.15
"""Most gates that the compiler may take for one of a circuit written by hand."""

SHIFTING = '''"""A limit for each reading, by which of the six before it are high."""

from fieldproof import U32, Network, Reading, Window, field, program

LIMITS = (9, 14, 22, 31, 43, 60)


class Sample(Reading):
    value: int = field(unit="/", low=0, high=100)


@program
def reward(window: Window[Sample]) -> U32:
    """The sum of the limits."""
    was_high = [False] * len(LIMITS)
    total = 0
    for sample in window:
        limit = 100
        for place in reversed(range(len(LIMITS))):
            if was_high[place]:
                limit = LIMITS[place]
        total += limit
        was_high = ([sample.value > 50] + was_high)[: len(LIMITS)]
    return total


network = Network(
    name="shifting", reading=Sample, program=reward, window="1h", readings_per_window=60, cohort=1,
    pool_per_window="1",
)
'''


@pytest.mark.parametrize("name", NETWORKS)
def test_the_estimate_of_every_network_is_close_to_its_pinned_count(name):
    report = estimate_cost(compile_network(capture(read_sources(get_network_folder(name)))))
    assert report.gates == pytest.approx(read()[name]["gates"], rel=TOLERANCE)
    program = next(part.gates for part in report.parts if part.name == "program")
    assert sum(line.gates for line in report.lines) == pytest.approx(program)
    assert report.gates == pytest.approx(sum(part.gates for part in report.parts), abs=1)


@pytest.mark.parametrize("source", [STREAKS, CHOIR, SHIFTING], ids=["streaks", "choir", "shifting"])
def test_the_estimate_of_a_small_network_is_close_to_the_count(source, compile_noir, count_gates):
    compiled = compile_network(capture({"network.py": source}))
    counted = count_gates(compile_noir(emit_cohort(compiled).source))
    assert estimate_cost(compiled).gates == pytest.approx(counted, rel=TOLERANCE)


@pytest.mark.slow
@pytest.mark.parametrize("capacity", [1, 4, 64])
@pytest.mark.parametrize("name", ["driving", "solar"])
def test_the_estimate_is_close_at_other_capacities(name, capacity, compile_noir, count_gates):
    sources = read_sources(get_network_folder(name))
    changed = {path: re.sub(r"cohort=\d+", f"cohort={capacity}", text) for path, text in sources.items()}
    compiled = compile_network(capture(changed))
    counted = count_gates(compile_noir(emit_cohort(compiled).source))
    assert estimate_cost(compiled).gates == pytest.approx(counted, rel=TOLERANCE)
    stated = compile_network(capture(sources))
    assert estimate_cost(stated, capacity).gates == pytest.approx(counted, rel=TOLERANCE)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_an_emitted_circuit_is_nearly_as_small_as_one_by_hand(name, compile_noir, count_gates):
    compiled = get_example(name)
    counted = count_gates(compile_noir(emit_cohort(compiled).source))
    by_hand = count_gates(compile_noir((TWINS / f"{name}.nr").read_text()))
    assert estimate_cost(compiled).gates == pytest.approx(counted, rel=TOLERANCE)
    assert counted / by_hand <= LARGEST_RATIO


@pytest.mark.parametrize("name", NAMES)
def test_lines_that_take_gates_are_lines_of_the_source(name):
    source = (FOLDER / name / "network.py").read_text().split("\n")
    lines = estimate_cost(get_example(name)).lines
    assert lines
    assert all(source[line.line - 1].strip() and line.gates > 0 for line in lines)


def test_the_cost_of_another_capacity_can_be_asked_for():
    compiled = get_example("solar")
    one, many = estimate_cost(compiled, 1), estimate_cost(compiled, 256)
    assert (one.capacity, many.capacity) == (1, 256)
    assert 4000 < (many.gates - one.gates) / 255 < 4500
