"""Simulated devices: an honest one, and one for each way to cheat that the gateway must see through.

A cheat does what a thief with the device in hand could do: it has the device's keys where the cheat needs
them. Cheats that the gateway cannot see (a frozen sensor, more sun than the sky holds) change the readings
before they are signed; the network's program must see through those.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from fieldproof.core import PYTHON, Arithmetic
from fieldproof.core.signatures import CURVES
from fieldproof.device.errors import RefusedError
from fieldproof.device.gateway import Gateway, check_receipt
from fieldproof.device.keys import DeviceKeys
from fieldproof.device.messages import build_packet, build_seal
from fieldproof.device.network import DeviceNetwork
from fieldproof.protocol import (
    FieldSpec,
    Packet,
    Reason,
    Receipt,
    ReceiptKind,
    Row,
    SignedMessage,
    decode_packet,
    decode_seal,
    encode_packet,
    prepare_packet,
)


class Behaviour(StrEnum):
    """What a simulated device does with the readings of a window."""

    HONEST = "honest"
    REPLAYS_EARLIER_WINDOW = "replays-earlier-window"
    """Sends a packet of an earlier window again, under its old signature, for the present one."""
    ALTERS_AFTER_SIGNING = "alters-after-signing"
    """Signs its readings, then raises one of them."""
    SEALS_OTHER_READINGS = "seals-other-readings"
    """Sends its readings, then seals higher ones."""
    SENDS_TWICE = "sends-twice"
    """Sends every packet again, hoping to be paid twice. This is no offence, and no use either."""
    USES_HIGH_S = "uses-high-s"
    """Sends the other signature that everybody can make of an ECDSA signature; one with EdDSA cannot."""
    SENDS_THE_FUTURE = "sends-the-future"
    """Sends its readings for a window that has not begun."""
    SENDS_THE_PAST = "sends-the-past"
    """Sends its readings for a window that was closed long ago."""
    SIGNS_FOR_ANOTHER_NETWORK = "signs-for-another-network"
    SEALS_TWICE = "seals-twice"
    """Seals its readings, then again under another salt."""
    CHANGES_ITS_MIND = "changes-its-mind"
    """Sends its readings, then others under the same indices."""


EXPECTED_REASONS = {
    Behaviour.REPLAYS_EARLIER_WINDOW: Reason.BAD_SIGNATURE,
    Behaviour.ALTERS_AFTER_SIGNING: Reason.BAD_SIGNATURE,
    Behaviour.SEALS_OTHER_READINGS: Reason.SEAL_DIGEST_MISMATCH,
    Behaviour.USES_HIGH_S: Reason.HIGH_S,
    Behaviour.SENDS_THE_FUTURE: Reason.WINDOW_IN_FUTURE,
    Behaviour.SENDS_THE_PAST: Reason.WINDOW_CLOSED,
    Behaviour.SIGNS_FOR_ANOTHER_NETWORK: Reason.WRONG_NETWORK,
    Behaviour.SEALS_TWICE: Reason.CONFLICTING_SEAL,
    Behaviour.CHANGES_ITS_MIND: Reason.INDEX_CONFLICT,
}
"""For what each cheat must be refused; a behaviour that is not here must not be refused at all."""

FAR_WINDOWS = 1_000
"""How far into future or past a cheat reaches, in windows."""


_Play = Callable[[int, Sequence[Row]], list["Sent"]]


@dataclass(frozen=True, slots=True)
class Sent:
    """One thing that a simulated device sent, and what came back."""

    kind: ReceiptKind
    window: int
    """The window that it was played in, whatever it claimed."""
    receipt: bytes | None
    refusal: RefusedError | None


class SimulatedDevice:
    """A device without a backlog that behaves in one way."""

    def __init__(
        self,
        network: DeviceNetwork,
        keys: DeviceKeys,
        gateway: Gateway,
        behaviour: Behaviour = Behaviour.HONEST,
        *,
        arithmetic: Arithmetic = PYTHON,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._network = network
        self._keys = keys
        self._gateway = gateway
        self._behaviour = behaviour
        self._arithmetic = arithmetic
        self._random_bytes = random_bytes
        self._earlier: SignedMessage | None = None
        self._earlier_signature = b""

    def play_window(self, window: int, rows: Sequence[Row]) -> tuple[Sent, ...]:
        """Send a window's readings (time in the window, scaled values) and its seal, in its own way.

        The gateway's clock must stand between the window's end and its closing. Raises
        `UnreachableError` and `ReceiptError` as the gateway does.
        """
        plays: dict[Behaviour, _Play] = {
            Behaviour.REPLAYS_EARLIER_WINDOW: self._play_earlier,
            Behaviour.ALTERS_AFTER_SIGNING: self._play_altered,
            Behaviour.SEALS_OTHER_READINGS: self._play_other_seal,
            Behaviour.SENDS_TWICE: self._play_twice,
            Behaviour.USES_HIGH_S: self._play_high_s,
            Behaviour.SENDS_THE_FUTURE: lambda w, r: [self._send_rows(w, r, claimed=w + FAR_WINDOWS)],
            Behaviour.SENDS_THE_PAST: lambda w, r: [self._send_rows(w, r, claimed=max(0, w - FAR_WINDOWS))],
            Behaviour.SIGNS_FOR_ANOTHER_NETWORK: self._play_other_network,
            Behaviour.SEALS_TWICE: lambda w, r: [*self._play_honest(w, r), self._send_seal(w, r)],
            Behaviour.CHANGES_ITS_MIND: lambda w, r: [
                self._send_rows(w, r),
                self._send_rows(w, self._raise_first(r)),
            ],
        }
        return tuple(plays.get(self._behaviour, self._play_honest)(window, rows))

    def _play_honest(self, window: int, rows: Sequence[Row]) -> list[Sent]:
        return [self._send_rows(window, rows), self._send_seal(window, rows)]

    def _play_twice(self, window: int, rows: Sequence[Row]) -> list[Sent]:
        return [self._send_rows(window, rows), *self._play_honest(window, rows)]

    def _play_earlier(self, window: int, rows: Sequence[Row]) -> list[Sent]:
        if self._earlier is None:
            packet = Packet(self._network.network_id, window, 0, tuple(rows))
            self._earlier = prepare_packet(packet, self._keys.identity)
            self._earlier_signature = self._keys.sign(self._earlier.to_be_signed)
            return self._play_honest(window, rows)
        old = decode_packet(encode_packet(self._earlier, self._earlier_signature)).packet
        moved = prepare_packet(replace(old, window=window), self._keys.identity)
        return [self._send(ReceiptKind.PACKET, window, encode_packet(moved, self._earlier_signature))]

    def _play_altered(self, window: int, rows: Sequence[Row]) -> list[Sent]:
        signature = self._sign(window, rows)[1]
        altered = self._sign(window, self._raise_first(rows))[0]
        return [self._send(ReceiptKind.PACKET, window, encode_packet(altered, signature))]

    def _play_other_seal(self, window: int, rows: Sequence[Row]) -> list[Sent]:
        return [self._send_rows(window, rows), self._send_seal(window, self._raise_first(rows))]

    def _play_high_s(self, window: int, rows: Sequence[Row]) -> list[Sent]:
        curve = CURVES.get(self._keys.identity.algorithm)
        if curve is None:
            return self._play_honest(window, rows)
        message, signature = self._sign(window, rows)
        high = signature[:32] + (curve.order - int.from_bytes(signature[32:])).to_bytes(32)
        return [self._send(ReceiptKind.PACKET, window, encode_packet(message, high))]

    def _play_other_network(self, window: int, rows: Sequence[Row]) -> list[Sent]:
        other = bytes(31) + b"\x01"
        raw = build_packet(Packet(other, window, 0, tuple(rows)), self._keys)
        return [self._send(ReceiptKind.PACKET, window, raw)]

    def _sign(self, window: int, rows: Sequence[Row]) -> tuple[SignedMessage, bytes]:
        packet = Packet(self._network.network_id, window, 0, tuple(rows))
        message = prepare_packet(packet, self._keys.identity)
        return message, self._keys.sign(message.to_be_signed)

    def _send_rows(self, window: int, rows: Sequence[Row], *, claimed: int | None = None) -> Sent:
        message, signature = self._sign(window if claimed is None else claimed, rows)
        return self._send(ReceiptKind.PACKET, window, encode_packet(message, signature))

    def _send_seal(self, window: int, rows: Sequence[Row]) -> Sent:
        salt = self._random_bytes(16)
        seal = build_seal(self._network, self._keys, window, rows, salt, arithmetic=self._arithmetic)
        return self._send(ReceiptKind.SEAL, window, seal.encode())

    def _send(self, kind: ReceiptKind, window: int, raw: bytes) -> Sent:
        try:
            receipt = self._gateway.send(kind, raw)
        except RefusedError as refusal:
            return Sent(kind, window, None, refusal)
        if kind is ReceiptKind.PACKET:
            packet = decode_packet(raw)
            claimed, payload_hash = packet.packet.window, packet.payload_hash
        else:
            seal = decode_seal(raw)
            claimed, payload_hash = seal.content.window, seal.payload_hash
        network = self._network
        expected = Receipt(kind, network.network_id, network.device_number, claimed, payload_hash, 0)
        check_receipt(receipt, network.gateway_address, expected)
        return Sent(kind, window, receipt, None)

    def _raise_first(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows with the first value of the first one changed, within its range."""
        (time_ms, *values), *others = rows
        values[0] = _change(values[0], self._network.schema.reading[0])
        return [(time_ms, *values), *others]


def freeze(rows: Sequence[Row]) -> list[Row]:
    """Return rows that all carry the first one's values: a sensor that is stuck, or a picture of one."""
    return [(row[0], *rows[0][1:]) for row in rows]


def exaggerate(rows: Sequence[Row], column: int, factor: int, spec: FieldSpec) -> list[Row]:
    """Return rows whose field `column` (0 is the first after the time) is `factor` times as great.

    Values stay within the range of `spec`: beyond it the gateway would refuse them. What is missing stays so.
    """
    changed: list[Row] = []
    for time_ms, *values in rows:
        values[column] = _multiply(values[column], factor, spec)
        changed.append((time_ms, *values))
    return changed


def _change(value: int | None, spec: FieldSpec) -> int:
    if value is None:
        return spec.low
    return value + 1 if value < spec.high else value - 1


def _multiply(value: int | None, factor: int, spec: FieldSpec) -> int | None:
    return None if value is None else max(spec.low, min(spec.high, value * factor))
