from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.chain.light import (
    BlockId,
    LightBlock,
    Refusal,
    RefusedHeaderError,
    TrustedHeader,
    TrustSettings,
    VoteKind,
    verify_light_block,
)
from fieldproof.chain.light.encoding import compute_validators_hash

from . import recorded
from .forgeries import COMMITTEE, FORGERIES, GOOD, HEADER, NOW_S, OTHERS, TRUSTED
from .keyed_chain import SETTINGS, make_committee, make_header, make_validators, sign, trust


def refuse(block: LightBlock, *, trusted: TrustedHeader = TRUSTED, now_s: int = NOW_S) -> Refusal:
    with pytest.raises(RefusedHeaderError) as caught:
        verify_light_block(SETTINGS, trusted, block, now_s)
    assert caught.value.height == block.header.height
    return caught.value.refusal


def test_what_the_forgeries_are_made_from_is_trusted() -> None:
    trusted = verify_light_block(SETTINGS, TRUSTED, GOOD, NOW_S)
    assert trusted == TrustedHeader(9, HEADER.time_ns, HEADER.next_validators_hash, HEADER.app_hash)


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_refused_for_its_own_reason(name: str) -> None:
    forgery = FORGERIES[name]
    assert refuse(forgery.block, now_s=forgery.now_s) is forgery.refusal


def test_a_real_network_is_followed_through_its_committees() -> None:
    trusted, committees = recorded.get_trusted(), set()
    for height in (3, 5, 10, 15, 20, 21, 24, 25):
        committees.add(trusted.next_validators_hash)
        block = recorded.get_block(height)
        trusted = verify_light_block(recorded.SETTINGS, trusted, block, recorded.get_time_s(height))
    assert trusted.height == 25
    assert len(committees) == 5
    assert recorded.get_block(21).commit.round == 1
    assert VoteKind.ABSENT in {vote.kind for vote in recorded.get_block(25).commit.votes}


@pytest.mark.parametrize("height", [6, 11, 25])
def test_no_committee_of_a_real_network_is_skipped(height: int) -> None:
    block = recorded.get_block(height)
    with pytest.raises(RefusedHeaderError, match="not the one that was named"):
        verify_light_block(recorded.SETTINGS, recorded.get_trusted(), block, recorded.get_time_s())


