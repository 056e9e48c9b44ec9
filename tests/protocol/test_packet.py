"""Packets: what is signed comes back, and whatever a stranger sends is refused with a reason."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldproof.core import P256, SECP256K1, Algorithm, FieldproofError, cbor, verify_signature
from fieldproof.ingest.signatures import verify_native
from fieldproof.protocol import (
    MAXIMUM_PACKET_BYTES,
    MAXIMUM_PACKET_READINGS,
    Packet,
    Reason,
    Refusal,
    decode_packet,
    prepare_packet,
    prepare_signed,
    to_raw_rows,
    verify_packet_signature,
    verify_rows,
)
from fieldproof.protocol.cose import TAG

from .protocol_samples import (
    KEYS,
    NETWORK_ID,
    OTHER_NETWORK_ID,
    ROWS,
    SCHEMA,
    STRANGERS,
    WINDOW_S,
    SigningKey,
    make_packet,
    make_wire,
)

ED25519 = KEYS[Algorithm.EDDSA]
U64 = st.integers(0, 2**64 - 1)
VALUES = st.integers(-(2**64), 2**64 - 1)
ROWS_OF_ANY_SCHEMA = st.tuples(VALUES, st.lists(VALUES | st.none(), max_size=5)).map(
    lambda row: (row[0], *row[1])
)
PACKETS = st.builds(
    Packet,
    network_id=st.binary(min_size=32, max_size=32),
    window=U64,
    first_index=st.integers(0, 2**16 - 1),
    rows=st.lists(ROWS_OF_ANY_SCHEMA, min_size=1, max_size=5).map(tuple),
)


def get_refusal(data: bytes) -> Reason:
    with pytest.raises(Refusal) as caught:
        decode_packet(data)
    assert len(caught.value.detail) < 1_000
    assert caught.value.reason.hint
    return caught.value.reason


def make_raw(payload: object, *, key: SigningKey = ED25519, key_id: bytes | None = None) -> bytes:
    """A well signed message with any payload."""
    name = key.identity.did.encode() if key_id is None else key_id
    message = prepare_signed(key.algorithm, name, cbor.encode(payload))  # type: ignore[arg-type]
    return cbor.encode([message.protected, {}, message.payload, key.sign(message.to_be_signed)], tag=TAG)


@given(packet=PACKETS, algorithm=st.sampled_from(Algorithm))
@settings(deadline=None, max_examples=60)
def test_what_a_device_sends_is_what_arrives(packet: Packet, algorithm: Algorithm) -> None:
    received = decode_packet(make_wire(packet, KEYS[algorithm]))
    assert received.packet == packet
    assert received.identity == KEYS[algorithm].identity
    verify_packet_signature(received, verify_native)


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("verify", [verify_signature, verify_native])
def test_native_signatures_verify_and_strangers_do_not(
    algorithm: Algorithm, verify: Callable[..., bool]
) -> None:
    received = decode_packet(make_wire(make_packet(), KEYS[algorithm]))
    verify_packet_signature(received, verify)
    by_stranger = replace(
        received.message, signature=STRANGERS[algorithm].sign(received.message.to_be_signed)
    )
    with pytest.raises(Refusal) as caught:
        verify_packet_signature(replace(received, message=by_stranger), verify)
    assert caught.value.reason is Reason.BAD_SIGNATURE


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize(
    "change",
    [
        {"network_id": OTHER_NETWORK_ID},
        {"window": 8},
        {"first_index": 4},
        {"rows": ROWS[:-1]},
        {"rows": (*ROWS[:-1], (3_599_998, 16_000, 6_000))},
        {"rows": (*ROWS[:-1], (3_599_999, 16_000, 5_999))},
        {"rows": (ROWS[1], ROWS[0], ROWS[2])},
    ],
    ids=["network", "window", "index", "a reading less", "time", "value", "order"],
)
def test_a_signature_is_worth_nothing_for_any_other_packet(
    algorithm: Algorithm, change: dict[str, object]
) -> None:
    key = KEYS[algorithm]
    signed = prepare_packet(make_packet(), key.identity)
    other = prepare_packet(make_packet(**change), key.identity)
    received = decode_packet(
        cbor.encode([other.protected, {}, other.payload, key.sign(signed.to_be_signed)], tag=TAG)
    )
    with pytest.raises(Refusal) as caught:
        verify_packet_signature(received, verify_native)
    assert caught.value.reason is Reason.BAD_SIGNATURE


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_packet_of_one_device_is_not_anothers(algorithm: Algorithm) -> None:
    """Two devices with the same readings sign the same payload, and still differ."""
    first, second = KEYS[algorithm], STRANGERS[algorithm]
    signed = prepare_packet(make_packet(), first.identity)
    renamed = prepare_packet(make_packet(), second.identity)
    assert signed.payload == renamed.payload
    assert signed.to_be_signed != renamed.to_be_signed
    stolen = cbor.encode([renamed.protected, {}, signed.payload, first.sign(signed.to_be_signed)], tag=TAG)
    with pytest.raises(Refusal) as caught:
        verify_packet_signature(decode_packet(stolen), verify_native)
    assert caught.value.reason is Reason.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("algorithm", "order"), [(Algorithm.ES256, P256.order), (Algorithm.ES256K, SECP256K1.order)]
)
def test_the_twin_of_a_signature_is_refused_and_named(algorithm: Algorithm, order: int) -> None:
    received = decode_packet(make_wire(make_packet(), KEYS[algorithm]))
    signature = received.message.signature
    for s in (order - int.from_bytes(signature[32:]), order // 2 + 1, 2**256 - 1):
        twin = replace(received.message, signature=signature[:32] + s.to_bytes(32))
        with pytest.raises(Refusal) as caught:
            verify_packet_signature(replace(received, message=twin), verify_native)
        assert caught.value.reason is Reason.HIGH_S


def test_a_packet_made_anew_has_the_same_payload_hash() -> None:
    """ECDSA by `cryptography` takes a fresh nonce each time: the bytes differ, the packet is the same."""
    first, second = (make_wire(make_packet(), KEYS[Algorithm.ES256]) for _ in range(2))
    assert first != second
    assert decode_packet(first).payload_hash == decode_packet(second).payload_hash


@given(st.binary(max_size=200))
def test_random_bytes_are_refused(data: bytes) -> None:
    get_refusal(data)


@given(st.binary(max_size=120), st.sampled_from(["tag", "array", "protected", "payload"]))
def test_random_bytes_in_the_right_place_are_refused(data: bytes, place: str) -> None:
    message = prepare_packet(make_packet(), ED25519.identity)
    match place:
        case "tag":
            get_refusal(b"\xd2" + data)
        case "array":
            get_refusal(b"\xd2\x84" + data)
        case "protected":
            get_refusal(cbor.encode([data, {}, message.payload, bytes(64)], tag=TAG))
        case _:
            get_refusal(cbor.encode([message.protected, {}, data, bytes(64)], tag=TAG))


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_flipped_bit_anywhere_is_refused(algorithm: Algorithm) -> None:
    wire = make_wire(make_packet(), KEYS[algorithm])
    source = random.Random(3)
    for bit in source.sample(range(8 * len(wire)), 250):
        damaged = bytearray(wire)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Refusal):
            verify_packet_signature(decode_packet(bytes(damaged)), verify_native)


def test_a_packet_that_was_cut_off_or_has_something_behind_it_is_refused() -> None:
    wire = make_wire(make_packet(), ED25519)
    for length in range(len(wire)):
        assert get_refusal(wire[:length]) is Reason.MALFORMED
    assert get_refusal(wire + b"\0") is Reason.MALFORMED


def make_wire_of(size: int) -> bytes:
    """A packet of exactly `size` bytes: one row of numbers of nine bytes, then of one byte."""
    for small in range(30):
        for large in range((size - small) // 9 - 40, (size - small) // 9):
            wire = make_wire(make_packet(rows=((2**64 - 1,) * large + (0,) * small,)), ED25519)
            if len(wire) == size:
                return wire
            if len(wire) > size:
                break
    raise AssertionError(f"no packet of {size} bytes found")


def test_the_greatest_packet_is_accepted_and_a_byte_more_is_not() -> None:
    at_limit = make_wire_of(MAXIMUM_PACKET_BYTES)
    assert decode_packet(at_limit).packet.window == 7
    assert get_refusal(at_limit + b"\0") is Reason.TOO_LARGE
    assert get_refusal(make_wire_of(MAXIMUM_PACKET_BYTES + 1)) is Reason.TOO_LARGE


def test_as_many_readings_as_allowed_are_accepted_and_one_more_is_not() -> None:
    rows = tuple((index, 0) for index in range(MAXIMUM_PACKET_READINGS + 1))
    received = decode_packet(make_wire(make_packet(rows=rows[:-1]), ED25519))
    assert len(received.packet.rows) == MAXIMUM_PACKET_READINGS == 4_096
    assert get_refusal(make_wire(make_packet(rows=rows), ED25519)) is Reason.TOO_LARGE


def nest(levels: int) -> object:
    value: object = 0
    for _ in range(levels):
        value = [value]
    return value


def test_deep_nesting_is_refused_before_it_is_followed() -> None:
    # Payload and rows are two levels: six more are still read, seven are not.
    for levels, reason in ((6, Reason.WRONG_ROW), (7, Reason.MALFORMED), (300, Reason.MALFORMED)):
        payload = [NETWORK_ID, 7, 0, [nest(levels)]]
        assert get_refusal(make_raw(payload)) is reason, levels
    for head in (b"\x81", b"\xa1\x00", b"\xd2", b"\xd2\x84", b"\x9f", b"\xc2"):
        assert get_refusal((head * 65_000)[:65_000]) is Reason.MALFORMED


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (7, Reason.MALFORMED),
        ({}, Reason.MALFORMED),
        ([NETWORK_ID, 7, 0], Reason.MALFORMED),
        ([NETWORK_ID, 7, 0, [[0, 1]], 0], Reason.MALFORMED),
        ([NETWORK_ID[:31], 7, 0, [[0, 1]]], Reason.MALFORMED),
        ([NETWORK_ID + b"\0", 7, 0, [[0, 1]]], Reason.MALFORMED),
        ([b"x" * 60_000, 7, 0, [[0, 1]]], Reason.MALFORMED),
        (["x" * 32, 7, 0, [[0, 1]]], Reason.MALFORMED),
        ([NETWORK_ID, -1, 0, [[0, 1]]], Reason.MALFORMED),
        ([NETWORK_ID, b"7", 0, [[0, 1]]], Reason.MALFORMED),
        ([NETWORK_ID, "7" * 60_000, 0, [[0, 1]]], Reason.MALFORMED),
        ([NETWORK_ID, [[[7]]], 0, [[0, 1]]], Reason.MALFORMED),
        ([NETWORK_ID, 7, 65_536, [[0, 1]]], Reason.MALFORMED),
        ([NETWORK_ID, 7, -1, [[0, 1]]], Reason.MALFORMED),
        ([NETWORK_ID, 7, 0, []], Reason.MALFORMED),
        ([NETWORK_ID, 7, 0, {}], Reason.MALFORMED),
        ([NETWORK_ID, 7, 0, b"rows"], Reason.MALFORMED),
        ([NETWORK_ID, 7, 0, [1, 2]], Reason.WRONG_ROW),
        ([NETWORK_ID, 7, 0, [[0, 1], 2]], Reason.WRONG_ROW),
        ([NETWORK_ID, 7, 0, [[0, "1"]]], Reason.WRONG_ROW),
        ([NETWORK_ID, 7, 0, [[0, b"1"]]], Reason.WRONG_ROW),
        ([NETWORK_ID, 7, 0, [[]]], Reason.WRONG_ROW),
        ([NETWORK_ID, 7, 0, [[None, 1]]], Reason.WRONG_ROW),
        ([NETWORK_ID, 7, 0, [None]], Reason.WRONG_ROW),
        ([NETWORK_ID, 7, 0, None], Reason.MALFORMED),
        ([None, 7, 0, [[0, 1]]], Reason.MALFORMED),
        ([NETWORK_ID, None, 0, [[0, 1]]], Reason.MALFORMED),
        ([NETWORK_ID, 7, None, [[0, 1]]], Reason.MALFORMED),
        ([NETWORK_ID, 7, 0, [[0, [1]]]], Reason.WRONG_ROW),
        ([NETWORK_ID, 7, 0, [{0: 1}]], Reason.WRONG_ROW),
    ],
)
def test_payloads_of_another_form_are_refused(payload: object, reason: Reason) -> None:
    assert get_refusal(make_raw(payload)) is reason


def test_floats_booleans_and_other_writings_of_a_number_are_refused() -> None:
    message = prepare_packet(make_packet(rows=((0, 1, 2),)), ED25519.identity)
    body = message.payload
    assert body.endswith(b"\x83\x00\x01\x02")
    for row in (
        b"\x83\x00\x01\xf5",
        b"\x83\x00\x01\xf9\x40\x00",
        b"\x83\x00\x01\x18\x02",
        b"\x83\x00\x01\xc2\x41\x02",
    ):
        wire = cbor.encode([message.protected, {}, body[:-4] + row, bytes(64)], tag=TAG)
        assert get_refusal(wire) is Reason.MALFORMED


def test_headers_that_anyone_could_change_are_refused() -> None:
    message = prepare_packet(make_packet(), ED25519.identity)
    signature = ED25519.sign(message.to_be_signed)
    for unprotected in ({4: b"11"}, {1: -8}, {7: 0}, [], 0, b""):
        wire = cbor.encode([message.protected, unprotected, message.payload, signature], tag=TAG)
        assert get_refusal(wire) is Reason.MALFORMED


@pytest.mark.parametrize(
    "header",
    [
        {},
        {1: -8},
        {4: b"x"},
        {1: -8, 4: b"x", 3: 0},
        {1: -8, 4: "text"},
        {1: -35, 4: b"x"},
        {1: "ES256", 4: b"x"},
        {1: [-8], 4: b"x"},
        [1, -8],
        -8,
    ],
)
def test_protected_headers_of_another_form_are_refused(header: object) -> None:
    message = prepare_packet(make_packet(), ED25519.identity)
    protected = cbor.encode(header)  # type: ignore[arg-type]
    assert get_refusal(cbor.encode([protected, {}, message.payload, bytes(64)], tag=TAG)) is Reason.MALFORMED


@pytest.mark.parametrize(
    "key_id",
    [
        b"",
        b"\xff\xfe",
        b"did:key:z",
        b"did:key:z6Mk",
        b"did:web:example.org",
        b"did:key:z" + b"1" * 128,
        b"did:key:z" + b"z" * 60_000,
        "did:key:z6MkéÉ".encode(),
        KEYS[Algorithm.EDDSA].identity.did.encode() + b"#key",
        KEYS[Algorithm.EDDSA].identity.did.encode() + b"\n",
        KEYS[Algorithm.EDDSA].identity.did.replace("did:key:z", "did:key:z1").encode(),
    ],
)
def test_names_that_are_no_did_key_are_refused(key_id: bytes) -> None:
    assert get_refusal(make_raw([NETWORK_ID, 7, 0, [[0, 1]]], key_id=key_id)) is Reason.MALFORMED


@pytest.mark.parametrize("named", Algorithm)
@pytest.mark.parametrize("used", Algorithm)
def test_the_algorithm_must_be_that_of_the_key(named: Algorithm, used: Algorithm) -> None:
    message = prepare_signed(named, KEYS[used].identity.did.encode(), make_packet().encode_payload())
    wire = cbor.encode(
        [message.protected, {}, message.payload, KEYS[used].sign(message.to_be_signed)], tag=TAG
    )
    if named is used:
        verify_packet_signature(decode_packet(wire), verify_native)
    else:
        assert get_refusal(wire) is Reason.WRONG_ALGORITHM


@pytest.mark.parametrize("length", [0, 1, 32, 63, 65, 128])
@pytest.mark.parametrize("algorithm", Algorithm)
def test_signatures_of_another_length_are_refused(algorithm: Algorithm, length: int) -> None:
    message = prepare_packet(make_packet(), KEYS[algorithm].identity)
    signature = (KEYS[algorithm].sign(message.to_be_signed) + bytes(64))[:length]
    received = decode_packet(cbor.encode([message.protected, {}, message.payload, signature], tag=TAG))
    with pytest.raises(Refusal) as caught:
        verify_packet_signature(received, verify_native)
    assert caught.value.reason is Reason.BAD_SIGNATURE


LAST_MS = WINDOW_S * 1000 - 1


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (((0, 0, 0), (1, 0)), Reason.WRONG_ROW),
        (((0, 0, 0, 0),), Reason.WRONG_ROW),
        (((),), Reason.WRONG_ROW),
        (((-1, 0, 0),), Reason.TIME_OUTSIDE_WINDOW),
        (((LAST_MS + 1, 0, 0),), Reason.TIME_OUTSIDE_WINDOW),
        (((2**64 - 1, 0, 0),), Reason.TIME_OUTSIDE_WINDOW),
        (((5, 0, 0), (5, 0, 0)), Reason.TIMES_NOT_RISING),
        (((5, 0, 0), (4, 0, 0)), Reason.TIMES_NOT_RISING),
        (((0, -1, 0),), Reason.OUT_OF_RANGE),
        (((0, 16_001, 0),), Reason.OUT_OF_RANGE),
        (((0, 0, -6_001),), Reason.OUT_OF_RANGE),
        (((0, 0, 6_001),), Reason.OUT_OF_RANGE),
        (((0, 2**64 - 1, -(2**64)),), Reason.OUT_OF_RANGE),
        (((0, 0, 0), (1, 16_001, 0)), Reason.OUT_OF_RANGE),
    ],
)
def test_rows_that_the_schema_does_not_allow_are_refused(
    rows: tuple[tuple[int, ...], ...], reason: Reason
) -> None:
    with pytest.raises(Refusal) as caught:
        verify_rows(rows, SCHEMA, WINDOW_S)
    assert caught.value.reason is reason
    assert f"row {len(rows) - 1}" in caught.value.detail


def test_rows_at_the_bounds_are_accepted_and_raw_values_start_at_zero() -> None:
    rows = ((0, 0, -6_000), (1, 16_000, 6_000), (LAST_MS, 0, 0))
    verify_rows(rows, SCHEMA, WINDOW_S)
    assert to_raw_rows(rows, SCHEMA) == [(0, 0, 0), (1, 16_000, 12_000), (LAST_MS, 0, 6_000)]


def test_only_an_optional_field_may_lack_its_value() -> None:
    first, second = SCHEMA.reading
    schema = replace(SCHEMA, reading=(first, replace(second, optional=True)))
    rows = ((0, 0, None), (1, 16_000, -6_000), (LAST_MS, 0, 6_000))
    verify_rows(rows, schema, WINDOW_S)
    assert to_raw_rows(rows, schema) == [(0, 0, 0), (1, 16_000, 1), (LAST_MS, 0, 12_001)]
    received = decode_packet(make_wire(make_packet(rows=rows), ED25519))
    assert received.packet.rows == rows
    assert received.message.payload.count(b"\xf6") == 1
    for wrong, reason in (
        ((0, None, None), Reason.WRONG_ROW),
        ((0, 0, -6_001), Reason.OUT_OF_RANGE),
        ((0, 0, 6_001), Reason.OUT_OF_RANGE),
    ):
        with pytest.raises(Refusal) as caught:
            verify_rows((wrong,), schema, WINDOW_S)
        assert caught.value.reason is reason
    with pytest.raises(Refusal, match="temperature needs a value"):
        verify_rows(rows, SCHEMA, WINDOW_S)


@pytest.mark.parametrize(
    "change", [{"network_id": b"short"}, {"window": 2**64}, {"window": -1}, {"first_index": 65_536}]
)
def test_a_packet_that_cannot_be_is_not_written(change: dict[str, object]) -> None:
    with pytest.raises(FieldproofError):
        make_packet(**change).encode_payload()
