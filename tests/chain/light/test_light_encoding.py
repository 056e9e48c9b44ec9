import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.chain.light import BlockId, Commit, Vote, VoteKind
from fieldproof.chain.light.answers import parse_time_ns
from fieldproof.chain.light.encoding import (
    build_timestamp,
    compute_header_hash,
    compute_merkle_root,
    compute_validators_hash,
    encode_header_fields,
    encode_vote,
)
from fieldproof.chain.light.verifier import recover_signer

from . import recorded

HEIGHTS = range(1, recorded.HEIGHT + 1)
COMMIT = Commit(7, 0, BlockId(b"\x11" * 32, 200, b"\x22" * 32), ())
HEAD = bytes.fromhex("0802 11 0700000000000000")
BLOCK_ID = "2249 0a20" + "11" * 32 + "1225 08c801 1220" + "22" * 32


@pytest.mark.parametrize("height", HEIGHTS)
def test_a_real_block_is_named_by_its_headers_hash_and_its_set_by_its_own(height: int) -> None:
    block = recorded.get_block(height)
    assert compute_header_hash(block.header) == block.commit.block_id.hash
    assert compute_validators_hash(block.validators) == block.header.validators_hash
    if height < recorded.HEIGHT:
        following = recorded.get_block(height + 1)
        assert following.header.last_block_id == block.commit.block_id
        assert following.header.validators_hash == block.header.next_validators_hash


@pytest.mark.parametrize("height", HEIGHTS)
def test_every_real_vote_is_signed_by_its_validator(height: int) -> None:
    block = recorded.get_block(height)
    for validator, vote in zip(block.validators, block.commit.votes, strict=True):
        if vote.kind is VoteKind.COMMIT:
            signer = recover_signer(encode_vote(block.header.chain_id, block.commit, vote), vote.signature)
            assert signer is not None
            assert signer.format() == validator.key


def test_the_first_block_has_an_empty_block_id_that_is_still_there() -> None:
    assert encode_header_fields(recorded.get_block(1).header)[4] == bytes.fromhex("1200")


def test_zeros_are_left_out_of_a_vote() -> None:
    encoded = encode_vote("c", COMMIT, Vote(VoteKind.COMMIT, 10**9, b""))
    expected = HEAD + bytes.fromhex(BLOCK_ID) + bytes.fromhex("2a02 0801 320163")
    assert encoded == bytes([len(expected)]) + expected


def test_a_vote_for_nil_names_no_block() -> None:
    encoded = encode_vote("c", COMMIT, Vote(VoteKind.NIL, 1, b""))
    assert encoded == bytes([18]) + HEAD + bytes.fromhex("2a021001 320163")


def test_a_long_vote_has_its_length_in_two_bytes() -> None:
    chain_id = "c" * 50
    encoded = encode_vote(chain_id, COMMIT, Vote(VoteKind.COMMIT, 10**18 + 1, b""))
    assert encoded[0] & 0x7F | encoded[1] << 7 == len(encoded) - 2
    assert encoded[2:].startswith(HEAD)
    assert encoded.endswith(b"\x32\x32" + chain_id.encode())


@given(st.lists(st.binary(max_size=40), max_size=40))
def test_a_tree_is_the_same_when_it_is_built_from_below(leaves: list[bytes]) -> None:
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves] or [hashlib.sha256().digest()]
    while len(level) > 1:
        pairs = [level[place : place + 2] for place in range(0, len(level), 2)]
        level = [
            hashlib.sha256(b"\x01" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs
        ]
    assert compute_merkle_root(leaves) == level[0]


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:01.5Z", 1_500_000_000),
        ("2026-11-26T00:15:14.000000001Z", 1_795_652_114_000_000_001),
        ("0001-01-01T00:00:00Z", -62_135_596_800 * 10**9),
    ],
)
def test_times_are_read_to_the_nanosecond(text: str, time_ns: int) -> None:
    assert parse_time_ns(text) == time_ns


@pytest.mark.parametrize("text", ["", "2026-11-26", "2026-11-26T00:15:14+01:00", "2026-13-26T00:15:14Z"])
def test_a_time_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"time|month"):
        parse_time_ns(text)


@given(st.integers(0, 2**63 - 1))
def test_a_time_comes_back_from_its_message(time_ns: int) -> None:
    assert build_timestamp(time_ns).ToNanoseconds() == time_ns
