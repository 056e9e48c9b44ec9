"""One device in one settled window: packets, seal, digest and receipts."""

from collections.abc import Iterator
from dataclasses import dataclass

from fieldproof.audit.folder import DeviceRecord, KeptItem
from fieldproof.audit.programs import AuditedProgram, CheckedWindow
from fieldproof.audit.report import Check
from fieldproof.core import Arithmetic, EncodingError, FieldproofError, SignatureVerifier
from fieldproof.protocol import (
    ReceiptKind,
    ReceivedPacket,
    Row,
    Seal,
    compute_digest,
    decode_packet,
    decode_seal,
    decode_signed,
    is_seal_valid,
    verify_packet_signature,
    verify_receipt,
    verify_rows,
)
from fieldproof.settle import RegisteredDevice

Problem = tuple[Check, str]


@dataclass(frozen=True, slots=True)
class AuditTools:
    """Ways to compute; the plain ones are the default, faster ones must agree with them."""

    verify: SignatureVerifier
    arithmetic: Arithmetic


@dataclass(frozen=True, slots=True)
class DeviceAudit:
    """What the stored bytes of a device's window say."""

    message: int | None
    """What its seal signs: its place in the window root. None without a readable seal."""
    readings: int | None
    window: CheckedWindow | None
    """None unless seal and readings are in order."""
    problems: tuple[Problem, ...]


class WindowAuditor:
    """Checks devices of one network in one window."""

    def __init__(
        self,
        program: AuditedProgram,
        tools: AuditTools,
        *,
        network_id: bytes,
        gateways: tuple[bytes, ...],
        window: int,
    ) -> None:
        self._program = program
        self._tools = tools
        self._network_id = network_id
        self._gateways = gateways
        self._window = window

    def check(self, device: RegisteredDevice, record: DeviceRecord) -> DeviceAudit:
        """Check everything that was stored."""
        problems: list[Problem] = []
        seal = self._check_seal(device, record.seal, problems)
        rows = self._check_packets(device, record, problems)
        message = None if seal is None else seal.content.compute_message(self._tools.arithmetic)
        if seal is None or rows is None:
            return DeviceAudit(message, None if seal is None else seal.content.count, None, tuple(problems))
        if not self._is_digest_of(seal, rows, problems):
            return DeviceAudit(message, seal.content.count, None, tuple(problems))
        specs = self._program.schema.attributes
        raw = device.registration.attributes
        attributes = tuple(value + spec.low for value, spec in zip(raw, specs, strict=True))
        return DeviceAudit(message, len(rows), CheckedWindow(rows, attributes), tuple(problems))

    def _check_seal(
        self, device: RegisteredDevice, kept: KeptItem | None, problems: list[Problem]
    ) -> Seal | None:
        """Return the seal if it can be read, with what is wrong with it among the problems."""
        if kept is None:
            problems.append((Check.SEAL, "it was settled, and the folder holds no seal of it"))
            return None
        try:
            seal = decode_seal(kept.raw)
        except FieldproofError as error:
            problems.append((Check.SEAL, f"its seal cannot be read: {error}"))
            return None
        content = seal.content
        place = (content.network_id, content.device, content.window)
        if place != (self._network_id, device.device, self._window):
            problems.append((Check.SEAL, "its seal is for another network, device or window"))
        if content.gateway >= len(self._gateways):
            problems.append((Check.SEAL, f"its seal names gateway {content.gateway}, which is not listed"))
        if not is_seal_valid(seal, device.registration.seal_key, self._tools.arithmetic):
            problems.append((Check.SEAL, "its seal is not signed by its registered seal key"))
        self._check_receipt(ReceiptKind.SEAL, device.device, seal.payload_hash, kept.receipt, problems)
        return seal

    def _check_packets(
        self, device: RegisteredDevice, record: DeviceRecord, problems: list[Problem]
    ) -> tuple[Row, ...] | None:
        """Return all readings in order, or None where packets cannot be read or leave a hole."""
        rows: list[Row] = []
        for number, kept in enumerate(record.packets):
            try:
                received = decode_packet(kept.raw)
                rows += self._check_packet(device, received, len(rows))
            except FieldproofError as error:
                problems.append((Check.PACKET, f"packet {number}: {error}"))
                return None
            try:
                verify_packet_signature(received, self._tools.verify)
            except FieldproofError as error:
                # Go on: the digest says whether these are the sealed readings.
                problems.append((Check.PACKET, f"packet {number}: {error}"))
            self._check_receipt(
                ReceiptKind.PACKET, device.device, received.payload_hash, kept.receipt, problems
            )
        try:
            verify_rows(rows, self._program.schema, self._program.settings.window_s)
        except FieldproofError as error:
            problems.append((Check.PACKET, f"its readings break the schema: {error}"))
            return None
        return tuple(rows)

    def _check_packet(
        self, device: RegisteredDevice, received: ReceivedPacket, first_index: int
    ) -> tuple[Row, ...]:
        packet = received.packet
        if received.identity != device.registration.identity:
            raise EncodingError("it is signed in the name of another identity than the registered one")
        if (packet.network_id, packet.window) != (self._network_id, self._window):
            raise EncodingError("it is for another network or window")
        if packet.first_index != first_index:
            raise EncodingError(f"it begins at reading {packet.first_index}, {first_index} comes next")
        return packet.rows

    def _is_digest_of(self, seal: Seal, rows: tuple[Row, ...], problems: list[Problem]) -> bool:
        content, settings = seal.content, self._program.settings
        if len(rows) != content.count or len(rows) > settings.readings_per_window:
            problems.append(
                (Check.DIGEST, f"it sealed {content.count} readings, the folder holds {len(rows)}")
            )
            return False
        digest = compute_digest(
            rows,
            content.salt,
            self._program.schema,
            window_s=settings.window_s,
            readings_per_window=settings.readings_per_window,
            arithmetic=self._tools.arithmetic,
        )
        if digest != content.digest:
            problems.append((Check.DIGEST, "the stored readings are not those that it sealed"))
        return digest == content.digest

    def _check_receipt(
        self, kind: ReceiptKind, device: int, payload_hash: bytes, data: bytes, problems: list[Problem]
    ) -> None:
        try:
            gateway = decode_signed(data).key_id
            if gateway not in self._gateways:
                raise EncodingError("it is of no gateway of this network")
            receipt = verify_receipt(data, gateway)
        except FieldproofError as error:
            problems.append((Check.RECEIPT, f"the receipt of a {kind.name.lower()}: {error}"))
            return
        said = (receipt.kind, receipt.network_id, receipt.device, receipt.window, receipt.payload_hash)
        if said != (kind, self._network_id, device, self._window, payload_hash):
            problems.append((Check.RECEIPT, f"the receipt of a {kind.name.lower()} speaks of something else"))


def list_slots(bitmap: int, capacity: int) -> Iterator[int]:
    """Go through the slots of a cohort whose bit is set."""
    return (slot for slot in range(capacity) if bitmap >> slot & 1)
