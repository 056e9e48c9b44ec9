"""The way of a packet or seal through the gateway: verify, deduplicate, order, log, receipt.

Nothing here knows of a transport. A receipt is returned only when the log's fsync is done. What a
sender can do wrong comes back as a refusal, which is recorded; `StoreUnavailableError` means that
nothing was kept and the sender must try again.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from fieldproof.core import PYTHON, Arithmetic, Clock, SignatureVerifier
from fieldproof.ingest.directory import DeviceDirectory, verify_admitted
from fieldproof.ingest.settings import FUTURE_TOLERANCE_MS, GatewaySettings
from fieldproof.ingest.signatures import ReceiptKey, verify_native
from fieldproof.protocol import (
    MAXIMUM_PACKET_BYTES,
    Reason,
    Receipt,
    ReceiptKind,
    Refusal,
    Row,
    Seal,
    Verdict,
    compute_digest,
    decode_packet,
    decode_seal,
    encode_signed,
    is_seal_valid,
    prepare_receipt,
    verify_packet_signature,
    verify_rows,
)
from fieldproof.store import (
    DeviceWindow,
    Held,
    Outcome,
    PacketEntry,
    Rejected,
    SealEntry,
    Store,
    VerdictEntry,
    find_seal_fault,
)

INLINE_BYTES = 8_192
"""Packets up to this size are parsed at once (below 2 ms); larger ones in a thread, so that nobody waits."""

T = TypeVar("T")

SEAL_THREADS = 2
"""Seals whose curve arithmetic runs at the same time; the others wait."""


@dataclass(frozen=True, slots=True)
class Receipted:
    """The packet or seal is durably in the log."""

    receipt: bytes
    repeated: bool
    """True if it was there before."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The packet or seal is not accepted; the refusal is recorded."""

    verdict: Verdict


Answer = Receipted | Refused


@dataclass(slots=True)
class _Subject:
    """What is known of the sender so far: goes into the record of a refusal."""

    network_id: bytes | None = None
    device_number: int | None = None
    window: int | None = None
    is_signed: bool = False


