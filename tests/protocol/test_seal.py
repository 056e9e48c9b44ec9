"""Seals: every field of them binds, and whatever a stranger sends is refused with a reason."""

import random
from collections.abc import Sequence
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldproof.core import FIELD_ORDER, GRUMPKIN, Domain, FieldproofError, cbor, compute_hash
from fieldproof.protocol import (
    MAXIMUM_GATEWAY,
    MAXIMUM_SEAL_BYTES,
    FieldSpec,
    Reason,
    Refusal,
    Row,
    Schema,
    Seal,
    SealContent,
    SealSignature,
    compute_digest,
    compute_seal_key,
    compute_widths,
    decode_seal,
    is_seal_valid,
    pack_rows,
    sign_seal,
)

from .protocol_samples import NETWORK_ID, OTHER_NETWORK_ID, ROWS, SCHEMA, WINDOW_S, make_content

SECRET = 0x1234_5678_9ABC_DEF0
KEY = compute_seal_key(SECRET)
ENTROPY = bytes(range(32))
SEAL = sign_seal(make_content(), SECRET, ENTROPY)
CONTENTS = st.builds(
    SealContent,
    network_id=st.binary(min_size=31, max_size=31).map(lambda data: b"\0" + data),
    device=st.integers(0, 2**32 - 1),
    window=st.integers(0, 2**64 - 1),
    gateway=st.integers(0, MAXIMUM_GATEWAY),
    count=st.integers(0, 2**16 - 1),
    salt=st.binary(min_size=16, max_size=16),
    digest=st.integers(0, FIELD_ORDER - 1),
)
OTHER_VALUES: dict[str, Sequence[object]] = {
    "network_id": (OTHER_NETWORK_ID, bytes(32), b"\0" + NETWORK_ID[1:-1] + b"\xff"),
    "device": (17, 19, 0, 2**32 - 1, 18 + 2**16),
    "window": (6, 8, 0, 2**64 - 1, 7 + 2**32),
    "gateway": (1, 3, 0, MAXIMUM_GATEWAY),
    "count": (2, 4, 0, 2**16 - 1),
    "digest": (0, 0x1234_5679, FIELD_ORDER - 1),
}
"""For each field that is signed as it stands, other values than that of `make_content`."""


def test_the_table_of_attacks_names_every_field_of_a_seal() -> None:
    # The salt is signed through the digest; a test of its own changes it.
    assert {spec.name for spec in fields(SealContent)} == {*OTHER_VALUES, "salt"}


@pytest.mark.parametrize("name", OTHER_VALUES)
def test_a_seal_is_worth_nothing_for_any_other_statement(name: str) -> None:
    assert is_seal_valid(SEAL, KEY)
    messages = {SEAL.content.compute_message()}
    for value in OTHER_VALUES[name]:
        other = replace(SEAL.content, **{name: value})  # type: ignore[arg-type]
        messages.add(other.compute_message())
        assert not is_seal_valid(Seal(other, SEAL.signature), KEY), f"{name}={value}"
        assert other.encode_payload() != SEAL.content.encode_payload()
    assert len(messages) == 1 + len(OTHER_VALUES[name])


def test_a_seal_is_worth_nothing_after_the_keys_rotation() -> None:
    for secret in (SECRET + 1, GRUMPKIN.order - SECRET, 1):
        assert not is_seal_valid(SEAL, compute_seal_key(secret))
    for key in ((0, 0), (KEY[0], KEY[1] + 1), (KEY[0] + FIELD_ORDER, KEY[1]), (-1, 2)):
        assert not is_seal_valid(SEAL, key)


def digest(
    rows: Sequence[Row] = ROWS, salt: bytes = bytes(16), schema: Schema = SCHEMA, slots: int = 5
) -> int:
    return compute_digest(rows, salt, schema, window_s=WINDOW_S, readings_per_window=slots)


