"""What the gateway takes and what it refuses: every row of bad input that concerns it."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import cbor2
import pytest
from gateway_rig import (
    CALENDAR,
    DEVICES,
    GATEWAY,
    KEY,
    NETWORK,
    READINGS_PER_WINDOW,
    ROWS,
    SALT,
    SETTINGS,
    STRANGER,
    WINDOW,
    Rig,
    entry,
    keys_of,
    make_seal,
    sign_packet,
    sign_seal,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldproof.core import GRUMPKIN, P256, Algorithm
from fieldproof.ingest import FUTURE_TOLERANCE_MS, Answer, Receipted, Refused, close_due_windows
from fieldproof.protocol import Reason, Receipt, ReceiptKind, Row, decode_packet, verify_receipt
from fieldproof.store import DeviceWindow, VerdictEntry

PLACE = DeviceWindow(NETWORK, 0, WINDOW)


def receipt(answer: Answer) -> Receipt:
    assert isinstance(answer, Receipted), answer
    return verify_receipt(answer.receipt, KEY.address)


async def expect_refusal(
    rig: Rig, raw: bytes, reason: Reason, *, is_signed: bool, is_seal: bool = False, kept: bool = True
) -> VerdictEntry:
    """Send something, expect a refusal for `reason`, and return its record."""
    before = sum(rig.store.verdicts.count_verdicts(network)[reason] for network in networks(rig, reason))
    answer = await (rig.pipeline.accept_seal(raw) if is_seal else rig.pipeline.accept_packet(raw))
    assert isinstance(answer, Refused), answer
    assert answer.verdict.reason is reason, answer.verdict
    after = sum(rig.store.verdicts.count_verdicts(network)[reason] for network in networks(rig, reason))
    assert after == before + 1
    records = rig.store.verdicts.get_verdicts(NETWORK) + rig.store.verdicts.get_verdicts(None)
    record = [record for record in records if record.reason is reason][-1]
    assert record.is_signed == is_signed
    assert record.evidence == (raw if is_signed else raw[:256])
    return record


def networks(rig: Rig, reason: Reason) -> list[bytes | None]:
    return [network for network in (NETWORK, None) if reason in rig.store.verdicts.count_verdicts(network)]


@pytest.mark.parametrize("number", [0, 1, 2])
async def test_a_packet_of_every_algorithm_is_receipted_and_kept_as_it_came(rig: Rig, number: int) -> None:
    raw = sign_packet(DEVICES[number])
    answer = await rig.pipeline.accept_packet(raw)
    payload_hash = hashlib.sha256(decode_packet(raw).message.payload).digest()
    assert receipt(answer) == Receipt(
        ReceiptKind.PACKET, NETWORK, number, WINDOW, payload_hash, rig.clock.now_ms()
    )
    (kept,) = rig.store.log.get_packets(DeviceWindow(NETWORK, number, WINDOW))
    assert kept.raw == raw


async def test_a_seal_over_what_was_sent_is_receipted(rig: Rig) -> None:
    await rig.pipeline.accept_packet(sign_packet(rows=ROWS[2:], first=2))
    await rig.pipeline.accept_packet(sign_packet(rows=ROWS[:2]))
    seal = make_seal()
    answer = await rig.pipeline.accept_seal(seal.encode())
    assert receipt(answer) == Receipt(
        ReceiptKind.SEAL, NETWORK, 0, WINDOW, seal.payload_hash, rig.clock.now_ms()
    )
    kept = rig.store.log.get_seal(PLACE)
    assert kept is not None
    assert (kept.raw, kept.count, kept.digest) == (seal.encode(), 6, seal.content.digest)


@pytest.mark.parametrize("number", [0, 1, 2])
async def test_the_same_payload_again_gets_the_same_receipt_with_the_same_or_a_fresh_signature(
    rig: Rig, number: int
) -> None:
    raw = sign_packet(DEVICES[number])
    first = await rig.pipeline.accept_packet(raw)
    assert isinstance(first, Receipted)
    rig.clock.set_ms(rig.clock.now_ms() + 1000)
    fresh = sign_packet(DEVICES[number])
    assert (fresh != raw) == (number == 0), "only ES256 signs with a random nonce here"
    for again in (raw, fresh):
        answer = await rig.pipeline.accept_packet(again)
        assert answer == Receipted(first.receipt, repeated=True)
    assert len(rig.store.log.get_packets(DeviceWindow(NETWORK, number, WINDOW))) == 1


async def test_packet_and_seal_sent_again_after_the_window_closed_get_their_receipts(rig: Rig) -> None:
    packet, seal = sign_packet(), sign_seal()
    first = await rig.pipeline.accept_packet(packet), await rig.pipeline.accept_seal(seal)
    rig.clock.set_ms(CALENDAR.compute_close_ms(WINDOW) + 1)
    close_due_windows_of(rig)
    again = await rig.pipeline.accept_packet(sign_packet()), await rig.pipeline.accept_seal(seal)
    assert [answer.receipt for answer in again if isinstance(answer, Receipted)] == [
        answer.receipt for answer in first if isinstance(answer, Receipted)
    ]
    assert len(again) == 2


def close_due_windows_of(rig: Rig) -> None:
    assert [closed.window for closed in close_due_windows(SETTINGS, rig.store, rig.clock.now_ms())] == [
        WINDOW
    ]


async def test_other_readings_for_the_same_indices_are_refused_and_kept_as_evidence(rig: Rig) -> None:
    first, other = sign_packet(), sign_packet(rows=[(*row[:2], row[2] + 1) for row in ROWS])
    await rig.pipeline.accept_packet(first)
    record = await expect_refusal(rig, other, Reason.INDEX_CONFLICT, is_signed=True)
    assert (record.device_number, record.window) == (0, WINDOW)
    assert [kept.raw for kept in rig.store.log.get_packets(PLACE)] == [first]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00",
        b"\xff" * 100,
        sign_packet()[:-1],
        sign_packet() + b"\0",
        sign_packet()[1:],
        cbor2.dumps(cbor2.CBORTag(18, [b"", {}, b"", b""])),
        cbor2.dumps(cbor2.CBORTag(18, [b"", {1: 2}, b"", b""])),
        b"\x81" * 60_000,
        b"\xd2" * 60_000,
        b"\x9f" * 1_000,
        bytes.fromhex("9b7fffffffffffffff"),
        bytes.fromhex("5b7fffffffffffffff"),
    ],
)
async def test_what_is_no_packet_is_refused(rig: Rig, raw: bytes) -> None:
    await expect_refusal(rig, raw, Reason.MALFORMED, is_signed=False)


@given(
    raw=st.one_of(
        st.binary(max_size=300),
        st.tuples(st.integers(0, 300), st.integers(0, 7)).map(lambda where: flip(*where)),
    )
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_random_bytes_and_flipped_bits_are_refused_and_never_raise(rig: Rig, raw: bytes) -> None:
    for answer in (await rig.pipeline.accept_packet(raw), await rig.pipeline.accept_seal(raw)):
        assert isinstance(answer, Refused)


def flip(byte: int, bit: int) -> bytes:
    raw = bytearray(sign_packet())
    raw[byte % len(raw)] ^= 1 << bit
    return bytes(raw)


async def test_a_packet_too_large_is_refused_without_being_parsed(rig: Rig) -> None:
    await expect_refusal(rig, bytes(65_537), Reason.TOO_LARGE, is_signed=False)
    record = await rig.pipeline.refuse_oversized(b"beginning", 65_536)
    assert record.verdict.reason is Reason.TOO_LARGE


async def test_a_packet_of_too_many_readings_is_refused(rig: Rig) -> None:
    raw = sign_packet(rows=[(i, 0, 0) for i in range(4_097)])
    assert len(raw) < 65_536
    await expect_refusal(rig, raw, Reason.TOO_LARGE, is_signed=False)


async def test_a_packet_signed_by_another_key_is_refused(rig: Rig) -> None:
    """A reading altered after signing, and a packet under another device's name."""
    raw = sign_packet()
    altered = raw.replace(cbor2.dumps([0, 5_000, -2_000]), cbor2.dumps([0, 5_001, -2_000]))
    assert altered != raw
    record = await expect_refusal(rig, altered, Reason.BAD_SIGNATURE, is_signed=False)
    assert record.device_number == 0
    other = sign_packet(DEVICES[3])
    forged = other.replace(DEVICES[3].identity.did.encode(), DEVICES[0].identity.did.encode())
    await expect_refusal(rig, forged, Reason.BAD_SIGNATURE, is_signed=False)


