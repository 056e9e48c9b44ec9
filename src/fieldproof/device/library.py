"""A device: takes readings, keeps them on disk, sends them until they are receipted, seals each window.

keys = SoftwareKeys.load_or_create(Path("device.key"))
gateway = HttpGateway("http://gateway.example:8600")
with Device(network, keys, gateway, Path("backlog.db")) as device:
    while True:
        device.record(irradiance=sensor.read_irradiance(), temperature="21.5")
        report = device.send()
        time.sleep(60)
"""

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Self

from fieldproof.core import PYTHON, Arithmetic, Clock, SystemClock
from fieldproof.device.backlog import CAPACITY_READINGS, Backlog, Kept
from fieldproof.device.errors import ReadingError, RefusedError
from fieldproof.device.gateway import Gateway, check_receipt
from fieldproof.device.keys import DeviceKeys
from fieldproof.device.messages import build_packet, build_seal
from fieldproof.device.network import DeviceNetwork
from fieldproof.device.scaling import ScalingError, scale_value
from fieldproof.protocol import FieldSpec, Packet, Reason, Receipt, ReceiptKind, Row, decode_packet

READINGS_PER_PACKET = 60

_FINAL = frozenset({Reason.WINDOW_CLOSED, Reason.CONFLICTING_SEAL})
"""Reasons that nothing can overcome once the window is closed by the device's own clock. Until then, and
after any other, the readings are kept and sent again: a registration may not be known yet, clocks may differ,
settings may be wrong. Nobody signs a refusal, so it alone never makes a device forget."""


@dataclass(frozen=True, slots=True)
class SendReport:
    """What one call of `send` came to."""

    packets: int
    """Packets that were receipted."""
    seals: tuple[int, ...]
    """Windows whose seal was receipted: they are done."""
    refusals: tuple[RefusedError, ...]
    """What the gateway refused."""
    lost: tuple[int, ...]
    """Windows that were given up for a refusal that nothing can overcome."""