def test_the_digest_binds_every_reading_its_place_and_the_salt() -> None:
    changed = [
        ROWS[:-1],
        (*ROWS[:-1], (3_599_998, 16_000, 6_000)),
        (*ROWS[:-1], (3_599_999, 15_999, 6_000)),
        (*ROWS[:-1], (3_599_999, 16_000, 5_999)),
        (ROWS[1], ROWS[0], ROWS[2]),
        (),
    ]
    digests = [digest(rows) for rows in (ROWS, *changed)]
    digests += [digest(salt=bytes(15) + b"\x01"), digest(salt=b"\x80" + bytes(15)), digest(salt=b"\xff" * 16)]
    assert len(set(digests)) == len(digests)


def test_a_reading_of_zeros_and_none_share_a_digest_and_differ_in_the_count() -> None:
    zero = ((0, 0, -6_000),)
    assert digest(zero) == digest(())
    contents = [make_content(digest=digest(rows), count=len(rows)) for rows in (zero, ())]
    assert contents[0].compute_message() != contents[1].compute_message()


def test_a_missing_value_has_a_digest_of_its_own() -> None:
    schema = replace(SCHEMA, reading=(SCHEMA.reading[0], replace(SCHEMA.reading[1], optional=True)))
    values = (None, -6_000, -5_999, 6_000)
    assert len({digest([(5, 0, value)], schema=schema) for value in values}) == len(values)


def test_one_reading_cannot_stand_for_another_of_a_wider_schema() -> None:
    """The digest does not say how it is packed: the network id does, through the schema's hash."""
    wide = Schema(1, (FieldSpec("both", "count", 1, 0, 2**28 - 1),))
    narrow = Schema(
        1, (FieldSpec("low", "count", 1, 0, 2**14 - 1), FieldSpec("high", "count", 1, 0, 2**14 - 1))
    )
    assert digest([(0, 5 + (9 << 14))], schema=wide, slots=1) == digest([(0, 5, 9)], schema=narrow, slots=1)
    assert wide.hash != narrow.hash


@given(CONTENTS)
@settings(deadline=None, max_examples=50)
def test_what_is_sealed_is_what_arrives(content: SealContent) -> None:
    seal = Seal(content, SEAL.signature)
    received = decode_seal(seal.encode())
    assert received == seal
    assert received.payload_hash == seal.payload_hash
    assert received.encode() == seal.encode()


@given(CONTENTS, CONTENTS)
@settings(deadline=None, max_examples=50)
def test_two_contents_never_share_a_message(first: SealContent, second: SealContent) -> None:
    # The salt alone does not count: it is bound by the digest.
    if replace(first, salt=second.salt) != second:
        assert first.compute_message() != second.compute_message()


@given(secret=st.integers(1, GRUMPKIN.order - 1), content=CONTENTS)
@settings(deadline=None, max_examples=8)
def test_every_secret_signs(secret: int, content: SealContent) -> None:
    seal = sign_seal(content, secret, ENTROPY)
    assert is_seal_valid(seal, compute_seal_key(secret))
    assert not is_seal_valid(seal, KEY)


def test_the_nonce_hangs_on_entropy_and_message() -> None:
    """Two messages under one nonce would tell the secret to everybody."""
    seals = [
        sign_seal(make_content(), SECRET, ENTROPY),
        sign_seal(make_content(), SECRET, bytes(32)),
        sign_seal(make_content(count=4), SECRET, ENTROPY),
    ]
    assert seals[0] == SEAL
    nonces = {(seal.signature.s + seal.signature.e * SECRET) % GRUMPKIN.order for seal in seals}
    assert len(nonces) == 3
    for entropy in (b"", bytes(31), bytes(33)):
        with pytest.raises(FieldproofError, match="entropy"):
            sign_seal(make_content(), SECRET, entropy)


def test_a_secret_outside_the_group_is_a_bug() -> None:
    for secret in (0, GRUMPKIN.order, -1):
        with pytest.raises(ValueError, match="bug"):
            compute_seal_key(secret)