@pytest.mark.parametrize("number", [0, 1])
async def test_a_high_s_is_refused(rig: Rig, number: int) -> None:
    order = P256.order if number == 0 else 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    raw = sign_packet(DEVICES[number])
    high = raw[:-32] + (order - int.from_bytes(raw[-32:])).to_bytes(32)
    await expect_refusal(rig, high, Reason.HIGH_S, is_signed=False)


async def test_a_packet_for_another_network_is_refused(rig: Rig) -> None:
    """Another schema version is another network too: the schema's hash is part of the id."""
    record = await expect_refusal(
        rig, sign_packet(network=b"\0" + b"\x07" * 31), Reason.WRONG_NETWORK, is_signed=False
    )
    assert record.network_id is None


async def test_an_unknown_device_is_refused(rig: Rig) -> None:
    await expect_refusal(rig, sign_packet(STRANGER), Reason.UNKNOWN_DEVICE, is_signed=False)
    seal = sign_seal(77, keys=STRANGER)
    await expect_refusal(rig, seal, Reason.UNKNOWN_DEVICE, is_signed=False, is_seal=True)


@pytest.mark.parametrize(("active_from", "active_until"), [(WINDOW + 1, None), (0, WINDOW), (0, WINDOW - 3)])
async def test_a_device_that_does_not_count_in_the_window_is_refused(
    rig: Rig, active_from: int, active_until: int | None
) -> None:
    rig.directory.update([entry(0, DEVICES[0], active_from=active_from, active_until=active_until)])
    await expect_refusal(rig, sign_packet(), Reason.INACTIVE_DEVICE, is_signed=True)
    await expect_refusal(rig, sign_seal(), Reason.INACTIVE_DEVICE, is_signed=False, is_seal=True)


