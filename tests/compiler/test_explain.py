"""What is said of a line: bounds, and a chain back to fields and loops."""

from collections.abc import Callable

import pytest

from fieldproof.compiler import capture
from fieldproof.compiler.errors import CompileError, LineError
from fieldproof.compiler.explain import Explainer, Explanation, render_text
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.mistake_pages import Example, make_files, make_source
from fieldproof.compiler.provenance import Origin
from fieldproof.networks import get_network_folder
from fieldproof.run import read_sources

from .examples import get_example

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
    return Explainer(network).explain("network.py", find_line(dict(network.sources)["network.py"], text))


def explain_source(text: str, wanted: str, *, kind: str = "module") -> Explanation:
    source = make_source(Example(kind, text.strip("\n")))
    return Explainer(capture({"network.py": source})).explain("network.py", find_line(source, wanted))


def get_origin(explanation: Explanation, text: str) -> Origin:
    return next(each for each in explanation.values if each.text == text)


def test_a_sum_is_explained_by_its_loop_and_the_field_that_it_adds() -> None:
    total = get_origin(explain_line("solar", "total += sample.irradiance"), "total")
    assert total.sight.bounds == Interval(0, 960_000)
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
    assert total.sight.bounds == Interval(0, 60 * 3 * 1800)
    assert total.reason.startswith("180 rounds each add weigh(max(sample.temperature, 0), step), 0 … 1,800")


def test_parameters_and_results_of_helpers_are_what_they_are_called_with() -> None:
    explanation = explain_source(HELPER, "return value * factor")
    assert get_origin(explanation, "value").sight.bounds == Interval(0, 600)
    assert get_origin(explanation, "factor").sight.bounds == Interval(1, 3)
    assert get_origin(explanation, "factor").reason == "what weigh is called with"


def test_generators_tuples_and_counters_are_explained() -> None:
    highest = get_origin(explain_source(HELPER, "highest = max("), "highest")
    assert highest.sight.bounds == Interval(-400, 600)
    assert "the max of sample.temperature in 60 rounds" in highest.reason
    explanation = explain_source(HELPER, "low, high = min(")
    assert get_origin(explanation, "low").sight.bounds == Interval(-400, 5)
    assert get_origin(explanation, "high").sight.bounds == Interval(7, 7)
    assert get_origin(explain_source(HELPER, "count = number"), "count").sight.bounds == Interval(0, 59)


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
        return Explainer(network).explain(path, find_line(files[path], wanted))

    weight = get_origin(explain_there("network.py", "weight = weigh("), "weight")
    assert weight.sight.bounds == Interval(0, 60 * 45)
    assert get_origin(explain_there("rules.py", "return value * factor"), "factor").sight.bounds == Interval(
        45, 45
    )
    kind = get_origin(explain_there("network.py", "kind = Kind."), "kind")
    assert kind.sight.bounds == Interval(1, 4)
    assert {each.reason for each in kind.parts} == {"a member of Kind"}
    days = get_origin(explain_there("network.py", "days = min("), "streak.days")
    assert days.reason == "field of Streak, declared Int[0, 9] (line 16)"


def test_lines_of_both_stages_of_a_cohort_program_are_explained() -> None:
    folder = get_network_folder("coverage")
    network = capture(read_sources(folder))
    source = dict(network.sources)["network.py"]
    line = find_line(source, "and witness.heard_level[place] * 100 <= most")
    (note,) = Explainer(network).explain("network.py", line).notes
    assert note.text.startswith("a comparison of 24 bits")


LISTS = """
# network.py
from dataclasses import dataclass
from enum import IntEnum

from fieldproof import Int, median, percentile, rank


class Kind(IntEnum):
    COLD = 0
    WARM = 1


@dataclass(frozen=True)
class Streak:
    days: Int[0, 9] = 0


@program
def reward(window: Window[Sample], site: Site, streak: Streak) -> tuple[U32, Streak]:
    counts = [0] * 4
    for sample in window:
        counts[sample.time_ms % 4] += 2
    medians = [0] * 3
    for part in range(3):
        medians[part] = median(sample.temperature for sample in window if sample.time_ms % 3 == part)
    middle = medians[1]
    ordered = sorted(counts)
    highest = percentile([sample.temperature for sample in window], 90)
    third = rank(counts, 2)
    number = window.number % 10
    match number:
        case Kind.COLD | 3:
            bonus = 1
        case Kind.WARM:
            bonus = len(window)
        case _:
            bonus = window.missed
    assert window.missed < 100 and highest > third + ordered[0] + middle, "too cold"
    return bonus, streak
"""


@pytest.fixture(scope="module")
def lists() -> Callable[[str], Explanation]:
    files = make_files(Example("files", LISTS.strip("\n")))
    explainer = Explainer(capture(files))
    return lambda wanted: explainer.explain("network.py", find_line(files["network.py"], wanted))


def test_entries_of_lists_grow_by_rounds_or_are_what_they_are_set_to(lists) -> None:
    entry = get_origin(lists("counts[sample.time_ms % 4] += 2"), "counts[sample.time_ms % 4]")
    assert (entry.sight.bounds, entry.reason) == (Interval(0, 120), "60 rounds each add 2 (line 54)")
    entry = get_origin(lists("medians[part] = median("), "medians[part]")
    assert entry.sight.bounds == Interval(-400, 600)
    assert "the median of sample.temperature in 60 rounds" in entry.reason
    assert entry.parts[0].reason == "field of Sample, in Cel, scale 10 (line 23)"
    middle = get_origin(lists("middle = medians[1]"), "middle")
    assert middle.sight.bounds == Interval(-400, 600)
    assert middle.parts[0].text == "medians"
    assert middle.parts[0].sight.kind == "a list of 3"
    assert "median(" in middle.parts[0].reason


def test_ranks_and_sorted_lists_are_followed_to_their_entries(lists) -> None:
    highest = get_origin(lists("highest = percentile("), "highest")
    assert highest.sight.bounds == Interval(-400, 600)
    assert "field of Sample, in Cel" in render_text(lists("highest = percentile("))
    assert get_origin(lists("third = rank("), "third").sight.bounds == Interval(0, 120)
    ordered = get_origin(lists("ordered = sorted("), "ordered")
    assert (ordered.sight.kind, ordered.sight.bounds) == ("a list of 4", Interval(0, 120))
    assert "60 rounds each add 2" in ordered.parts[0].reason


def test_what_a_match_looks_at_is_shown_at_it_and_at_each_case(lists) -> None:
    for line in ("match number:", "case Kind.COLD | 3:", "case _:"):
        assert get_origin(lists(line), "number").sight.bounds == Interval(0, 9)
    warm = get_origin(lists("case Kind.WARM:"), "Kind.WARM")
    assert (warm.sight.bounds, warm.reason) == (Interval(1, 1), "a member of Kind")


def test_the_fields_of_the_window_are_explained(lists) -> None:
    number = get_origin(lists("number = window.number"), "window.number")
    assert (number.sight.bounds.high, number.reason[:24]) == (2**32 - 1, "the number of the window")
    assert get_origin(lists("bonus = len(window)"), "len(window)").sight.bounds == Interval(0, 60)
    missed = get_origin(lists("bonus = window.missed"), "window.missed")
    assert (missed.sight.bounds.high, missed.reason[:11]) == (2**32 - 1, "the windows")
    assert get_origin(lists("return bonus"), "bonus").sight.bounds == Interval(0, 2**32 - 1)


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
        Explainer(network).explain("network.py", 1)
    with pytest.raises(LineError, match="takes no part"):
        Explainer(network).explain("other.py", 1)
