"""Interpolation at zero and the dual code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.chain.beacon.group import ORDER
from fieldproof.chain.beacon.polynomial import compute_dual_word, compute_weights, evaluate

SCALARS = st.integers(0, ORDER - 1)


@given(st.data())
def test_values_at_any_places_bring_the_value_at_zero_back(data: st.DataObject) -> None:
    coefficients = data.draw(st.lists(SCALARS, min_size=1, max_size=8))
    count = len(coefficients)
    places = data.draw(st.lists(st.integers(1, 1_000), unique=True, min_size=count, max_size=count + 3))
    values = [evaluate(coefficients, place) for place in places]
    weights = compute_weights(places)
    assert sum(w * v for w, v in zip(weights, values, strict=True)) % ORDER == coefficients[0]


@given(st.data())
def test_a_dual_word_cancels_every_polynomial_of_the_right_degree(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 40))
    threshold = data.draw(st.integers(1, size))
    words = data.draw(st.lists(SCALARS, min_size=size - threshold, max_size=size - threshold))
    coefficients = data.draw(st.lists(SCALARS, min_size=threshold, max_size=threshold))
    word = compute_dual_word(words, size)
    values = [evaluate(coefficients, place) for place in range(1, size + 1)]
    assert sum(w * v for w, v in zip(word, values, strict=True)) % ORDER == 0


@pytest.mark.parametrize("size", [3, 4, 5, 36, 100, 1_000])
def test_a_dual_word_does_not_cancel_one_degree_more(size: int) -> None:
    threshold = size // 2 + 1
    word = compute_dual_word(list(range(1, size - threshold + 1)), size)
    values = [pow(place, threshold, ORDER) for place in range(1, size + 1)]
    assert sum(w * v for w, v in zip(word, values, strict=True)) % ORDER != 0


def test_a_dual_word_does_not_cancel_a_single_changed_value() -> None:
    word = compute_dual_word([7, 8], 5)
    assert all(word)