class Device:
    """One device in one network. May be used from several threads; they take turns."""

    def __init__(
        self,
        network: DeviceNetwork,
        keys: DeviceKeys,
        gateway: Gateway,
        backlog: Path,
        *,
        clock: Clock | None = None,
        arithmetic: Arithmetic = PYTHON,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        readings_per_packet: int = READINGS_PER_PACKET,
        capacity_readings: int = CAPACITY_READINGS,
    ) -> None:
        """Open the backlog at the path `backlog`, or make it; raises `BacklogError`."""
        self._network = network
        self._keys = keys
        self._gateway = gateway
        self._clock = clock or SystemClock()
        self._arithmetic = arithmetic
        self._random_bytes = random_bytes
        self._readings_per_packet = readings_per_packet
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._backlog = Backlog(backlog, capacity_readings=capacity_readings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the backlog; what was not receipted is sent by whoever opens it next."""
        with self._sending, self._lock:
            self._backlog.close()

    def record(self, **values: int | str | Decimal | None) -> None:
        """Take a reading of this moment, in the schema's units: integers, decimals or their text.

        None says that an optional field has no value this time. Raises `ReadingError` for a value that the
        schema cannot hold, `BacklogError` when the disk is full.
        """
        specs = self._network.schema.reading
        if unknown := set(values).symmetric_difference(spec.name for spec in specs):
            raise ReadingError(
                f"a reading names every field of the schema once: {', '.join(sorted(unknown))}"
            )
        scaled = tuple(_scale(values[spec.name], spec) for spec in specs)
        self.record_scaled([(self._clock.now_ms(), scaled)])

    def record_scaled(self, readings: Sequence[tuple[int, Sequence[int | None]]]) -> None:
        """Take readings by rising time, all or none: (milliseconds since 1970, scaled values in order).

        Raises as `record` does. One fsync, however many there are.
        """
        rows = [self._build_row(time_ms, values) for time_ms, values in readings]
        with self._lock:
            previous: tuple[int, int] | None = None
            added: dict[int, int] = {}
            for window, row in rows:
                if window not in added:
                    self._check_window(window)
                    last = self._backlog.get_last_row(window)
                    added[window] = self._backlog.count_readings(window)
                    previous = None if last is None else (window, last[0])
                if previous is not None and (window, row[0]) <= previous:
                    raise ReadingError(f"{row[0]} ms of window {window} does not follow the reading before")
                if added[window] >= self._network.readings_per_window:
                    raise ReadingError(
                        f"window {window} is full with {added[window]} readings",
                        hint="Measure less often: the network fixes how many readings a window holds.",
                    )
                added[window] += 1
                previous = (window, row[0])
            self._backlog.add_readings(rows)

    def send(self) -> SendReport:
        """Send what has no receipt yet, and the seals of windows that are over. Recording goes on meanwhile.

        Raises `UnreachableError` when the gateway does not answer and `ReceiptError` when its answer is not
        to be believed; what was receipted until then stays receipted, the rest stays in the backlog.
        """
        packets, sealed, lost = 0, list[int](), list[int]()
        refusals: list[RefusedError] = []
        with self._sending:
            with self._lock:
                windows = self._backlog.get_windows()
            for window in windows:
                try:
                    packets += self._send_packets(window)
                    if self._is_over(window):
                        self._deliver(self._seal(window))
                        sealed.append(window)
                except RefusedError as refusal:
                    refusals.append(refusal)
                    if refusal.reason in _FINAL and self._is_closed(window):
                        with self._lock:
                            self._backlog.put_lost(window, refusal.reason)
                        lost.append(window)
        return SendReport(packets, tuple(sealed), tuple(refusals), tuple(lost))

    def get_receipts(self, window: int) -> tuple[bytes, ...]:
        """Return the receipts of a window: packets by index, then the seal's."""
        with self._lock:
            return self._backlog.get_receipts(window)

    def get_lost(self) -> dict[int, str]:
        """Return the windows that were given up, with the gateway's reason."""
        with self._lock:
            return self._backlog.get_lost()

    def _build_row(self, time_ms: int, values: Sequence[int | None]) -> tuple[int, Row]:
        window = self._network.calendar.compute_window(time_ms)
        specs = self._network.schema.reading
        if len(values) != len(specs):
            raise ReadingError(f"{len(values)} values given, the schema has {len(specs)} fields")
        for value, spec in zip(values, specs, strict=True):
            if not spec.is_valid(value):
                raise ReadingError(
                    f"{spec.name} = {value!r} is no scaled integer from {spec.low} to {spec.high}"
                )
        return window, (time_ms - self._network.calendar.compute_start_ms(window), *values)

    def _check_window(self, window: int) -> None:
        if window < 0:
            raise ReadingError("the reading lies before the network's first window")
        if self._backlog.is_done(window) or self._backlog.get_seal(window) is not None:
            raise ReadingError(f"window {window} is sealed or lost; no reading can be added to it")

    def _is_over(self, window: int) -> bool:
        return self._clock.now_ms() >= self._network.calendar.compute_start_ms(window + 1)

    def _is_closed(self, window: int) -> bool:
        return self._clock.now_ms() >= self._network.calendar.compute_close_ms(window)

    def _pack(self, window: int) -> tuple[Kept, ...]:
        """Cut loose readings into packets on disk; return all packets without a receipt."""
        with self._lock:
            rows = self._backlog.get_rows(window)
            size = self._readings_per_packet
            for first in range(self._backlog.count_packed(window), len(rows), size):
                chunk = rows[first : first + size]
                raw = build_packet(Packet(self._network.network_id, window, first, chunk), self._keys)
                kept = Kept(ReceiptKind.PACKET, window, first, decode_packet(raw).payload_hash, raw)
                self._backlog.add_packet(kept, len(chunk))
            return self._backlog.get_unsent_packets(window)

    def _send_packets(self, window: int) -> int:
        unsent = self._pack(window)
        for packet in unsent:
            self._deliver(packet)
        return len(unsent)

    def _seal(self, window: int) -> Kept:
        with self._lock:
            kept = self._backlog.get_seal(window)
            if kept is None:
                salt = self._random_bytes(16)
                rows = self._backlog.get_rows(window)
                seal = build_seal(self._network, self._keys, window, rows, salt, arithmetic=self._arithmetic)
                kept = Kept(ReceiptKind.SEAL, window, 0, seal.payload_hash, seal.encode())
                # On disk before it is sent: a second, other seal would be evidence against this device.
                self._backlog.add_seal(kept)
            return kept

    def _deliver(self, kept: Kept) -> None:
        receipt = self._gateway.send(kept.kind, kept.raw)
        network = self._network
        expected = Receipt(
            kept.kind, network.network_id, network.device_number, kept.window, kept.payload_hash, 0
        )
        check_receipt(receipt, network.gateway_address, expected)
        with self._lock:
            self._backlog.put_receipt(kept, receipt)


def _scale(value: int | str | Decimal | None, spec: FieldSpec) -> int | None:
    if value is None:
        if spec.optional:
            return None
        raise ReadingError(
            f"{spec.name} has no value, and every reading of this network needs one",
            hint="Take no reading while the sensor gives none.",
        )
    try:
        return scale_value(Decimal(value), spec)
    except InvalidOperation as error:
        raise ReadingError(f"{spec.name}: {value!r:.60} is no decimal number") from error
    except ScalingError as error:
        raise ReadingError(str(error), hint=error.hint) from error
