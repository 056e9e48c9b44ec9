"""Execution blocks as consensus carries them and as the Engine API writes them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.application.application_samples import make_bytes
from fieldproof.chain.application.payload import Attributes, Payload, Withdrawal
from fieldproof.core.errors import EncodingError

WITHDRAWAL = Withdrawal(3, make_bytes("rewards", 20), 10**9)
PAYLOAD = Payload(
    parent_hash=make_bytes("parent"),
    fee_recipient=make_bytes("fees", 20),
    state_root=make_bytes("state"),
    receipts_root=make_bytes("receipts"),
    logs_bloom=make_bytes("bloom", 256),
    randao=make_bytes("randao"),
    number=4,
    gas_limit=30_000_000,
    gas_used=21_000,
    time_s=1_700_000_004,
    extra_data=b"extra",
    base_fee_wei=10**9,
    block_hash=make_bytes("hash"),
    blob_gas_used=0,
    excess_blob_gas=0,
    transactions=(b"\2one", b"\2two"),
    withdrawals=(WITHDRAWAL,),
    requests=(b"\0request",),
)
WORDS = ("parent_hash", "state_root", "receipts_root", "randao", "block_hash")
NUMBERS = ("number", "gas_limit", "gas_used", "time_s", "blob_gas_used", "excess_blob_gas")
LENGTHS = [(name, 32) for name in WORDS] + [("fee_recipient", 20), ("logs_bloom", 256)]


def test_a_payload_comes_back_from_consensus_as_it_was() -> None:
    assert Payload.decode(PAYLOAD.encode()) == PAYLOAD


def test_a_payload_comes_back_from_the_engine_api_as_it_was() -> None:
    body, requests = PAYLOAD.to_json()
    assert Payload.from_json(body, requests) == PAYLOAD


def test_the_engine_api_writes_numbers_and_bytes_in_hex() -> None:
    body, requests = PAYLOAD.to_json()
    assert body["blockNumber"] == "0x4"
    assert body["baseFeePerGas"] == "0x3b9aca00"
    assert body["prevRandao"] == "0x" + make_bytes("randao").hex()
    assert body["transactions"] == ["0x026f6e65", "0x0274776f"]
    assert body["withdrawals"] == [
        {
            "index": "0x3",
            "validatorIndex": "0x0",
            "address": "0x" + WITHDRAWAL.account.hex(),
            "amount": "0x3b9aca00",
        }
    ]
    assert requests == ["0x0072657175657374"]


def test_attributes_are_written_with_all_five_names_of_the_engine_api() -> None:
    attributes = Attributes(5, make_bytes("randao"), make_bytes("fees", 20), WITHDRAWAL, make_bytes("root"))
    assert attributes.to_json() == {
        "timestamp": "0x5",
        "prevRandao": "0x" + make_bytes("randao").hex(),
        "suggestedFeeRecipient": "0x" + make_bytes("fees", 20).hex(),
        "withdrawals": [WITHDRAWAL.to_json()],
        "parentBeaconBlockRoot": "0x" + make_bytes("root").hex(),
    }


@pytest.mark.parametrize(("name", "length"), LENGTHS)
@pytest.mark.parametrize("difference", [-1, 1])
def test_bytes_of_another_length_are_refused_by_name(name: str, length: int, difference: int) -> None:
    with pytest.raises(EncodingError, match=name):
        Payload.decode(replace(PAYLOAD, **{name: bytes(length + difference)}).encode())  # type: ignore[arg-type]


@pytest.mark.parametrize("length", [0, 32])
def test_extra_data_may_be_empty_and_may_have_32_bytes(length: int) -> None:
    payload = replace(PAYLOAD, extra_data=bytes(length))
    assert Payload.decode(payload.encode()) == payload


def test_extra_data_of_33_bytes_is_refused() -> None:
    with pytest.raises(EncodingError, match="extra_data"):
        Payload.decode(replace(PAYLOAD, extra_data=bytes(33)).encode())


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_have_64_bits(name: str) -> None:
    largest: Any = {name: 2**64 - 1}
    assert Payload.decode(replace(PAYLOAD, **largest).encode()) == replace(PAYLOAD, **largest)
    larger: Any = {name: 2**64}
    with pytest.raises(EncodingError, match=name):
        Payload.decode(replace(PAYLOAD, **larger).encode())


def test_the_base_fee_has_256_bits() -> None:
    largest = replace(PAYLOAD, base_fee_wei=2**256 - 1)
    assert Payload.decode(largest.encode()) == largest
    with pytest.raises(EncodingError, match="base_fee_wei"):
        Payload.decode(replace(PAYLOAD, base_fee_wei=2**256).encode())


@pytest.mark.parametrize(
    "changes", [{"index": 2**64}, {"amount_gwei": 2**64}, {"account": bytes(19)}], ids=str
)
def test_a_withdrawal_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(EncodingError, match="withdrawals"):
        Payload.decode(replace(PAYLOAD, withdrawals=(WITHDRAWAL, replace(WITHDRAWAL, **changes))).encode())


@given(st.binary(max_size=64))
def test_bytes_that_nobody_encoded_are_refused(data: bytes) -> None:
    with pytest.raises(EncodingError):
        Payload.decode(data)
