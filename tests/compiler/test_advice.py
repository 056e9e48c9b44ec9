"""Each suggestion on a source that calls for it, and silence on one that is as cheap already."""

from collections.abc import Mapping

import pytest

from fieldproof.compiler import capture, compile_network
from fieldproof.compiler.advice import advise, suggest_from_source
from fieldproof.compiler.mistake_pages import Example, make_source

from .examples import NAMES, get_example

POWERS = """
POWERS = ({entries})


@program
def reward(window: Window[Sample], site: Site) -> U32:
    return len(window) // POWERS[min(site.sensors, 3)]
"""
WIDE = """
class Sample(Reading):
    temperature: int = field(unit="Cel", scale=1, low=0, high={high})


@program
def reward(window: Window[Sample], site: Site) -> U32:
    total = 0
    for sample in window:
        total += min(sample.temperature, 1000)
    return total
"""
NEIGHBOURS = """
jumps = 0
for before, after in zip(window, window[1:]):
    jumps += 1 if after.temperature > before.temperature + 10 else 0
return jumps
"""
NESTED = """
pairs = 0
for one in window:
    for other in window:
        pairs += 1 if one.temperature == other.temperature else 0
return pairs
"""

DEAR: Mapping[str, tuple[str, str, str]] = {
    "nested loops": ("", NESTED, "square of its readings"),
    "a nested generator": (
        "",
        "return sum(max(other.temperature for other in window) > 0 for one in window)",
        "square of its readings",
    ),
    "a compared root": (
        "",
        "return 1 if isqrt(len(window)) > site.sensors else 0",
        "the root is only compared",
    ),
    "a compared quotient": (
        "",
        "return 1 if len(window) // site.sensors > 5 else 0",
        "the quotient is only compared",
    ),
    "powers of two": (
        "module",
        POWERS.format(entries="1, 2, 4, 8"),
        "the divisor is a power of two, at most 8",
    ),
    "a choice of powers": ("", "return len(window) // (4 if site.sensors > 2 else 16)", "at most 16"),
    "a changing index": ("", "return max(window[len(window) - 1].temperature, 0)", "known at run time only"),
    "a late check": ("", "return min(U64(len(window) ** 20) // 2**40, 7)", "differ by up to"),
    "a wide field": (
        "module",
        WIDE.format(high=2**60),
        "sent in 61 bits; the program uses no more than 1,000",
    ),
}
CHEAP = {
    "neighbours": ("", NEIGHBOURS),
    "an absolute value that is compared": (
        "",
        "return sum(1 for sample in window if abs(sample.temperature) > 100)",
    ),
    "compared squares": ("", "return 1 if len(window) < site.sensors * site.sensors else 0"),
    "a quotient by a constant": ("", "return 1 if len(window) // LIMIT > 5 else 0"),
    "a quotient that is used": ("", "return len(window) // site.sensors"),
    "a table of other numbers": ("module", POWERS.format(entries="1, 2, 4, 7")),
    "a power that is constant": ("", "return len(window) // 8"),
    "an index that is counted": ("", "return sum(window[number].temperature > 0 for number in range(30))"),
    "an index that changes in a loop": (
        "",
        "places = sorted(sample.temperature % 60 for sample in window)\n"
        "return sum(max(window[places[number]].temperature, 0) for number in range(9))",
    ),
    "an early check": ("", "return min(U64(len(window) ** 4) // 2**20, 7)"),
    "a narrow field": ("module", WIDE.format(high=5000)),
    "a wide field that is used": (
        "module",
        WIDE.format(high=2**60).replace("min(sample.temperature, 1000)", "sample.temperature % 7"),
    ),
}
SORTED = {
    "sorted(values)[len(values) // 2]": "write median(...)",
    "sorted(values)[(len(values) - 1) // 2]": "write median(...)",
    "sorted(values)[0]": "write min(...)",
    "sorted(values)[-1]": "write max(...)",
}
KEPT = """
ordered = sorted(sample.temperature for sample in window)
return ordered[0] + {rest}
"""


def suggest(kind: str, text: str) -> list[str]:
    compiled = compile_network(capture({"network.py": make_source(Example(kind, text.strip("\n")))}))
    return [each.render() for each in advise(compiled)]


def suggest_early(text: str) -> list[str]:
    """Of the source alone, whatever else the compiler thinks of it."""
    network = capture({"network.py": make_source(Example("", text.strip("\n")))})
    return [each.render() for each in suggest_from_source(network)]


@pytest.mark.parametrize("name", DEAR)
def test_what_is_dear_is_named(name: str) -> None:
    kind, text, expected = DEAR[name]
    (found,) = suggest(kind, text)
    assert expected in found
    assert found.startswith("network.py:")
    assert "^" in found


@pytest.mark.parametrize("name", CHEAP)
def test_what_is_cheap_is_left_alone(name: str) -> None:
    assert suggest(*CHEAP[name]) == []


@pytest.mark.parametrize("entry", SORTED)
def test_a_list_that_is_sorted_for_one_entry_is_named(entry: str) -> None:
    (found,) = suggest_early(f"values = window\nreturn {entry}")
    assert SORTED[entry] in found


def test_a_sorted_list_in_a_variable_is_followed_to_its_uses() -> None:
    (found,) = suggest_early(KEPT.format(rest="ordered[len(ordered) // 2]"))
    assert "only for its least entry and its median" in found
    assert suggest_early(KEPT.format(rest="ordered[3]")) == []
    assert suggest_early(KEPT.format(rest="sum(ordered)")) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_have_nothing_to_improve(name: str) -> None:
    assert advise(get_example(name)) == ()
