"""Openings and shares: whoever stays silent changes nothing."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.beacon.beacon_samples import deal, make_keys, make_round
from fieldproof.chain.beacon import (
    PROVEN_POINT_LENGTH,
    Opening,
    Point,
    Reason,
    RefusedError,
    Round,
    RoundError,
    Share,
    TooFewSharesError,
    compute_opening,
    compute_seed,
    compute_share,
    recover_secret_point,
    verify_opening,
    verify_share,
)
from fieldproof.chain.beacon.dealing import deal_values
from fieldproof.chain.beacon.group import BASE, ORDER
from fieldproof.chain.beacon.proof import Proof, Statement

SIZE = 5
KEYS = make_keys(SIZE)
ROUND = make_round(KEYS)
DEALINGS = [deal(SIZE, dealer) for dealer in range(SIZE)]
OPENINGS = [compute_opening(ROUND, dealer, key) for dealer, key in enumerate(KEYS)]
SHARES = [
    {member: compute_share(ROUND, member, dealer, DEALINGS[dealer], KEYS[member]) for member in range(SIZE)}
    for dealer in range(SIZE)
]
OPENING = OPENINGS[0].encode()
SHARE = SHARES[0][1].encode()


def test_every_opening_and_every_share_holds() -> None:
    for dealer in range(SIZE):
        verify_opening(ROUND, dealer, DEALINGS[dealer], Opening.decode(OPENINGS[dealer].encode()))
        for member in range(SIZE):
            share = Share.decode(SHARES[dealer][member].encode())
            verify_share(ROUND, member, dealer, DEALINGS[dealer], share)


def test_any_majority_brings_back_what_the_dealer_would_have_opened() -> None:
    for count in (3, 4, 5):
        for members in combinations(range(SIZE), count):
            shares = {member: SHARES[2][member] for member in members}
            assert recover_secret_point(ROUND, shares) == OPENINGS[2].point


def test_the_seed_is_the_same_whoever_opens() -> None:
    seeds = set()
    for count in range(SIZE + 1):
        for openers in combinations(range(SIZE), count):
            points = [
                OPENINGS[dealer].point if dealer in openers else recover_secret_point(ROUND, SHARES[dealer])
                for dealer in range(SIZE)
            ]
            seeds.add(compute_seed(ROUND, points))
    assert len(seeds) == 1


@pytest.mark.parametrize("size", [1, 2, 3, 36])
def test_small_and_large_pools_open_and_recover(size: int) -> None:
    keys = make_keys(size)
    beacon_round, dealing = make_round(keys), deal(size, size - 1)
    opening = compute_opening(beacon_round, size - 1, keys[-1])
    verify_opening(beacon_round, size - 1, dealing, opening)
    shares = {
        member: compute_share(beacon_round, member, size - 1, dealing, keys[member])
        for member in range(beacon_round.threshold)
    }
    for member, share in shares.items():
        verify_share(beacon_round, member, size - 1, dealing, share)
    assert recover_secret_point(beacon_round, shares) == opening.point


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_a_threshold_bring_nothing_back(count: int) -> None:
    shares = {member: SHARES[0][member] for member in range(count)}
    with pytest.raises(TooFewSharesError, match=f"{count} shares of 3"):
        recover_secret_point(ROUND, shares)


def test_fewer_than_a_threshold_learn_nothing_of_the_secret() -> None:
    # With two shares every secret is still possible: for each there is a third that fits (weights 3, −3, 1).
    for secret in (OPENINGS[1].point, BASE):
        parts = [SHARES[0][0].point.multiply(ORDER - 3), SHARES[0][1].point.multiply(3), secret]
        third = Point.add(parts)
        assert third is not None
        shares = {0: SHARES[0][0], 1: SHARES[0][1], 2: Share(third, SHARES[0][2].proof)}
        assert recover_secret_point(ROUND, shares) == secret


def test_points_that_belong_to_no_dealing_bring_nothing_back() -> None:
    proof = SHARES[0][0].proof
    shares = {place: Share(BASE.multiply(place + 1), proof) for place in range(3)}
    with pytest.raises(RoundError):
        recover_secret_point(ROUND, shares)


@pytest.mark.parametrize(
    "other",
    [
        replace(ROUND, epoch=8),
        replace(ROUND, chain_id=1),
        replace(ROUND, previous_seed=bytes(32)),
    ],
    ids=["epoch", "chain", "past"],
)
def test_openings_and_shares_of_another_round_are_refused(other: Round) -> None:
    refuse_opening(OPENINGS[0], beacon_round=other)
    refuse_share(SHARES[0][1], beacon_round=other)


def test_openings_and_shares_of_another_dealing_are_refused() -> None:
    for dealer in range(1, SIZE):
        refuse_opening(OPENINGS[dealer])
        refuse_opening(OPENINGS[0], dealer=dealer)
        refuse_share(SHARES[dealer][1])
        refuse_share(SHARES[0][1], dealer=dealer)


def test_a_share_of_another_member_is_refused() -> None:
    for member in (0, 2, 3, 4):
        refuse_share(SHARES[0][member])


def test_an_opening_is_no_share_and_a_share_no_opening() -> None:
    refuse_share(Share(OPENINGS[0].point, OPENINGS[0].proof))
    refuse_opening(Opening(SHARES[0][0].point, SHARES[0][0].proof))


def test_a_share_decrypted_with_a_wrong_key_is_refused() -> None:
    wrong = KEYS[2]
    point = wrong.decrypt(DEALINGS[0].shares[1])
    context = b"fieldproof beacon share".ljust(32, b"\0") + ROUND.digest
    context += ROUND.operators[0] + ROUND.operators[1]
    pairs = ((BASE, point), (ROUND.points[1], DEALINGS[0].shares[1]))
    # The statement is false for this key: it takes the point to the share, but the base to another key.
    refuse_share(Share(point, Statement(context, *pairs).prove(wrong.secret, wrong)))
    # The same way of proving holds for the right key, so it is the key that is refused.
    right = KEYS[1].decrypt(DEALINGS[0].shares[1])
    pairs = ((BASE, right), pairs[1])
    verify_share(
        ROUND, 1, 0, DEALINGS[0], Share(right, Statement(context, *pairs).prove(KEYS[1].secret, KEYS[1]))
    )


def test_nobody_decrypts_a_share_of_a_dealing_that_does_not_hold() -> None:
    stolen = replace(DEALINGS[1], shares=DEALINGS[0].shares)
    with pytest.raises(RefusedError):
        compute_share(ROUND, 2, 1, stolen, KEYS[2])


def test_announcements_that_are_infinity_are_refused() -> None:
    challenge = OPENINGS[0].proof.challenge
    refuse_opening(Opening(BASE, Proof(challenge, ORDER - challenge)))


def test_a_dealing_of_nothing_has_no_opening() -> None:
    dealing = deal_values(ROUND, 0, KEYS[0], [5 * place for place in range(1, SIZE + 1)])
    with pytest.raises(RefusedError) as refusal:
        verify_opening(ROUND, 0, dealing, OPENINGS[0])
    assert refusal.value.reason is Reason.ZERO_DEALING


def refuse_opening(opening: Opening, *, beacon_round: Round = ROUND, dealer: int = 0) -> None:
    with pytest.raises(RefusedError) as refusal:
        verify_opening(beacon_round, dealer, DEALINGS[dealer], opening)
    assert refusal.value.reason is Reason.WRONG_PROOF


def refuse_share(share: Share, *, beacon_round: Round = ROUND, member: int = 1, dealer: int = 0) -> None:
    with pytest.raises(RefusedError) as refusal:
        verify_share(beacon_round, member, dealer, DEALINGS[dealer], share)
    assert refusal.value.reason is Reason.WRONG_PROOF


@pytest.mark.parametrize("data", [b"", OPENING[:-1], OPENING + b"\0"], ids=len)
def test_openings_and_shares_have_one_length(data: bytes) -> None:
    for kind in (Opening, Share):
        with pytest.raises(RefusedError) as refusal:
            kind.decode(data)
        assert refusal.value.reason is Reason.WRONG_LENGTH


@given(st.integers(0, 8 * PROVEN_POINT_LENGTH - 1))
def test_no_bit_of_an_opening_or_a_share_can_change(bit: int) -> None:
    changes = []
    for data in (OPENING, SHARE):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        changes.append(bytes(changed))
    with pytest.raises(RefusedError):
        verify_opening(ROUND, 0, DEALINGS[0], Opening.decode(changes[0]))
    with pytest.raises(RefusedError):
        verify_share(ROUND, 1, 0, DEALINGS[0], Share.decode(changes[1]))


POINTS = st.sampled_from([OPENING[:33], SHARE[:33], BASE.encode(), bytes(33)])
NUMBERS = st.sampled_from(
    [OPENING[33:65], OPENING[65:], SHARE[33:65], SHARE[65:], bytes(32), ORDER.to_bytes(32)]
)


@given(st.tuples(POINTS, NUMBERS, NUMBERS).map(b"".join) | st.binary(max_size=120))
def test_whatever_else_is_sent_is_refused_with_a_reason(data: bytes) -> None:
    if data != OPENING:
        with pytest.raises(RefusedError):
            verify_opening(ROUND, 0, DEALINGS[0], Opening.decode(data))
    if data != SHARE:
        with pytest.raises(RefusedError):
            verify_share(ROUND, 1, 0, DEALINGS[0], Share.decode(data))