@pytest.mark.parametrize(
    ("s", "e"),
    [
        (0, 0),
        (1, 1),
        (SEAL.signature.s + GRUMPKIN.order, SEAL.signature.e),
        (SEAL.signature.s, SEAL.signature.e + FIELD_ORDER),
        (SEAL.signature.s, (SEAL.signature.e + GRUMPKIN.order) % 2**256),
        (GRUMPKIN.order - SEAL.signature.s, SEAL.signature.e),
        (SEAL.signature.e, SEAL.signature.s),
    ],
)
def test_no_signature_has_a_second_form(s: int, e: int) -> None:
    assert not is_seal_valid(Seal(SEAL.content, SealSignature(s, e)), KEY)


def test_a_nonce_of_zero_signs_like_any_other() -> None:
    """The circuit takes it too: where gateway and circuit disagree, such a seal would stop its cohort."""
    e = compute_hash(Domain.CHALLENGE, 0, 0, 0, *KEY, SEAL.content.compute_message())
    assert is_seal_valid(Seal(SEAL.content, SealSignature(-e * SECRET % GRUMPKIN.order, e)), KEY)


def get_refusal(data: bytes) -> Reason:
    with pytest.raises(Refusal) as caught:
        decode_seal(data)
    assert len(caught.value.detail) < 1_000
    return caught.value.reason


def make_payload(**changes: object) -> list[object]:
    values: dict[str, object] = {
        "network_id": NETWORK_ID,
        "device": 18,
        "window": 7,
        "gateway": 2,
        "count": 3,
        "salt": bytes(16),
        "digest": bytes(32),
    }
    return list((values | changes).values())


def make_raw(payload: object, signature: object = bytes(64)) -> bytes:
    return cbor.encode([cbor.encode(payload), signature])  # type: ignore[list-item, arg-type]


def test_values_at_their_limits_are_accepted() -> None:
    content = decode_seal(
        make_raw(
            make_payload(
                device=2**32 - 1,
                window=2**64 - 1,
                gateway=14,
                count=65_535,
                salt=b"\xff" * 16,
                digest=(FIELD_ORDER - 1).to_bytes(32),
            ),
            (GRUMPKIN.order - 1).to_bytes(32) + (FIELD_ORDER - 1).to_bytes(32),
        )
    ).content
    assert (content.device, content.gateway, content.count) == (2**32 - 1, MAXIMUM_GATEWAY, 65_535)
    assert 0 <= content.compute_message() < FIELD_ORDER


@pytest.mark.parametrize(
    "change",
    [
        {"network_id": NETWORK_ID[:31]},
        {"network_id": NETWORK_ID + b"\0"},
        {"network_id": b"\xff" * 32},
        {"network_id": FIELD_ORDER.to_bytes(32)},
        {"network_id": "x" * 32},
        {"device": 2**32},
        {"device": -1},
        {"device": b"\0\0\0\x12"},
        {"device": "9" * 200},
        {"window": -1},
        {"window": [7]},
        {"gateway": 15},
        {"gateway": 255},
        {"gateway": -1},
        {"count": 65_536},
        {"count": -1},
        {"salt": bytes(15)},
        {"salt": bytes(17)},
        {"salt": b""},
        {"salt": 0},
        {"digest": FIELD_ORDER.to_bytes(32)},
        {"digest": b"\xff" * 32},
        {"digest": bytes(31)},
        {"digest": bytes(33)},
        {"digest": 5},
    ],
    ids=str,
)
def test_values_beyond_their_limits_are_refused(change: dict[str, object]) -> None:
    assert get_refusal(make_raw(make_payload(**change))) is Reason.MALFORMED


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80",
        cbor.encode(7),
        cbor.encode([]),
        cbor.encode([b"", b""]),
        cbor.encode([b"", bytes(64)]),
        cbor.encode([cbor.encode([]), bytes(64)]),
        make_raw(make_payload()[:-1]),
        make_raw([*make_payload(), 0]),
        make_raw({0: NETWORK_ID}),
        make_raw(make_payload(), bytes(63)),
        make_raw(make_payload(), bytes(65)),
        make_raw(make_payload(), 5),
        make_raw(make_payload()) + b"\0",
        cbor.encode([cbor.encode(make_payload()) + b"\0", bytes(64)]),  # type: ignore[arg-type]
        cbor.encode([make_payload(), bytes(64)]),  # type: ignore[list-item]
        cbor.encode([cbor.encode(make_payload()), bytes(64), 0]),  # type: ignore[arg-type]
    ],
)
def test_other_forms_are_refused(data: bytes) -> None:
    assert get_refusal(data) is Reason.MALFORMED


