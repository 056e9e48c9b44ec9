"""Every mistake is shown with place, caret, reason and remedy, word for word as kept."""

import pytest

from fieldproof.compiler import Code, check

from .mistakes import FOLDER, SEPARATOR, describe_mistakes, make_source

MISTAKES = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_a_mistake_is_described_as_kept(path):
    source, expected = path.read_text().split(SEPARATOR)
    assert describe_mistakes(source) + "\n" == expected
    assert expected != "no mistake\n"


def test_every_code_has_a_kept_mistake():
    kept = "\n".join(path.read_text() for path in MISTAKES)
    assert {code.name for code in Code if f": {code.number}: " not in kept} == set()


def test_codes_are_distinct():
    assert len({code.number for code in Code}) == len(list(Code))


def test_all_mistakes_come_in_one_pass_and_in_the_order_of_the_source():
    source, _ = (FOLDER / "many_at_once.txt").read_text().split(SEPARATOR)
    lines = [each.span.line for each in check({"network.py": make_source(source)})]
    assert lines == sorted(lines)
    assert len(lines) >= 4


def test_a_folder_without_a_network_says_so():
    (diagnostic,) = check({"a.py": "", "b.py": ""})
    assert diagnostic.code is Code.NETWORK_MISSING