async def test_a_rotated_device_counts_under_its_new_number_from_its_first_window_on(rig: Rig) -> None:
    keys = keys_of("rotated seal key", Algorithm.ES256)
    rotated = entry(9, DEVICES[0], active_from=WINDOW, seal_key=keys.seal_key)
    rig.directory.update([entry(0, DEVICES[0], active_until=WINDOW), rotated])
    answer = await rig.pipeline.accept_packet(sign_packet())
    assert receipt(answer).device == 9
    old_seal = sign_seal(9, keys=DEVICES[0])
    await expect_refusal(rig, old_seal, Reason.BAD_SIGNATURE, is_signed=False, is_seal=True)
    assert receipt(await rig.pipeline.accept_seal(sign_seal(9, keys=keys))).device == 9


async def test_a_registration_that_the_device_did_not_sign_is_worth_nothing(rig: Rig) -> None:
    rig.directory.update([entry(2, DEVICES[2], is_proven=False)])
    await expect_refusal(rig, sign_packet(DEVICES[2]), Reason.UNPROVEN_REGISTRATION, is_signed=True)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([(0, 1)], Reason.WRONG_ROW),
        ([(0, 1, 2, 3)], Reason.WRONG_ROW),
        ([(0, 16_001, 0)], Reason.OUT_OF_RANGE),
        ([(0, -1, 0)], Reason.OUT_OF_RANGE),
        ([(0, 0, -6_001)], Reason.OUT_OF_RANGE),
        ([(0, 2**64 - 1, 0)], Reason.OUT_OF_RANGE),
        ([(60_000, 0, 0)], Reason.TIME_OUTSIDE_WINDOW),
        ([(-1, 0, 0)], Reason.TIME_OUTSIDE_WINDOW),
        ([(5, 0, 0), (5, 0, 0)], Reason.TIMES_NOT_RISING),
        ([(5, 0, 0), (4, 0, 0)], Reason.TIMES_NOT_RISING),
        ([(i, 0, 0) for i in range(READINGS_PER_WINDOW + 1)], Reason.TOO_MANY_READINGS),
    ],
)
async def test_rows_that_do_not_fit_the_schema_are_refused(
    rig: Rig, rows: Sequence[Row], reason: Reason
) -> None:
    await expect_refusal(rig, sign_packet(rows=rows), reason, is_signed=True)
    assert isinstance(await rig.pipeline.accept_packet(sign_packet()), Receipted)


async def test_a_row_without_a_time_is_refused_before_its_signature_is_looked_at(rig: Rig) -> None:
    await expect_refusal(rig, sign_packet(rows=[()]), Reason.WRONG_ROW, is_signed=False)


async def test_an_index_beyond_the_window_is_refused(rig: Rig) -> None:
    raw = sign_packet(rows=ROWS[:1], first=READINGS_PER_WINDOW)
    await expect_refusal(rig, raw, Reason.TOO_MANY_READINGS, is_signed=True)
    await expect_refusal(
        rig, sign_packet(rows=ROWS[:1], first=65_535), Reason.TOO_MANY_READINGS, is_signed=True
    )