class Pipeline:
    """One network's packets and seals into one store."""

    def __init__(
        self,
        settings: GatewaySettings,
        store: Store,
        directory: DeviceDirectory,
        key: ReceiptKey,
        clock: Clock,
        *,
        arithmetic: Arithmetic = PYTHON,
        verify: SignatureVerifier = verify_native,
    ) -> None:
        self._settings = settings
        self._store = store
        self._directory = directory
        self._key = key
        self._clock = clock
        self._arithmetic = arithmetic
        self._verify = verify
        self._seal_threads = ThreadPoolExecutor(SEAL_THREADS, thread_name_prefix="seals")
        # Of its own, so that a flood of seals, each milliseconds of curve arithmetic, delays no packet.
        self._packet_thread = ThreadPoolExecutor(1, thread_name_prefix="packets")

    async def accept_packet(self, raw: bytes) -> Answer:
        """Take a packet as it came. Raises `StoreUnavailableError` if it could not be kept."""
        subject = _Subject()
        try:
            if INLINE_BYTES < len(raw) <= MAXIMUM_PACKET_BYTES:
                entry = await _run_in(self._packet_thread, self._check_packet, raw, subject)
            else:
                entry = self._check_packet(raw, subject)
            closes_at_ms = self._settings.calendar.compute_close_ms(entry.place.window)
            appended = self._store.log.append_packet(entry, closes_at_ms=closes_at_ms)
            return _answer(await asyncio.wrap_future(appended))
        except Refusal as refusal:
            return await self._refuse(refusal, subject, raw)

    async def accept_seal(self, raw: bytes) -> Answer:
        """Take a seal as it came. Raises `StoreUnavailableError` if it could not be kept."""
        subject = _Subject()
        try:
            entry = await _run_in(self._seal_threads, self._check_seal, raw, subject)
            closes_at_ms = self._settings.calendar.compute_close_ms(entry.place.window)
            appended = self._store.log.append_seal(entry, closes_at_ms=closes_at_ms)
            return _answer(await asyncio.wrap_future(appended))
        except Refusal as refusal:
            return await self._refuse(refusal, subject, raw)

    async def refuse_oversized(self, beginning: bytes, limit_bytes: int) -> Refused:
        """Record that something larger than `limit_bytes` was sent, of which only the beginning was read."""
        refusal = Refusal(Reason.TOO_LARGE, f"more than {limit_bytes} bytes")
        return await self._refuse(refusal, _Subject(), beginning)

    def close(self) -> None:
        """Let the threads end."""
        self._seal_threads.shutdown()
        self._packet_thread.shutdown()

    def _check_packet(self, raw: bytes, subject: _Subject) -> PacketEntry:
        received_ms = self._clock.now_ms()
        settings = self._settings
        received = decode_packet(raw)
        packet = received.packet
        self._verify_network(packet.network_id, subject)
        subject.window = packet.window
        device = self._directory.find_by_did(received.did, packet.window)
        subject.device_number = device.device_number
        verify_packet_signature(received, self._verify)
        subject.is_signed = True
        verify_admitted(device, packet.window)
        verify_rows(packet.rows, settings.schema, settings.calendar.window_s)
        self._verify_time(packet.window, packet.rows[-1][0], received_ms)
        end_index = packet.first_index + len(packet.rows)
        if end_index > settings.readings_per_window:
            raise Refusal(
                Reason.TOO_MANY_READINGS,
                f"index {end_index - 1}; a window holds {settings.readings_per_window} readings",
            )
        place = DeviceWindow(packet.network_id, device.device_number, packet.window)
        payload_hash = received.payload_hash
        return PacketEntry(
            place=place,
            first_index=packet.first_index,
            count=len(packet.rows),
            first_time_ms=packet.rows[0][0],
            last_time_ms=packet.rows[-1][0],
            payload_hash=payload_hash,
            raw=raw,
            received_ms=received_ms,
            receipt=self._sign_receipt(ReceiptKind.PACKET, place, payload_hash, received_ms),
        )

    def _check_seal(self, raw: bytes, subject: _Subject) -> SealEntry:
        received_ms = self._clock.now_ms()
        settings = self._settings
        seal = decode_seal(raw)
        content = seal.content
        self._verify_network(content.network_id, subject)
        subject.window = content.window
        device = self._directory.find_by_number(content.device)
        subject.device_number = content.device
        # The cheap checks come first: the signature costs milliseconds, and anybody can send a seal.
        if content.gateway != settings.gateway:
            raise Refusal(
                Reason.WRONG_GATEWAY, f"the seal names gateway {content.gateway}, this is {settings.gateway}"
            )
        verify_admitted(device, content.window)
        self._verify_time(content.window, 0, received_ms)
        if not is_seal_valid(seal, device.seal_key, self._arithmetic):
            raise Refusal(Reason.BAD_SIGNATURE, "the seal is not signed by the registered seal key")
        subject.is_signed = True
        place = DeviceWindow(content.network_id, content.device, content.window)
        payload_hash = seal.payload_hash
        entry = SealEntry(
            place=place,
            gateway=content.gateway,
            count=content.count,
            digest=content.digest,
            payload_hash=payload_hash,
            raw=raw,
            received_ms=received_ms,
            receipt=self._sign_receipt(ReceiptKind.SEAL, place, payload_hash, received_ms),
        )
        is_open = received_ms < settings.calendar.compute_close_ms(content.window)
        if is_open and self._store.log.get_seal(place) is None:
            self._verify_sealed_readings(seal, entry)
        # Otherwise the log refuses the seal, or finds it to be the one that it keeps.
        return entry

    def _verify_network(self, network_id: bytes, subject: _Subject) -> None:
        if network_id != self._settings.network_id:
            raise Refusal(
                Reason.WRONG_NETWORK,
                f"signed for {network_id.hex()}, this gateway serves {self._settings.network_id.hex()}",
            )
        subject.network_id = network_id

    def _verify_time(self, window: int, last_time_ms: int, received_ms: int) -> None:
        latest_ms = received_ms + FUTURE_TOLERANCE_MS
        begins_ms = self._settings.calendar.compute_start_ms(window)
        if begins_ms > latest_ms:
            raise Refusal(Reason.WINDOW_IN_FUTURE, f"window {window} begins in {begins_ms - received_ms} ms")
        if begins_ms + last_time_ms > latest_ms:
            ahead_ms = begins_ms + last_time_ms - received_ms
            raise Refusal(Reason.FUTURE_READING, f"the last reading lies {ahead_ms} ms ahead")

    def _verify_sealed_readings(self, seal: Seal, entry: SealEntry) -> None:
        packets = self._store.log.get_packets(entry.place)
        end_index = packets[-1].first_index + packets[-1].count if packets else 0
        held = Held(len(packets), sum(packet.count for packet in packets), end_index)
        if (fault := find_seal_fault(entry, held)) is not None:
            raise Refusal(fault.reason, fault.detail)
        rows: list[Row] = [row for packet in packets for row in decode_packet(packet.raw).packet.rows]
        content = seal.content
        digest = compute_digest(
            rows,
            content.salt,
            self._settings.schema,
            window_s=self._settings.calendar.window_s,
            readings_per_window=self._settings.readings_per_window,
            arithmetic=self._arithmetic,
        )
        if digest != content.digest:
            raise Refusal(
                Reason.SEAL_DIGEST_MISMATCH,
                f"the digest is not that of the {content.count} readings kept",
            )

    def _sign_receipt(
        self, kind: ReceiptKind, place: DeviceWindow, payload_hash: bytes, received_ms: int
    ) -> bytes:
        receipt = Receipt(
            kind, place.network_id, place.device_number, place.window, payload_hash, received_ms
        )
        message = prepare_receipt(receipt, self._key.address)
        return encode_signed(message, self._key.sign(message.to_be_signed))

    async def _refuse(self, refusal: Refusal, subject: _Subject, evidence: bytes) -> Refused:
        entry = VerdictEntry(
            reason=refusal.reason,
            detail=refusal.detail,
            recorded_ms=self._clock.now_ms(),
            evidence=evidence,
            is_signed=subject.is_signed,
            network_id=subject.network_id,
            device_number=subject.device_number,
            window=subject.window,
        )
        await asyncio.wrap_future(self._store.verdicts.record_verdict(entry))
        return Refused(Verdict(refusal.reason, refusal.detail))


def _answer(outcome: Outcome) -> Receipted:
    if isinstance(outcome, Rejected):
        raise Refusal(outcome.reason, outcome.detail)
    return Receipted(outcome.receipt, outcome.repeated)


async def _run_in(
    threads: ThreadPoolExecutor, check: Callable[[bytes, _Subject], T], raw: bytes, subject: _Subject
) -> T:
    return await asyncio.get_running_loop().run_in_executor(threads, check, raw, subject)
