"""The words of a digest, in a loop or not, are those of the protocol."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.compiler.packing import Word, find_layout, find_words, write_digest
from fieldproof.protocol import pack_rows

WIDTHS = st.lists(st.integers(1, 64), min_size=1, max_size=9)


def write_out(widths, slots):
    """The words that the circuit's loop goes through."""
    layout = find_layout(widths, slots)
    rounds = [
        Word(word.slot + layout.step * turn, word.column, word.count)
        for turn in range(layout.rounds)
        for word in layout.repeated
    ]
    return (*layout.head, *rounds, *layout.tail)


@given(WIDTHS, st.integers(1, 300))
def test_head_rounds_and_tail_are_all_words_once(widths, slots):
    assert write_out(widths, slots) == find_words(widths, slots)


@given(WIDTHS, st.integers(1, 60), st.randoms())
def test_words_hold_what_the_protocol_packs(widths, slots, random):
    rows = [tuple(random.getrandbits(width) for width in widths) for _ in range(slots)]
    packed = []
    for word in find_words(widths, slots):
        value, weight = 0, 1
        for place in range(word.column, word.column + word.count):
            row, column = word.slot + place // len(widths), place % len(widths)
            value += weight * rows[row][column]
            weight <<= widths[column]
        packed.append(value)
    assert packed == pack_rows(rows, tuple(widths), slots)


@given(WIDTHS, st.integers(1, 300))
def test_all_but_the_last_words_come_in_threes(widths, slots):
    layout = find_layout(widths, slots)
    assert len(layout.head) % 3 == len(layout.repeated) % 3 == 0
    assert layout.tail


@pytest.mark.parametrize("widths", [(27, 64), (22, 35), (22,), (25, 1, 4, 32, 20, 48, 20, 11)])
def test_the_text_of_a_long_window_is_as_short_as_that_of_a_shorter_one(widths):
    """Of widths 22 and 35 no word but the first begins with a row."""
    short, long = (len(write_digest(widths, slots)) for slots in (1_000, 10_000))
    assert abs(long - short) <= 3 * len(widths)
    assert long < 12 + 9 * len(widths) + 6


def test_a_window_of_few_words_has_no_loop():
    text = "\n".join(write_digest((22, 32), 20))
    assert "for " not in text
    assert len(re.findall(r"readings::word", text)) == 5