@pytest.mark.parametrize(
    ("size", "least"), [(1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (6, 5), (7, 5), (24, 17)]
)
def test_more_than_two_thirds_must_sign(size: int, least: int) -> None:
    committee = make_committee("any", size)
    header, trusted = make_header(9, committee), trust(committee, 5)

    def make(signers: int) -> LightBlock:
        kinds = [VoteKind.COMMIT] * signers + [VoteKind.ABSENT] * (size - signers)
        return sign(header, committee, kinds=kinds)

    assert refuse(make(least - 1), trusted=trusted) is Refusal.TOO_FEW_SIGNERS
    assert verify_light_block(SETTINGS, trusted, make(least), NOW_S).height == 9


def test_the_trusting_period_and_the_drift_end_on_the_second() -> None:
    expires_s = TRUSTED.time_ns // 10**9 + SETTINGS.trusting_period_s
    assert verify_light_block(SETTINGS, TRUSTED, GOOD, expires_s - 1)
    assert refuse(GOOD, now_s=expires_s) is Refusal.EXPIRED
    assert verify_light_block(SETTINGS, TRUSTED, GOOD, NOW_S - SETTINGS.maximum_drift_s + 1)
    assert refuse(GOOD, now_s=NOW_S - SETTINGS.maximum_drift_s) is Refusal.FROM_THE_FUTURE


def test_time_rises_by_a_nanosecond_at_least() -> None:
    later = replace(HEADER, time_ns=TRUSTED.time_ns + 1)
    assert verify_light_block(SETTINGS, TRUSTED, sign(later, COMMITTEE), NOW_S)
    same = replace(HEADER, time_ns=TRUSTED.time_ns)
    assert refuse(sign(same, COMMITTEE)) is Refusal.TIME_NOT_RISING


def test_a_header_that_was_taken_is_refused_again() -> None:
    trusted = verify_light_block(SETTINGS, TRUSTED, GOOD, NOW_S)
    assert refuse(GOOD, trusted=trusted) is Refusal.HEIGHT_NOT_RISING


def test_an_old_committee_is_refused_once_its_successor_is_known() -> None:
    trusted = verify_light_block(SETTINGS, TRUSTED, GOOD, NOW_S)
    assert refuse(sign(make_header(10, COMMITTEE), COMMITTEE), trusted=trusted) is Refusal.WRONG_VALIDATORS
    assert verify_light_block(SETTINGS, trusted, sign(make_header(10, OTHERS), OTHERS), NOW_S).height == 10


@pytest.mark.parametrize("length", [0, 8, 31, 33])
def test_a_hash_of_another_length_is_refused(length: int) -> None:
    assert refuse(sign(replace(HEADER, app_hash=bytes(length)), COMMITTEE)) is Refusal.NO_HASH
    assert refuse(sign(replace(HEADER, next_validators_hash=bytes(length)), COMMITTEE)) is Refusal.NO_HASH


def test_a_signer_is_counted_once_even_in_a_set_that_holds_it_twice() -> None:
    doubled = [*COMMITTEE[:2], *COMMITTEE[1:3]]
    trusted = replace(TRUSTED, next_validators_hash=compute_validators_hash(make_validators(doubled)))
    assert refuse(sign(make_header(9, doubled), doubled), trusted=trusted) is Refusal.WRONG_ORDER


def test_a_set_of_other_or_unequal_power_is_refused() -> None:
    for powers in ((2, 2, 2, 2), (1, 1, 1, 7)):
        validators = tuple(
            replace(validator, power=power) for validator, power in zip(GOOD.validators, powers, strict=True)
        )
        hashed = compute_validators_hash(validators)
        block = sign(replace(HEADER, validators_hash=hashed), COMMITTEE, validators=validators)
        trusted = replace(TRUSTED, next_validators_hash=hashed)
        assert refuse(block, trusted=trusted) is Refusal.WRONG_VALIDATORS


def test_a_set_that_is_not_ordered_by_address_is_refused() -> None:
    turned = COMMITTEE[::-1]
    trusted = replace(TRUSTED, next_validators_hash=compute_validators_hash(make_validators(turned)))
    assert refuse(sign(make_header(9, turned), turned), trusted=trusted) is Refusal.WRONG_ORDER


@pytest.mark.parametrize(
    "block_id",
    [
        BlockId(b"", 0, b""),
        replace(GOOD.commit.block_id, part_count=0),
        replace(GOOD.commit.block_id, parts_hash=bytes(31)),
    ],
)
def test_a_commit_for_no_block_is_refused(block_id: BlockId) -> None:
    assert refuse(sign(HEADER, COMMITTEE, block_id=block_id)) is Refusal.OTHER_BLOCK


@given(votes=st.integers(0, 8))
def test_a_commit_has_a_vote_for_each_member(votes: int) -> None:
    given_votes = (GOOD.commit.votes * 2)[:votes]
    block = replace(GOOD, commit=replace(GOOD.commit, votes=given_votes))
    if votes == len(COMMITTEE):
        assert verify_light_block(SETTINGS, TRUSTED, block, NOW_S)
    else:
        assert refuse(block) is Refusal.OTHER_BLOCK


@given(data=st.data())
def test_no_field_of_a_header_can_be_forged(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([field.name for field in fields(HEADER)]))
    value = getattr(HEADER, name)
    forged = replace(HEADER, **{name: data.draw(forge(value).filter(lambda other: other != value))})
    refuse(replace(GOOD, header=forged))


def forge(value: Any) -> st.SearchStrategy[Any]:
    match value:
        case int():
            return st.integers(0, 2**63 - 1)
        case str():
            return st.text()
        case BlockId():
            return st.builds(
                BlockId, st.binary(max_size=33), st.integers(0, 2**32 - 1), st.binary(max_size=33)
            )
    return st.binary(max_size=33)


@given(place=st.integers(0, 3), signature=st.binary(max_size=66) | st.binary(min_size=65, max_size=65))
def test_no_made_up_signature_is_taken(place: int, signature: bytes) -> None:
    votes = list(GOOD.commit.votes)
    votes[place] = replace(votes[place], signature=signature)
    refuse(replace(GOOD, commit=replace(GOOD.commit, votes=tuple(votes))))


@given(size=st.integers(1, 12), data=st.data())
def test_only_votes_for_the_block_are_counted(size: int, data: st.DataObject) -> None:
    committee = make_committee("any", size)
    kinds = data.draw(st.lists(st.sampled_from(VoteKind), min_size=size, max_size=size))
    block, trusted = sign(make_header(9, committee), committee, kinds=kinds), trust(committee, 5)
    if 3 * kinds.count(VoteKind.COMMIT) > 2 * size:
        assert verify_light_block(SETTINGS, trusted, block, NOW_S).height == 9
    else:
        assert refuse(block, trusted=trusted) is Refusal.TOO_FEW_SIGNERS


def test_settings_bind_the_chain() -> None:
    other = TrustSettings("fieldproof-1", SETTINGS.trusting_period_s, SETTINGS.maximum_drift_s)
    with pytest.raises(RefusedHeaderError, match="another chain"):
        verify_light_block(other, TRUSTED, GOOD, NOW_S)
