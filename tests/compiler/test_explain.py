"""What is said of a line holds: bounds that no run leaves, and a chain back to fields and loops."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings

from fieldproof.compiler import Inputs, capture, to_python
from fieldproof.compiler.compiled import analyse_network
from fieldproof.compiler.diagnostics import Reporter
from fieldproof.compiler.errors import CompileError, LineError
from fieldproof.compiler.explain import Explanation, explain, render_text
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.mistake_pages import Example, make_files, make_source
from fieldproof.compiler.provenance import Origin, Provenance
from fieldproof.compiler.spans import SpanIndex
from fieldproof.networks import get_network_folder
from fieldproof.run import read_sources

from .examples import NAMES, example_windows, get_example

HELPER = """
def weigh(value: int, factor: int) -> int:
    return value * factor


@program
def reward(window: Window[Sample], site: Site) -> U32:
    total = 0
    for sample in window:
        for step in range(1, 4):
            total = total + weigh(max(sample.temperature, 0), step)
    highest = max(sample.temperature for sample in window)
    low, high = min(highest, 5), 7
    count = 0
    for number, sample in enumerate(window):
        count = number
    return total + max(low, 0) + high + count
"""


def find_line(source: str, text: str) -> int:
    (line,) = (number for number, each in enumerate(source.split("\n"), 1) if text in each)
    return line


def explain_line(name: str, text: str) -> Explanation:
    network = get_example(name).network
    return explain(network, "network.py", find_line(dict(network.sources)["network.py"], text))


def explain_source(text: str, wanted: str, *, kind: str = "module") -> Explanation:
    source = make_source(Example(kind, text.strip("\n")))
    return explain(capture({"network.py": source}), "network.py", find_line(source, wanted))


def get_origin(explanation: Explanation, text: str) -> Origin:
    return next(each for each in explanation.values if each.text == text)


def test_a_sum_is_explained_by_its_loop_and_the_field_that_it_adds() -> None:
    total = get_origin(explain_line("solar", "total += sample.irradiance"), "total")
    assert total.bounds == Interval(0, 960_000)
    assert total.reason == "60 rounds each add sample.irradiance, 0 … 16,000 (line 55)"
    (field,) = total.parts
    assert field.reason == "field of Sample, in W/m2, scale 10 (line 14)"


def test_a_result_is_followed_through_helpers_to_the_fields() -> None:
    explanation = explain_line("tracker", "step_mm = isqrt(")
    text = render_text(explanation)
    for part in ("after.latitude is -900,000,000 … 900,000,000: field of Fix", "what cosine returns"):
        assert part in text
    assert text.count("field of Fix, in lat") == 2


def test_what_was_said_once_is_not_said_again() -> None:
    text = render_text(explain_line("solar", "return total * site.panel_area"))
    assert text.count("60 rounds each add") == 1
    assert text.count("field of Site") == 1


def test_a_division_and_a_comparison_say_their_bits() -> None:
    explanation = explain_line("solar", "return total * site.panel_area")
    (note,) = explanation.notes
    assert note.text.startswith("a division by 6,000: a quotient of 20 bits, a rest of 13")
    assert sum(each.gates for each in explanation.costs) > 100
    (note,) = explain_line("solar", "assert too_bright * 10").notes
    assert note.text == "a comparison of 10 bits: its sides differ by -600 … 60"


def test_rounds_of_loops_inside_one_another_multiply() -> None:
    total = get_origin(explain_source(HELPER, "total = total + weigh"), "total")
    assert total.bounds == Interval(0, 60 * 3 * 1800)
    assert total.reason.startswith("180 rounds each add weigh(max(sample.temperature, 0), step), 0 … 1,800")


def test_parameters_and_results_of_helpers_are_what_they_are_called_with() -> None:
    explanation = explain_source(HELPER, "return value * factor")
    assert get_origin(explanation, "value").bounds == Interval(0, 600)
    assert get_origin(explanation, "factor").bounds == Interval(1, 3)
    assert get_origin(explanation, "factor").reason == "what weigh is called with"


def test_generators_tuples_and_counters_are_explained() -> None:
    highest = get_origin(explain_source(HELPER, "highest = max("), "highest")
    assert highest.bounds == Interval(-400, 600)
    assert "the max of sample.temperature in 60 rounds" in highest.reason
    explanation = explain_source(HELPER, "low, high = min(")
    assert get_origin(explanation, "low").bounds == Interval(-400, 5)
    assert get_origin(explanation, "high").bounds == Interval(7, 7)
    assert get_origin(explain_source(HELPER, "count = number"), "count").bounds == Interval(0, 59)


OTHER_FILE = """
# network.py
from rules import LEAST, Kind, Streak, weigh