async def test_times_must_rise_from_packet_to_packet(rig: Rig) -> None:
    await rig.pipeline.accept_packet(sign_packet(rows=ROWS[3:], first=3))
    raw = sign_packet(rows=[(30_000, 1, 1)], first=2)
    await expect_refusal(rig, raw, Reason.TIMES_NOT_RISING, is_signed=True)


@pytest.mark.parametrize("window", [WINDOW + 2, WINDOW + 1_000_000, 2**63, 2**64 - 1])
async def test_a_window_of_the_future_is_refused(rig: Rig, window: int) -> None:
    await expect_refusal(rig, sign_packet(window=window), Reason.WINDOW_IN_FUTURE, is_signed=True)
    seal = sign_seal(window=window)
    await expect_refusal(rig, seal, Reason.WINDOW_IN_FUTURE, is_signed=False, is_seal=True)


async def test_a_reading_of_the_future_is_refused_beyond_the_tolerance(rig: Rig) -> None:
    row = (FUTURE_TOLERANCE_MS, 1, 1)
    assert isinstance(await rig.pipeline.accept_packet(sign_packet(rows=[row], window=WINDOW + 1)), Receipted)
    later = sign_packet(rows=[(FUTURE_TOLERANCE_MS + 1, 1, 1)], first=1, window=WINDOW + 1)
    await expect_refusal(rig, later, Reason.FUTURE_READING, is_signed=True)


async def test_a_reading_after_its_window_closed_is_refused(rig: Rig) -> None:
    await rig.pipeline.accept_packet(sign_packet(rows=ROWS[:3]))
    rig.clock.set_ms(CALENDAR.compute_close_ms(WINDOW))
    late = sign_packet(rows=ROWS[3:], first=3)
    await expect_refusal(rig, late, Reason.WINDOW_CLOSED, is_signed=True)
    await expect_refusal(rig, sign_seal(rows=ROWS[:3]), Reason.WINDOW_CLOSED, is_signed=True, is_seal=True)


async def test_the_last_millisecond_of_the_grace_still_counts(rig: Rig) -> None:
    rig.clock.set_ms(CALENDAR.compute_close_ms(WINDOW) - 1)
    assert isinstance(await rig.pipeline.accept_packet(sign_packet()), Receipted)
    assert isinstance(await rig.pipeline.accept_seal(sign_seal()), Receipted)


async def test_a_packet_of_an_earlier_window_sent_again_for_the_present_one_is_refused(rig: Rig) -> None:
    raw = sign_packet()
    await rig.pipeline.accept_packet(raw)
    payload = decode_packet(raw).message.payload
    moved = raw.replace(payload, payload.replace(NETWORK + b"\x05", NETWORK + b"\x06"))
    assert moved != raw
    await expect_refusal(rig, moved, Reason.BAD_SIGNATURE, is_signed=False)


@pytest.mark.parametrize("raw", [b"", b"\x82\x40\x40", sign_seal()[:-1], sign_seal() + b"\0", b"\x81" * 400])
async def test_what_is_no_seal_is_refused(rig: Rig, raw: bytes) -> None:
    await expect_refusal(rig, raw, Reason.MALFORMED, is_signed=False, is_seal=True)


async def test_a_seal_too_large_is_refused(rig: Rig) -> None:
    await expect_refusal(rig, bytes(513), Reason.TOO_LARGE, is_signed=False, is_seal=True)


async def test_a_seal_by_another_key_or_with_a_changed_word_is_refused(rig: Rig) -> None:
    await rig.pipeline.accept_packet(sign_packet())
    forged = sign_seal(keys=STRANGER)
    await expect_refusal(rig, forged, Reason.BAD_SIGNATURE, is_signed=False, is_seal=True)
    seal = bytearray(sign_seal())
    seal[-1] ^= 1
    await expect_refusal(rig, bytes(seal), Reason.BAD_SIGNATURE, is_signed=False, is_seal=True)
    beyond = sign_seal()[:-64] + GRUMPKIN.order.to_bytes(32) + bytes(32)
    await expect_refusal(rig, beyond, Reason.BAD_SIGNATURE, is_signed=False, is_seal=True)


async def test_a_seal_for_another_gateway_or_network_is_refused(rig: Rig) -> None:
    seal = sign_seal(gateway=GATEWAY + 1)
    await expect_refusal(rig, seal, Reason.WRONG_GATEWAY, is_signed=False, is_seal=True)
    seal = sign_seal(network_id=b"\0" * 31 + b"\x09")
    await expect_refusal(rig, seal, Reason.WRONG_NETWORK, is_signed=False, is_seal=True)
    beyond_the_field = sign_seal().replace(NETWORK, b"\xff" * 32)
    await expect_refusal(rig, beyond_the_field, Reason.MALFORMED, is_signed=False, is_seal=True)


