"""CBOR in one form only, base58, Keccak."""

import json
import time
from pathlib import Path

import pytest
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.core import EncodingError, base58, cbor, keccak256

RFC8949 = Path(__file__).parents[3] / "shared" / "data" / "standards" / "cbor" / "rfc8949-appendix-a.json"

VALUES = st.recursive(
    st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=20) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(-5, 5), inner, max_size=3),
    max_leaves=4,
)


@given(VALUES)
def test_what_is_encoded_is_decoded(value: cbor.Value) -> None:
    assert cbor.decode(cbor.encode(value)) == value


@given(st.binary(max_size=60))
def test_random_bytes_are_decoded_or_refused_but_never_two_ways(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except EncodingError:
        return
    assert cbor.encode(value) == data


@pytest.mark.parametrize(
    "data",
    [
        "1801",  # 1 in two bytes
        "5f4101ff",  # indefinite length
        "9f01ff",
        "fb3ff0000000000000",  # float
        "f5",  # true
        "f6",  # null
        "a201020103",  # key twice
        "a2020101 02",  # keys out of order
        "0101",  # trailing byte
        "c101",  # a tag
        "a1616101",  # text as a key
        "82",  # cut off
        "c249010000000000000000",  # a number of more than 64 bits
        "a1c24a0100000000000000000000",  # the same as a key
        "a119020000",  # a key of more than one byte
        "a181180000",  # an array as a key
        "9bffffffffffffffff00",  # an array of 2^64 - 1 elements
        "5bffffffffffffffff00",  # a string of 2^64 - 1 bytes
        "62c328",  # text that is no UTF-8
        "1c",  # a reserved head
        "c4821a7fffffff01",  # a decimal of two thousand million digits
        "",
        "81" * 9 + "01",  # nine deep
        "81" * 100_000,
    ],
)
def test_other_forms_are_refused(data: str) -> None:
    with pytest.raises(EncodingError):
        cbor.decode(bytes.fromhex(data))


def test_null_is_a_value_only_where_it_was_allowed() -> None:
    assert cbor.decode(bytes.fromhex("8301f602"), allows_null=True) == [1, None, 2]
    assert cbor.encode([1, None, 2]).hex() == "8301f602"
    for data in ("8301f602", "a101f6", "f6"):
        with pytest.raises(EncodingError):
            cbor.decode(bytes.fromhex(data))
    for data in ("a1f601", "f7", "f816", "8201f5"):
        with pytest.raises(EncodingError):
            cbor.decode(bytes.fromhex(data), allows_null=True)


def test_eight_levels_are_accepted() -> None:
    assert cbor.decode(bytes.fromhex("81" * 8 + "01")) is not None


def test_a_tag_is_demanded_where_it_belongs() -> None:
    assert cbor.decode(bytes.fromhex("d28101"), tag=18) == [1]
    for data in ("8101", "d18101", "d2d28101"):
        with pytest.raises(EncodingError):
            cbor.decode(bytes.fromhex(data), tag=18)


@pytest.mark.skipif(not RFC8949.exists(), reason="the standards' vectors are not at hand")
def test_the_examples_of_the_standard_are_decoded_or_refused_as_our_form_demands() -> None:
    accepted = 0
    for case in json.loads(RFC8949.read_text()):
        data = bytes.fromhex(case["hex"])
        try:
            value = cbor.decode(data)
        except EncodingError:
            continue
        accepted += 1
        assert cbor.encode(value) == data
        if "decoded" in case and not isinstance(value, bytes):
            assert value == case["decoded"] or isinstance(value, dict)
    assert accepted > 30


@pytest.mark.parametrize(
    "head", [b"\xc4\x82\x01\xc2\x59\xfd\xe8", b"\xd8\x23\x79\xfd\xe8", b"\xd9\x01\x02\x99\xfd\xe8"]
)
def test_what_a_tag_asks_for_is_never_built(head: bytes) -> None:
    """A decimal of 65,000 bytes took a general decoder 0.4 s, before anybody looked at a signature."""
    started = time.process_time()
    with pytest.raises(EncodingError):
        cbor.decode(head + b"(" * 65_000)
    assert time.process_time() - started < 0.02


@given(st.binary(max_size=40))
def test_base58_returns_what_was_put_in(data: bytes) -> None:
    assert base58.decode(base58.encode(data)) == data


@pytest.mark.parametrize("text", ["0", "O", "I", "l", "1" * 129, "é"])
def test_what_is_no_base58_is_refused(text: str) -> None:
    with pytest.raises(EncodingError):
        base58.decode(text)


@given(st.binary(max_size=300))
def test_keccak_agrees_with_the_native_one(data: bytes) -> None:
    assert keccak256(data) == keccak(data)
