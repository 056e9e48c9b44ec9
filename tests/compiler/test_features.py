"""Every feature of the language, in tiny programs: Python, the intermediate form and Noir agree."""

import random

import pytest

from fieldproof.compiler import CompileError
from fieldproof.compiler.lower_lists import MAXIMUM_ORDERED

from .comparing import Comparison
from .feature_programs import ACCEPTED, ALIASING, REFUSED
from .joint import choose_windows
from .random_frames import KINDS, PLAIN_START, make_plain

ALIAS_CODES = {"FP117", "FP171", "FP172"}
BATCH = 60


def make_comparison(text: str) -> Comparison:
    helpers, body = text.split("\n@@\n") if "\n@@\n" in text else ("", text)
    lines = "\n".join(f"    {line}" for line in body.split("\n"))
    return Comparison(make_plain(f"{KINDS}\n\n{helpers}{PLAIN_START}{lines}\n"))


@pytest.mark.parametrize("text", ACCEPTED)
def test_a_feature_means_what_it_means_in_python(text: str) -> None:
    comparison, source = make_comparison(text), random.Random(text)
    for _ in range(30):
        comparison.run(comparison.make_windows(source))


@pytest.mark.parametrize("text", ACCEPTED)
def test_a_feature_means_the_same_in_loops_that_are_not_written_out(text: str, monkeypatch) -> None:
    monkeypatch.setattr("fieldproof.compiler.simplify._MOST_ROUNDS", 1)
    comparison, source = make_comparison(text), random.Random(text)
    for _ in range(30):
        comparison.run(comparison.make_windows(source))


@pytest.mark.parametrize("text", ALIASING)
def test_a_list_has_one_name(text: str) -> None:
    with pytest.raises(CompileError) as refused:
        make_comparison(text)
    assert {each.code.number for each in refused.value.diagnostics} <= ALIAS_CODES


@pytest.mark.parametrize(("text", "code"), REFUSED.items())
def test_what_a_proof_cannot_do_is_refused(text: str, code: str) -> None:
    with pytest.raises(CompileError) as refused:
        make_comparison(text)
    assert refused.value.diagnostics[0].code.number == code


@pytest.mark.parametrize(
    "text",
    [
        "return sorted([site.a] * {})[0] % 7",
        "return median(number % 3 for number in range({})) % 7",
    ],
)
def test_no_more_numbers_are_put_in_order_than_their_places_have_room_for(text: str) -> None:
    make_comparison(text.format(MAXIMUM_ORDERED))
    with pytest.raises(CompileError, match="65,537 numbers cannot be put in order, at most 65,536"):
        make_comparison(text.format(MAXIMUM_ORDERED + 1))


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [1, 16], ids=["loops", "written out"])
@pytest.mark.parametrize("first", range(0, len(ACCEPTED), BATCH))
def test_witnesses_of_features_give_what_python_gives(first, rounds, oracle, monkeypatch) -> None:
    monkeypatch.setattr("fieldproof.compiler.simplify._MOST_ROUNDS", rounds)
    texts = ACCEPTED[first : first + BATCH]
    comparisons, source = [make_comparison(text) for text in texts], random.Random(first)
    cohorts = [choose_windows(comparisons[0], source) for _ in range(4)]
    assert [texts[number] for number in oracle.find_wrong(comparisons, cohorts)] == []