@program
def reward(window: Window[Sample], site: Site, streak: Streak) -> tuple[U32, Streak]:
    kind = Kind.WITNESS if site.sensors > 2 else Kind.BEACON
    weight = weigh(len(window), LEAST)
    days = min(streak.days + 1, 9)
    return weight + kind, Streak(days)
# rules.py
from dataclasses import dataclass
from enum import IntEnum

from fieldproof import Int

LEAST = 45


class Kind(IntEnum):
    BEACON = 1
    WITNESS = 4


@dataclass(frozen=True)
class Streak:
    days: Int[0, 9] = 0


def weigh(value: int, factor: int) -> int:
    return value * factor
"""


def test_helpers_constants_and_classes_of_other_files_are_followed() -> None:
    files = make_files(Example("files", OTHER_FILE.strip("\n")))
    network = capture(files)

    def explain_there(path: str, wanted: str) -> Explanation:
        return explain(network, path, find_line(files[path], wanted))

    weight = get_origin(explain_there("network.py", "weight = weigh("), "weight")
    assert weight.bounds == Interval(0, 60 * 45)
    assert get_origin(explain_there("rules.py", "return value * factor"), "factor").bounds == Interval(45, 45)
    kind = get_origin(explain_there("network.py", "kind = Kind."), "kind")
    assert kind.bounds == Interval(1, 4)
    assert {each.reason for each in kind.parts} == {"a member of Kind"}
    days = get_origin(explain_there("network.py", "days = min("), "streak.days")
    assert days.reason == "field of Streak, declared Int[0, 9] (line 16)"


def test_lines_of_both_stages_of_a_cohort_program_are_explained() -> None:
    folder = get_network_folder("coverage")
    network = capture(read_sources(folder))
    source = dict(network.sources)["network.py"]
    line = find_line(source, "and witness.heard_level[place] * 100 <= most")
    (note,) = explain(network, "network.py", line).notes
    assert note.text.startswith("a comparison of 24 bits")


def test_a_value_that_grows_too_large_is_explained_all_the_same() -> None:
    lines = "total = site.sensors ** 64 * site.sensors ** 64\nreturn total % 7"
    explanation = explain_source(lines, "total = ", kind="")
    assert "total is 1 … 2**250 or more" in render_text(explanation)
    (mistake,) = explanation.mistakes
    assert "FP201" in mistake
    assert explanation.costs == ()


def test_other_mistakes_come_first() -> None:
    with pytest.raises(CompileError):
        explain_source("return totl", "return totl", kind="")


def test_a_line_outside_functions_and_a_file_that_takes_no_part_are_refused() -> None:
    network = get_example("solar").network
    with pytest.raises(LineError, match=r"line 1 of network\.py stands in no function"):
        explain(network, "network.py", 1)
    with pytest.raises(LineError, match="takes no part"):
        explain(network, "other.py", 1)


def test_every_line_of_an_example_can_be_explained() -> None:
    network = get_example("solar").network
    for function in network.functions:
        for line in range(function.lineno, (function.end_lineno or 0) + 1):
            assert render_text(explain(network, "network.py", line)).startswith(f"network.py:{line}: ")


def make_provenance(name: str) -> Provenance:
    network = get_example(name).network
    ((program, intervals),) = analyse_network(network)
    reporters = {path: Reporter(path, text) for path, text in network.sources}
    return Provenance(network, SpanIndex(program, intervals, reporters))


def watch(name: str, see: Callable[[str, str, int], None]) -> Callable[[FrameType, str, Any], Any]:
    """A tracer that shows the numbers of all variables, by function, as often as a line is reached."""
    functions = {each.name for each in get_example(name).network.functions}

    def trace(frame: FrameType, _event: str, _argument: Any) -> Any:
        if frame.f_code.co_name not in functions or frame.f_code.co_filename != "network.py":
            return None
        for variable, value in frame.f_locals.items():
            if isinstance(value, int):
                see(frame.f_code.co_name, variable, value)
        return trace

    return trace


@pytest.mark.parametrize("name", NAMES)
def test_no_run_leaves_the_bounds_that_are_shown(name: str) -> None:
    provenance = make_provenance(name)
    known: dict[tuple[str, str], Interval | None] = {}
    seen: set[tuple[str, str]] = set()

    def see(function: str, variable: str, value: int) -> None:
        key = (function, variable)
        if key not in known:
            known[key] = provenance.find_variable(function, variable)
        bounds = known[key]
        assert bounds is not None, key
        assert value in bounds, (key, value)
        seen.add(key)

    python = to_python(get_example(name))

    @settings(max_examples=60, deadline=None)
    @given(example_windows(name))
    def run(inputs: Inputs) -> None:
        before = sys.gettrace()
        sys.settrace(watch(name, see))
        try:
            python(inputs.rows, inputs.attributes, inputs.starts_at)
        finally:
            sys.settrace(before)

    run()
    assert len(seen) >= 5
