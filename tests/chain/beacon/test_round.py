"""What a round may be, and the keys of its members."""

from dataclasses import replace

import pytest

from chain.beacon.beacon_samples import make_bytes, make_keys, make_round
from fieldproof.chain.beacon import (
    MAXIMUM_POOL,
    BeaconKey,
    RoundError,
    compute_dealing,
    compute_dealing_length,
    compute_opening,
    compute_share,
)
from fieldproof.chain.beacon.group import ORDER
from fieldproof.core import EncodingError, IntegerError

KEYS = make_keys(3)
ROUND = make_round(KEYS)


@pytest.mark.parametrize(("size", "threshold"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (36, 19), (100, 51)])
def test_a_majority_of_the_pool_brings_secrets_back(size: int, threshold: int) -> None:
    assert make_round(make_keys(size)).threshold == threshold


@pytest.mark.parametrize(
    "changes",
    [
        {"chain_id": 2**256},
        {"chain_id": -1},
        {"epoch": 2**64},
        {"keys": (), "operators": ()},
        {"keys": (KEYS[0].public_key,) * (MAXIMUM_POOL + 1)},
    ],
    ids=str,
)
def test_numbers_out_of_range_make_no_round(changes: dict[str, object]) -> None:
    with pytest.raises(IntegerError):
        replace(ROUND, **changes)  # type: ignore[arg-type]


def test_numbers_at_the_ends_of_their_range_make_a_round() -> None:
    assert replace(ROUND, chain_id=2**256 - 1, epoch=2**64 - 1).digest != ROUND.digest


@pytest.mark.parametrize(
    "changes", [{"previous_seed": bytes(31)}, {"operators": (*ROUND.operators[:2], b"short")}], ids=str
)
def test_bytes_of_the_wrong_length_make_no_round(changes: dict[str, object]) -> None:
    with pytest.raises(EncodingError):
        replace(ROUND, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"operators": ROUND.operators[:2]},
        {"operators": (ROUND.operators[0],) * 3},
        {"keys": (*ROUND.keys[:2], bytes(33))},
        {"keys": (*ROUND.keys[:2], b"\2")},
    ],
    ids=["one operator too few", "an operator twice", "a key that is infinity", "a short key"],
)
def test_a_pool_that_cannot_be_is_no_round(changes: dict[str, object]) -> None:
    with pytest.raises(RoundError):
        replace(ROUND, **changes)  # type: ignore[arg-type]


def test_the_largest_pool_is_a_round() -> None:
    operators = tuple(index.to_bytes(20) for index in range(MAXIMUM_POOL))
    keys = (KEYS[0].public_key,) * MAXIMUM_POOL
    assert replace(ROUND, keys=keys, operators=operators).size == MAXIMUM_POOL


def test_the_largest_dealing_is_a_transaction_that_geth_takes() -> None:
    assert MAXIMUM_POOL == 1_000
    assert compute_dealing_length(MAXIMUM_POOL) == 98_032 < 128 * 1024


def test_every_part_of_a_round_changes_its_digest() -> None:
    others = [
        replace(ROUND, chain_id=1),
        replace(ROUND, epoch=8),
        replace(ROUND, previous_seed=bytes(32)),
        replace(ROUND, keys=ROUND.keys[::-1]),
        replace(ROUND, operators=ROUND.operators[::-1]),
    ]
    assert len({each.digest for each in [ROUND, *others]}) == 6


@pytest.mark.parametrize(
    "secret", [bytes(32), ORDER.to_bytes(32), b"\xff" * 32, b"", b"\1" * 31, b"\1" * 33], ids=len
)
def test_a_secret_that_is_no_key_is_refused_without_being_shown(secret: bytes) -> None:
    with pytest.raises(RoundError) as refusal:
        BeaconKey(secret)
    assert not secret.hex() or secret.hex() not in str(refusal.value)
    assert repr(secret) not in str(refusal.value)


def test_a_key_shows_no_secret() -> None:
    secret = make_bytes("secret")
    key = BeaconKey(secret)
    assert key.public_key.hex() in repr(key)
    for shown in (repr(key), str(key), f"{key}"):
        assert secret.hex() not in shown
        assert str(key.secret) not in shown


def test_only_the_members_own_key_deals_opens_and_shares() -> None:
    dealing = compute_dealing(ROUND, 0, KEYS[0])
    with pytest.raises(RoundError, match="not the key of member 1"):
        compute_dealing(ROUND, 1, KEYS[0])
    with pytest.raises(RoundError):
        compute_opening(ROUND, 1, KEYS[0])
    with pytest.raises(RoundError):
        compute_share(ROUND, 1, 0, dealing, KEYS[0])


@pytest.mark.parametrize("place", [-1, 3])
def test_a_place_outside_the_pool_is_no_member(place: int) -> None:
    with pytest.raises(IntegerError):
        compute_dealing(ROUND, place, KEYS[0])
