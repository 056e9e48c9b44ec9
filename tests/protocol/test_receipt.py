"""Receipts: of fixed width, bound in every field, by one gateway."""

import random
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldproof.core import SECP256K1, Algorithm, FieldproofError, cbor
from fieldproof.protocol import (
    Receipt,
    ReceiptKind,
    encode_signed,
    prepare_packet,
    prepare_receipt,
    prepare_signed,
    verify_receipt,
)
from fieldproof.protocol.cose import TAG

from .protocol_samples import (
    GATEWAY,
    KEYS,
    NETWORK_ID,
    OTHER_NETWORK_ID,
    make_packet,
    sign_as_gateway,
)

RECEIPT = Receipt(ReceiptKind.SEAL, NETWORK_ID, 18, 7, bytes(range(32)), 1_800_000_000_123)
RECEIPTS = st.builds(
    Receipt,
    kind=st.sampled_from(ReceiptKind),
    network_id=st.binary(min_size=32, max_size=32),
    device=st.integers(0, 2**32 - 1),
    window=st.integers(0, 2**64 - 1),
    payload_hash=st.binary(min_size=32, max_size=32),
    received_ms=st.integers(0, 2**64 - 1),
)


def make_wire(receipt: Receipt) -> bytes:
    message = prepare_receipt(receipt, GATEWAY)
    return encode_signed(message, sign_as_gateway(message.to_be_signed))


def make_raw(payload: object, *, algorithm: Algorithm = Algorithm.ES256K, key_id: bytes = GATEWAY) -> bytes:
    message = prepare_signed(algorithm, key_id, cbor.encode(payload))  # type: ignore[arg-type]
    return encode_signed(message, sign_as_gateway(message.to_be_signed))


@given(RECEIPTS)
@settings(deadline=None, max_examples=15)
def test_what_a_gateway_promises_is_what_the_device_reads(receipt: Receipt) -> None:
    assert verify_receipt(make_wire(receipt), GATEWAY) == receipt


@given(RECEIPTS)
def test_every_receipt_has_its_values_at_the_same_places(receipt: Receipt) -> None:
    """A contract reads them there."""
    payload = receipt.encode_payload()
    assert len(payload) == 1 + 2 + 34 + 5 + 9 + 34 + 9
    assert payload[2] == receipt.kind
    assert payload[5:37] == receipt.network_id
    assert payload[38:42] == receipt.device.to_bytes(4)
    assert payload[43:51] == receipt.window.to_bytes(8)
    assert payload[53:85] == receipt.payload_hash
    assert payload[86:] == receipt.received_ms.to_bytes(8)


OTHER_VALUES: dict[str, object] = {
    "kind": ReceiptKind.PACKET,
    "network_id": OTHER_NETWORK_ID,
    "device": 19,
    "window": 8,
    "payload_hash": bytes(32),
    "received_ms": 1_800_000_000_124,
}


def test_the_table_of_attacks_names_every_field() -> None:
    assert {spec.name for spec in fields(Receipt)} == set(OTHER_VALUES)


@pytest.mark.parametrize("name", OTHER_VALUES)
def test_a_receipt_is_worth_nothing_for_anything_else(name: str) -> None:
    other = replace(RECEIPT, **{name: OTHER_VALUES[name]})  # type: ignore[arg-type]
    signature = sign_as_gateway(prepare_receipt(RECEIPT, GATEWAY).to_be_signed)
    with pytest.raises(FieldproofError, match="not signed by the gateway"):
        verify_receipt(encode_signed(prepare_receipt(other, GATEWAY), signature), GATEWAY)


def test_a_receipt_of_another_gateway_is_refused() -> None:
    stranger = bytes(20)
    with pytest.raises(FieldproofError, match="another gateway"):
        verify_receipt(make_wire(RECEIPT), stranger)
    message = prepare_receipt(RECEIPT, stranger)
    with pytest.raises(FieldproofError, match="not signed"):
        verify_receipt(encode_signed(message, sign_as_gateway(message.to_be_signed)), stranger)