@pytest.mark.parametrize(
    "signature",
    [
        GRUMPKIN.order.to_bytes(32) + bytes(32),
        bytes(32) + FIELD_ORDER.to_bytes(32),
        b"\xff" * 64,
    ],
)
def test_signatures_outside_their_groups_are_refused(signature: bytes) -> None:
    assert get_refusal(make_raw(make_payload(), signature)) is Reason.BAD_SIGNATURE


def test_a_seal_of_too_many_bytes_is_refused_unread() -> None:
    assert get_refusal(b"\x9b" + bytes(MAXIMUM_SEAL_BYTES)) is Reason.TOO_LARGE
    assert get_refusal(bytes(MAXIMUM_SEAL_BYTES)) is Reason.MALFORMED
    longest = make_raw(make_payload(device=2**32 - 1, window=2**64 - 1, gateway=14, count=65_535))
    assert len(longest) < MAXIMUM_SEAL_BYTES


@given(st.binary(max_size=300))
def test_random_bytes_are_refused(data: bytes) -> None:
    get_refusal(data)


def test_a_seal_that_was_cut_off_or_damaged_is_refused() -> None:
    wire = SEAL.encode()
    for length in range(len(wire)):
        assert get_refusal(wire[:length]) is Reason.MALFORMED
    source = random.Random(5)
    for bit in source.sample(range(8 * len(wire)), 40):
        damaged = bytearray(wire)
        damaged[bit // 8] ^= 1 << bit % 8
        try:
            seal = decode_seal(bytes(damaged))
        except Refusal:
            continue
        # The salt is bound by the digest, which only the readings open: the signature does not see it.
        if replace(seal.content, salt=SEAL.content.salt) == SEAL.content and seal.signature == SEAL.signature:
            assert seal.payload_hash != SEAL.payload_hash
        else:
            assert not is_seal_valid(seal, KEY)


RAW_SCHEMA = Schema(1, (FieldSpec("wide", "count", 1, 0, 2**64 - 1), FieldSpec("bit", "count", 1, 0, 1)))


def unpack(packed: Sequence[int], widths: Sequence[int], slots: int) -> list[tuple[int, ...]]:
    """What protocol.md says of packed readings, read backwards."""
    rows, word, position = [], 0, 0
    for _ in range(slots):
        row = []
        for width in widths:
            if position + width > 253:
                word, position = word + 1, 0
            row.append(packed[word] >> position & (1 << width) - 1)
            position += width
        rows.append(tuple(row))
    assert word == len(packed) - 1
    return rows


@given(
    st.lists(st.tuples(st.integers(0, 2**22 - 1), st.integers(0, 2**64 - 1), st.integers(0, 1)), max_size=9),
    st.integers(0, 9),
)
def test_packed_readings_can_be_read_back(rows: list[tuple[int, ...]], spare: int) -> None:
    widths = compute_widths(RAW_SCHEMA, WINDOW_S)
    assert widths == (22, 64, 1)
    slots = len(rows) + spare
    if slots:
        packed = pack_rows(rows, widths, slots)
        assert all(0 <= word < 2**253 for word in packed)
        assert unpack(packed, widths, slots) == rows + [(0, 0, 0)] * spare


@pytest.mark.parametrize("rows", [[(0, 2**64, 0)], [(0, -1, 0)], [(2**22, 0, 0)], [(0, 0, 0)] * 3])
def test_rows_that_do_not_fit_their_columns_are_a_bug_and_never_wrap(rows: list[tuple[int, ...]]) -> None:
    with pytest.raises(ValueError, match="caller"):
        pack_rows(rows, (22, 64, 1), 2)


@pytest.mark.parametrize("salt", [b"", bytes(15), bytes(17)])
def test_a_salt_of_another_length_is_refused(salt: bytes) -> None:
    with pytest.raises(FieldproofError, match="salt"):
        digest(salt=salt)