async def test_a_seal_over_other_readings_than_were_sent_is_refused(rig: Rig) -> None:
    await rig.pipeline.accept_packet(sign_packet())
    other = sign_seal(rows=[(row[0], row[1] + 1, row[2]) for row in ROWS])
    await expect_refusal(rig, other, Reason.SEAL_DIGEST_MISMATCH, is_signed=True, is_seal=True)
    salted = sign_seal(salt=bytes(16), digest=make_seal().content.digest)
    await expect_refusal(rig, salted, Reason.SEAL_DIGEST_MISMATCH, is_signed=True, is_seal=True)
    assert isinstance(await rig.pipeline.accept_seal(sign_seal()), Receipted)


async def test_a_seal_of_a_window_with_a_hole_or_another_count_is_refused(rig: Rig) -> None:
    await rig.pipeline.accept_packet(sign_packet(rows=ROWS[:2]))
    await rig.pipeline.accept_packet(sign_packet(rows=ROWS[3:], first=3))
    for rows in (ROWS, ROWS[:5], ROWS[:2], ()):
        await expect_refusal(rig, sign_seal(rows=rows), Reason.SEAL_INCOMPLETE, is_signed=True, is_seal=True)
    await rig.pipeline.accept_packet(sign_packet(rows=ROWS[2:3], first=2))
    assert isinstance(await rig.pipeline.accept_seal(sign_seal()), Receipted)


async def test_a_seal_of_another_window_is_refused(rig: Rig) -> None:
    await rig.pipeline.accept_packet(sign_packet())
    for window in (WINDOW - 1, WINDOW + 1):
        rig_answer = await rig.pipeline.accept_seal(sign_seal(window=window))
        assert isinstance(rig_answer, Refused)
        assert rig_answer.verdict.reason in (Reason.WINDOW_CLOSED, Reason.SEAL_INCOMPLETE)


async def test_the_first_of_two_different_seals_stands_and_the_second_is_evidence(rig: Rig) -> None:
    await rig.pipeline.accept_packet(sign_packet())
    first = sign_seal()
    await rig.pipeline.accept_seal(first)
    for second in (sign_seal(salt=bytes(16)), sign_seal(rows=ROWS[:5])):
        record = await expect_refusal(rig, second, Reason.CONFLICTING_SEAL, is_signed=True, is_seal=True)
        assert record.device_number == 0
    kept = rig.store.log.get_seal(PLACE)
    assert kept is not None
    assert kept.raw == first


async def test_a_seal_whose_salt_a_stranger_changed_is_no_evidence_against_its_device(rig: Rig) -> None:
    """The salt is not signed: whoever saw a seal can send it again with another one."""
    await rig.pipeline.accept_packet(sign_packet())
    seal = make_seal()
    changed = replace(seal, content=replace(seal.content, salt=bytes(16)))
    first = await rig.pipeline.accept_seal(seal.encode())
    again = await rig.pipeline.accept_seal(changed.encode())
    assert isinstance(first, Receipted)
    assert again == Receipted(first.receipt, repeated=True)
    assert rig.store.verdicts.count_verdicts(NETWORK) == {}


async def test_the_same_seal_with_a_fresh_signature_gets_the_same_receipt(rig: Rig) -> None:
    await rig.pipeline.accept_packet(sign_packet())
    first = await rig.pipeline.accept_seal(sign_seal())
    again = await rig.pipeline.accept_seal(sign_seal())
    assert isinstance(first, Receipted)
    assert again == Receipted(first.receipt, repeated=True)


async def test_a_sealed_window_takes_no_more_readings(rig: Rig) -> None:
    await rig.pipeline.accept_packet(sign_packet(rows=ROWS[:3]))
    await rig.pipeline.accept_seal(sign_seal(rows=ROWS[:3], salt=SALT))
    await expect_refusal(rig, sign_packet(rows=ROWS[3:], first=3), Reason.ALREADY_SEALED, is_signed=True)


async def test_refusals_cost_a_good_device_nothing(rig: Rig) -> None:
    for _ in range(50):
        await rig.pipeline.accept_packet(b"rubbish")
        await rig.pipeline.accept_packet(sign_packet(STRANGER))
    assert isinstance(await rig.pipeline.accept_packet(sign_packet()), Receipted)
    assert isinstance(await rig.pipeline.accept_seal(sign_seal()), Receipted)
