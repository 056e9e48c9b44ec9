"""Each code has a page, its example makes that very mistake, and what stands instead compiles."""

from importlib import resources

import pytest

from fieldproof.compiler import Code, check
from fieldproof.compiler.mistake_pages import (
    Example,
    find_code,
    load_page,
    make_files,
    make_source,
    render_page,
)

LEAST_CODES = 60


@pytest.mark.parametrize("code", list(Code), ids=lambda code: code.number)
def test_the_example_makes_the_mistake_and_what_stands_instead_does_not(code: Code) -> None:
    page = load_page(code)
    found = check(make_files(page.example))
    assert code in {each.code for each in found}, [each.render() for each in found]
    left = check(make_files(page.instead))
    assert left == (), [each.render() for each in left]


def test_there_is_no_page_without_a_code() -> None:
    folder = resources.files("fieldproof.compiler").joinpath("mistakes")
    assert {each.name for each in folder.iterdir()} == {f"{code.number}.md" for code in Code}


def test_there_are_enough_codes_and_their_titles_differ() -> None:
    assert len(Code) >= LEAST_CODES
    assert len({code.title for code in Code}) == len(Code)


def test_explanations_are_sentences_that_differ_from_the_title() -> None:
    for code in Code:
        text = load_page(code).explanation
        assert len(text) > 40
        assert text.endswith(".")
        assert max(map(len, text.split("\n"))) <= 120


def test_a_page_shows_number_title_explanation_and_both_examples() -> None:
    page = load_page(Code.TRUE_DIVISION)
    text = render_page(page)
    assert text.startswith("## FP104: a division that gives a fraction\n")
    for part in (page.explanation, page.example.text, page.instead.text):
        assert part in text


def test_a_code_is_found_by_its_number_however_it_is_written() -> None:
    assert find_code(" fp112") is Code.KIND
    assert find_code("FP999") is None


def test_an_example_is_completed_with_what_it_lacks() -> None:
    assert check({"network.py": make_source(Example("", "return 0"))}) == ()
    assert check({"network.py": make_source(Example("module", "LEAST = 3"))}) == ()
