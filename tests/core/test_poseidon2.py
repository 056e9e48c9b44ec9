"""Poseidon2: constants drawn anew from the Grain LFSR, and values published by others."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.core import IntegerError
from fieldproof.core.hashing import Domain, compute_hash
from fieldproof.core.poseidon2 import FIELD_ORDER, permute, sponge
from fieldproof.core.poseidon2_constants import FIRST_FULL_ROUNDS, LAST_FULL_ROUNDS, PARTIAL_ROUNDS


def grain_bits(field_bits: int, words: int, full_rounds: int, partial_rounds: int) -> Iterator[int]:
    bits: list[int] = []
    for value, length in (
        (1, 2),
        (0, 4),
        (field_bits, 12),
        (words, 12),
        (full_rounds, 10),
        (partial_rounds, 10),
    ):
        bits += [int(bit) for bit in f"{value:0{length}b}"]
    bits += [1] * 30

    def step() -> int:
        bits.append(bits[62] ^ bits[51] ^ bits[38] ^ bits[23] ^ bits[13] ^ bits[0])
        bits.pop(0)
        return bits[-1]

    for _ in range(160):
        step()
    while True:
        if step():
            yield step()
        else:
            step()


def test_round_constants_are_those_of_the_grain_generator() -> None:
    stream = grain_bits(254, 4, 8, 56)

    def draw() -> int:
        while True:
            number = 0
            for _ in range(254):
                number = number << 1 | next(stream)
            if number < FIELD_ORDER:
                return number

    committed = [c for row in FIRST_FULL_ROUNDS for c in row]
    committed += PARTIAL_ROUNDS
    committed += [c for row in LAST_FULL_ROUNDS for c in row]
    assert [draw() for _ in committed] == committed


def test_the_permutation_gives_the_published_value() -> None:
    # The example of the paper's authors for BN254 and a state of four: the permutation of (0, 1, 2, 3).
    assert permute((0, 1, 2, 3)) == (
        0x01BD538C2EE014ED5141B29E9AE240BF8DB3FE5B9A38629A9647CF8D76C01737,
        0x239B62E7DB98AA3A2A8F6A0D2FA1709E7A35959AA6C7034814D9DAA90CBAC662,
        0x04CBB44C61D928ED06808456BF758CBF0C18D1E15A7B6DBC8245FA7515D5E3CB,
        0x2E11C5CFF2A22C64D01304B778D78F6998EFF1AB73163A35603F54794C30847A,
    )


@given(st.lists(st.integers(0, FIELD_ORDER - 1), min_size=1, max_size=7))
def test_a_trailing_zero_changes_the_hash(inputs: list[int]) -> None:
    assert sponge(inputs) != sponge([*inputs, 0])


@pytest.mark.parametrize("value", [-1, FIELD_ORDER, FIELD_ORDER + 1, True, 1.0])
def test_a_value_that_would_wrap_is_refused(value: int) -> None:
    with pytest.raises(IntegerError, match="input of a hash"):
        compute_hash(Domain.LEAF, 0, value)


def test_a_context_that_would_reach_the_domain_is_refused() -> None:
    with pytest.raises(IntegerError, match="context"):
        compute_hash(Domain.LEAF, 2**128, 1)


def test_no_two_domains_meet() -> None:
    assert len({domain.value for domain in Domain}) == len(Domain)
    assert all(domain.value < 2**120 for domain in Domain)
    assert len({compute_hash(domain, 5, 6, 7) for domain in Domain}) == len(Domain)