def test_the_twin_of_a_signature_is_refused() -> None:
    message = prepare_receipt(RECEIPT, GATEWAY)
    signature = sign_as_gateway(message.to_be_signed)
    twin = signature[:32] + (SECP256K1.order - int.from_bytes(signature[32:])).to_bytes(32)
    for other in (
        twin,
        bytes(64),
        signature[:63],
        signature + b"\0",
        b"\xff" * 64,
        bytes(32) + signature[32:],
    ):
        with pytest.raises(FieldproofError):
            verify_receipt(encode_signed(message, other), GATEWAY)


PARTS = [b"\2", NETWORK_ID, bytes(4), bytes(8), bytes(32), bytes(8)]


@pytest.mark.parametrize(
    "payload",
    [
        0,
        {},
        [],
        PARTS[:-1],
        [*PARTS, b""],
        *([*PARTS[:place], PARTS[place] + b"\0", *PARTS[place + 1 :]] for place in range(6)),
        *([*PARTS[:place], PARTS[place][1:], *PARTS[place + 1 :]] for place in range(6)),
        *([*PARTS[:place], 0, *PARTS[place + 1 :]] for place in range(6)),
        [b"\0", *PARTS[1:]],
        [b"\3", *PARTS[1:]],
        ["\2", *PARTS[1:]],
    ],
)
def test_receipts_of_another_form_are_refused_though_well_signed(payload: object) -> None:
    assert verify_receipt(make_raw(PARTS), GATEWAY).kind is ReceiptKind.SEAL
    with pytest.raises(FieldproofError):
        verify_receipt(make_raw(payload), GATEWAY)


def test_what_a_gateway_signed_as_a_device_is_no_receipt() -> None:
    message = prepare_packet(make_packet(), KEYS[Algorithm.ES256K].identity)
    with pytest.raises(FieldproofError, match="another gateway"):
        verify_receipt(encode_signed(message, sign_as_gateway(message.to_be_signed)), GATEWAY)
    with pytest.raises(FieldproofError, match="another gateway"):
        verify_receipt(make_raw(PARTS, algorithm=Algorithm.ES256), GATEWAY)


@given(st.binary(max_size=250))
def test_random_bytes_are_no_receipt(data: bytes) -> None:
    for raw in (data, b"\xd2" + data, b"\xd2\x84" + data):
        with pytest.raises(FieldproofError):
            verify_receipt(raw, GATEWAY)


def test_a_damaged_receipt_is_refused() -> None:
    wire = make_wire(RECEIPT)
    for length in range(len(wire)):
        with pytest.raises(FieldproofError):
            verify_receipt(wire[:length], GATEWAY)
    source = random.Random(7)
    for bit in source.sample(range(8 * len(wire)), 60):
        damaged = bytearray(wire)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(FieldproofError):
            verify_receipt(bytes(damaged), GATEWAY)
    with pytest.raises(FieldproofError):
        verify_receipt(make_raw(PARTS) + b"\0", GATEWAY)
    assert cbor.decode(wire, tag=TAG)


@pytest.mark.parametrize(
    "change",
    [
        {"device": 2**32},
        {"device": -1},
        {"window": 2**64},
        {"received_ms": 2**64},
        {"network_id": b""},
        {"payload_hash": bytes(31)},
    ],
)
def test_a_receipt_that_cannot_be_is_not_written(change: dict[str, object]) -> None:
    with pytest.raises(FieldproofError):
        replace(RECEIPT, **change).encode_payload()  # type: ignore[arg-type]


def test_a_gateway_is_an_address_of_twenty_bytes() -> None:
    for address in (b"", bytes(19), bytes(21)):
        with pytest.raises(FieldproofError, match="gateway address"):
            prepare_receipt(RECEIPT, address)
