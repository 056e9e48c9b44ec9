"""Dealings: who may make them, what is refused, and that nothing can be copied, bent or replayed."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.beacon.beacon_samples import deal, make_keys, make_round
from fieldproof.chain.beacon import (
    Dealing,
    Point,
    Reason,
    RefusedError,
    Round,
    compute_dealing,
    compute_dealing_length,
    verify_dealing,
)
from fieldproof.chain.beacon.dealing import deal_values, derive_coefficients
from fieldproof.chain.beacon.group import ORDER, SECOND_BASE

SIZE = 5
KEYS = make_keys(SIZE)
ROUND = make_round(KEYS)
DEALING = deal(SIZE, 0)
ENCODED = DEALING.encode()


def refuse(reason: Reason, beacon_round: Round, dealer: int, dealing: Dealing) -> None:
    with pytest.raises(RefusedError) as refusal:
        verify_dealing(beacon_round, dealer, dealing)
    assert refusal.value.reason is reason


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 36, 100])
def test_a_dealing_of_any_member_of_any_pool_holds(size: int) -> None:
    beacon_round = make_round(make_keys(size))
    for dealer in {0, size // 2, size - 1}:
        data = deal(size, dealer).encode()
        assert len(data) == compute_dealing_length(size) == 32 + 98 * size
        verify_dealing(beacon_round, dealer, Dealing.decode(data, size))


def test_a_node_that_knows_only_its_key_deals_the_same_again() -> None:
    assert compute_dealing(ROUND, 0, KEYS[0]).encode() == ENCODED


OTHER_ROUNDS = {
    "chain": replace(ROUND, chain_id=1),
    "epoch": replace(ROUND, epoch=ROUND.epoch + 1),
    "past": replace(ROUND, previous_seed=bytes(32)),
    "order": replace(ROUND, operators=(ROUND.operators[0], *ROUND.operators[:0:-1])),
    "members": replace(ROUND, keys=(*ROUND.keys[:4], ROUND.keys[3])),
}


@pytest.mark.parametrize("other", OTHER_ROUNDS)
def test_a_dealing_of_another_round_is_refused(other: str) -> None:
    refuse(Reason.WRONG_PROOF, OTHER_ROUNDS[other], 0, DEALING)


@pytest.mark.parametrize("other", OTHER_ROUNDS)
def test_a_secret_is_never_used_in_two_rounds(other: str) -> None:
    mine = derive_coefficients(ROUND, 0, KEYS[0])
    assert not set(mine) & set(derive_coefficients(OTHER_ROUNDS[other], 0, KEYS[0]))


def test_two_members_with_one_key_have_two_secrets() -> None:
    twins = make_round([KEYS[0], KEYS[0], KEYS[1]])
    secrets = [derive_coefficients(twins, dealer, KEYS[0]) for dealer in (0, 1)]
    assert not set(secrets[0]) & set(secrets[1])


def test_the_coefficients_of_a_dealing_differ() -> None:
    beacon_round = make_round(make_keys(36))
    coefficients = derive_coefficients(beacon_round, 3, make_keys(36)[3])
    assert len(set(coefficients)) == beacon_round.threshold == 19


@pytest.mark.parametrize("dealer", range(1, SIZE))
def test_a_dealing_copied_by_another_member_is_refused(dealer: int) -> None:
    refuse(Reason.WRONG_PROOF, ROUND, dealer, DEALING)


def negate(points: tuple[Point, ...]) -> tuple[Point, ...]:
    return tuple(point.multiply(ORDER - 1) for point in points)


def shift(points: tuple[Point, ...], bases: tuple[Point, ...], values: list[int]) -> tuple[Point, ...]:
    moved = [
        Point.add([point, base.multiply(value)])
        for point, base, value in zip(points, bases, values, strict=True)
    ]
    return tuple(point for point in moved if point is not None)


@pytest.mark.parametrize("dealer", [0, 1])
def test_a_negated_dealing_is_refused(dealer: int) -> None:
    responses = tuple(ORDER - response for response in DEALING.responses)
    negated = replace(DEALING, commitments=negate(DEALING.commitments), shares=negate(DEALING.shares))
    refuse(Reason.WRONG_PROOF, ROUND, dealer, negated)
    refuse(Reason.WRONG_PROOF, ROUND, dealer, replace(negated, responses=responses))
    refuse(
        Reason.WRONG_PROOF, ROUND, dealer, replace(negated, challenge=ORDER - DEALING.challenge)
    )  # the announcements are then those of the original


@pytest.mark.parametrize("dealer", [0, 1])
def test_a_dealing_shifted_by_a_known_polynomial_is_refused(dealer: int) -> None:
    values = [17 + 5 * place + place**2 for place in range(1, SIZE + 1)]
    shifted = replace(
        DEALING,
        commitments=shift(DEALING.commitments, (SECOND_BASE,) * SIZE, values),
        shares=shift(DEALING.shares, ROUND.points, values),
        # With these the announcements are those of the original.
        responses=tuple(
            (response - DEALING.challenge * value) % ORDER
            for response, value in zip(DEALING.responses, values, strict=True)
        ),
    )
    refuse(Reason.WRONG_PROOF, ROUND, dealer, shifted)


def test_a_dealing_with_two_members_exchanged_is_refused() -> None:
    def exchange(values: tuple[Point, ...]) -> tuple[Point, ...]:
        return (values[1], values[0], *values[2:])

    refuse(Reason.WRONG_PROOF, ROUND, 0, replace(DEALING, shares=exchange(DEALING.shares)))
    refuse(Reason.WRONG_PROOF, ROUND, 0, replace(DEALING, commitments=exchange(DEALING.commitments)))


def forge(size: int, polynomial: Callable[[int], int]) -> Dealing:
    keys = make_keys(size)
    return deal_values(make_round(keys), 0, keys[0], [polynomial(place) for place in range(1, size + 1)])


@pytest.mark.parametrize("size", [3, 4, 5, 36, 100])
def test_a_polynomial_of_a_degree_too_high_is_refused(size: int) -> None:
    beacon_round = make_round(make_keys(size))
    dealing = forge(size, lambda place: 1 + pow(place, beacon_round.threshold, ORDER))
    refuse(Reason.WRONG_DEGREE, beacon_round, 0, dealing)


@pytest.mark.parametrize("place", [1, 2, 3, 4, 5])
def test_one_share_off_the_polynomial_is_refused(place: int) -> None:
    refuse(Reason.WRONG_DEGREE, ROUND, 0, forge(5, lambda at: 1 + at + at**2 + (at == place)))


def test_a_polynomial_of_a_lower_degree_holds() -> None:
    verify_dealing(ROUND, 0, forge(5, lambda place: 9))


def test_pools_of_one_and_two_have_no_wrong_degree() -> None:
    verify_dealing(make_round(make_keys(1)), 0, forge(1, lambda place: 77))
    verify_dealing(make_round(make_keys(2)), 0, forge(2, lambda place: place**9))


@pytest.mark.parametrize("size", [2, 3, 5, 36])
def test_a_secret_of_zero_is_refused(size: int) -> None:
    refuse(Reason.ZERO_DEALING, make_round(make_keys(size)), 0, forge(size, lambda place: 5 * place))


def test_announcements_that_are_infinity_are_refused() -> None:
    value = 12
    responses = (-DEALING.challenge * value % ORDER, *DEALING.responses[1:])
    commitments = (SECOND_BASE.multiply(value), *DEALING.commitments[1:])
    refuse(Reason.WRONG_PROOF, ROUND, 0, replace(DEALING, commitments=commitments, responses=responses))
    shares = (ROUND.points[0].multiply(value), *DEALING.shares[1:])
    refuse(Reason.WRONG_PROOF, ROUND, 0, replace(DEALING, shares=shares, responses=responses))


def test_a_dealing_for_a_pool_of_another_size_is_refused() -> None:
    refuse(Reason.WRONG_LENGTH, ROUND, 0, deal(4, 0))
    refuse(Reason.WRONG_LENGTH, ROUND, 0, replace(DEALING, responses=DEALING.responses[:-1]))


@given(st.integers(0, 8 * len(ENCODED) - 1))
def test_no_bit_of_a_dealing_can_change(bit: int) -> None:
    changed = bytearray(ENCODED)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(RefusedError):
        verify_dealing(ROUND, 0, Dealing.decode(bytes(changed), SIZE))


@given(st.data())
def test_no_part_of_a_dealing_can_be_another(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(ENCODED) - 1))
    part = data.draw(st.binary(min_size=1, max_size=len(ENCODED) - start))
    changed = ENCODED[:start] + part + ENCODED[start + len(part) :]
    if changed != ENCODED:
        with pytest.raises(RefusedError):
            verify_dealing(ROUND, 0, Dealing.decode(changed, SIZE))


PIECES = st.sampled_from(
    [
        *(ENCODED[start : start + 33] for start in range(32, 32 + 66 * SIZE, 33)),
        *(ENCODED[start : start + 32] for start in range(32 + 66 * SIZE, len(ENCODED), 32)),
        bytes(33),
        bytes(32),
        ORDER.to_bytes(32),
    ]
)


@given(st.lists(PIECES, max_size=16).map(b"".join) | st.binary(max_size=600), st.integers(1, 6))
def test_whatever_else_is_sent_is_refused_with_a_reason(data: bytes, size: int) -> None:
    with pytest.raises(RefusedError) as refusal:
        verify_dealing(make_round(KEYS), 0, Dealing.decode(data, size))
    assert refusal.value.reason in Reason


@given(st.permutations(range(16)), st.integers(0, SIZE - 1))
def test_the_pieces_of_a_dealing_in_another_order_are_refused(order: list[int], dealer: int) -> None:
    points = [*DEALING.commitments, *DEALING.shares]
    mixed = [points[index] for index in order if index < 10]
    responses = [DEALING.responses[index - 10] for index in order if 10 <= index < 15]
    changed = Dealing(DEALING.challenge, tuple(mixed[:5]), tuple(mixed[5:]), tuple(responses))
    if changed != DEALING or dealer != 0:
        refuse(Reason.WRONG_PROOF, ROUND, dealer, changed)
