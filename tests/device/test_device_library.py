"""The device library against a real gateway."""

import sqlite3
import threading
from decimal import Decimal
from pathlib import Path

import pytest
from live_gateway import (
    CALENDAR,
    KEYS,
    NETWORK_ID,
    READINGS_PER_WINDOW,
    RECEIPT_KEY,
    ROWS,
    STARTS_MS,
    WINDOW,
    LiveGateway,
    network_of,
    readings,
)

from fieldproof.core import ManualClock
from fieldproof.device import (
    BacklogError,
    Device,
    HttpGateway,
    Patience,
    ReadingError,
    ReceiptError,
    RefusedError,
    SendReport,
    UnreachableError,
)
from fieldproof.device.gateway import Gateway
from fieldproof.protocol import Reason, ReceiptKind, verify_receipt
from fieldproof.store import DeviceWindow

END_MS = CALENDAR.compute_start_ms(WINDOW + 1)


def open_device(
    gateway: Gateway, clock: ManualClock, folder: Path, number: int = 0, **settings: int
) -> Device:
    backlog = folder / f"backlog-{number}.db"
    return Device(network_of(number), KEYS[number], gateway, backlog, clock=clock, **settings)


@pytest.mark.parametrize("number", range(len(KEYS)))
def test_readings_are_sent_receipted_and_sealed(
    live: LiveGateway, gateway: HttpGateway, tmp_path: Path, number: int
) -> None:
    with open_device(gateway, live.clock, tmp_path, number, readings_per_packet=2) as device:
        device.record(irradiance=500, temperature="-20.25")
        live.clock.set_ms(STARTS_MS + 9_000)
        device.record(irradiance=Decimal("500.1"), temperature=-20)
        assert device.send() == SendReport(1, (), (), ())
        assert device.send() == SendReport(0, (), (), ())
        live.clock.set_ms(STARTS_MS + 20_000)
        for i in range(3):
            live.clock.set_ms(STARTS_MS + 20_000 + i)
            device.record(irradiance=1, temperature=1)
        assert device.send() == SendReport(2, (), (), ())
        live.clock.set_ms(END_MS)
        assert device.send() == SendReport(0, (WINDOW,), (), ())
        receipts = [verify_receipt(data, RECEIPT_KEY.address) for data in device.get_receipts(WINDOW)]
        assert [receipt.kind for receipt in receipts] == [ReceiptKind.PACKET] * 3 + [ReceiptKind.SEAL]
        with pytest.raises(ReadingError, match="sealed"):
            device.record_scaled([(STARTS_MS + 50_000, (1, 1))])
    place = DeviceWindow(NETWORK_ID, number, WINDOW)
    assert [packet.count for packet in live.store.log.get_packets(place)] == [2, 2, 1]
    seal = live.store.log.get_seal(place)
    assert seal is not None
    assert seal.count == 5


class Unreachable:
    """A gateway out of reach, that takes what it is sent and says nothing when `is_hearing`."""

    def __init__(self, inner: Gateway, *, is_hearing: bool) -> None:
        self.inner = inner
        self.is_hearing = is_hearing

    def send(self, kind: ReceiptKind, raw: bytes) -> bytes:
        if self.is_hearing:
            self.inner.send(kind, raw)
        raise UnreachableError("nowhere", "no answer")


@pytest.mark.parametrize("is_hearing", [False, True])
def test_what_was_not_receipted_is_sent_by_the_next_process_and_kept_once(
    live: LiveGateway, gateway: HttpGateway, tmp_path: Path, is_hearing: bool
) -> None:
    live.clock.set_ms(END_MS - 5_000)
    dead = Unreachable(gateway, is_hearing=is_hearing)
    with open_device(dead, live.clock, tmp_path) as device:
        device.record_scaled(readings(ROWS[:3]))
        with pytest.raises(UnreachableError) as error:
            device.send()
        assert "Nothing is lost" in str(error.value.hint)
    live.clock.set_ms(END_MS)
    with open_device(dead, live.clock, tmp_path) as device:
        device.record_scaled(readings(ROWS[3:]))
        with pytest.raises(UnreachableError):
            device.send()
    with open_device(gateway, live.clock, tmp_path) as device:
        assert device.send() == SendReport(2, (WINDOW,), (), ())
    packets = live.store.log.get_packets(DeviceWindow(NETWORK_ID, 0, WINDOW))
    assert [(packet.first_index, packet.count) for packet in packets] == [(0, 3), (3, 3)]
    assert live.store.verdicts.count_verdicts(NETWORK_ID) == {}


def test_a_seal_is_made_once_even_if_its_receipt_never_came(
    live: LiveGateway, gateway: HttpGateway, tmp_path: Path
) -> None:
    class LosesSealReceipts:
        def send(self, kind: ReceiptKind, raw: bytes) -> bytes:
            receipt = gateway.send(kind, raw)
            if kind is ReceiptKind.SEAL:
                raise UnreachableError("nowhere", "no answer")
            return receipt

    live.clock.set_ms(END_MS)
    for _ in range(3):
        with open_device(LosesSealReceipts(), live.clock, tmp_path) as device:
            if not live.store.log.get_device_numbers(NETWORK_ID, WINDOW):
                device.record_scaled(readings())
            with pytest.raises(UnreachableError):
                device.send()
    with open_device(gateway, live.clock, tmp_path) as device:
        assert device.send().seals == (WINDOW,)
    assert live.store.verdicts.count_verdicts(NETWORK_ID) == {}


def test_nobody_listening_is_said_clearly(tmp_path: Path) -> None:
    waits: list[float] = []
    gateway = HttpGateway("http://127.0.0.1:9", patience=Patience(attempts=3), sleep=waits.append)
    with open_device(gateway, ManualClock(STARTS_MS), tmp_path) as device:
        device.record(irradiance=1, temperature=1)
        with pytest.raises(UnreachableError, match="no receipt from http"):
            device.send()
    gateway.close()
    assert len(waits) == 2


def test_a_window_that_closed_before_it_was_sent_is_given_up_and_the_next_goes_on(
    live: LiveGateway, gateway: HttpGateway, tmp_path: Path
) -> None:
    with open_device(gateway, live.clock, tmp_path) as device:
        device.record_scaled(readings(ROWS[:2]))
        live.clock.set_ms(CALENDAR.compute_close_ms(WINDOW))
        device.record_scaled(readings(ROWS[:2], WINDOW + 1))
        report = device.send()
        assert report.lost == (WINDOW,)
        assert [refusal.reason for refusal in report.refusals] == [Reason.WINDOW_CLOSED]
        assert report.packets == 1
        assert device.get_lost() == {WINDOW: "window-closed"}
        with pytest.raises(ReadingError, match="sealed or lost"):
            device.record_scaled(readings(ROWS[2:]))
        assert device.send() == SendReport(0, (), (), ())


class RefusingGateway:
    """Whoever stands between a device and its gateway: refusals are signed by nobody."""

    def __init__(self, reason: Reason) -> None:
        self._reason = reason

    def send(self, kind: ReceiptKind, raw: bytes) -> bytes:
        raise RefusedError(kind, self._reason, f"{len(raw)} bytes too late")


@pytest.mark.parametrize("reason", [Reason.WINDOW_CLOSED, Reason.CONFLICTING_SEAL])
def test_a_refusal_alone_makes_no_device_forget_what_is_still_accepted(
    live: LiveGateway, gateway: HttpGateway, tmp_path: Path, reason: Reason
) -> None:
    with open_device(RefusingGateway(reason), live.clock, tmp_path) as device:
        device.record_scaled(readings(ROWS[:2]))
        live.clock.set_ms(CALENDAR.compute_close_ms(WINDOW) - 1)
        report = device.send()
        assert report.lost == ()
        assert [refusal.reason for refusal in report.refusals] == [reason]
    with open_device(gateway, live.clock, tmp_path) as device:
        assert device.send() == SendReport(1, (WINDOW,), (), ())


def test_readings_of_a_device_that_is_not_known_yet_are_kept(
    live: LiveGateway, gateway: HttpGateway, tmp_path: Path
) -> None:
    live.clock.set_ms(END_MS - 5_000)
    entry = live.directory.find_by_number(0)
    live.directory.update([], removed=[0])
    with open_device(gateway, live.clock, tmp_path) as device:
        device.record_scaled(readings(ROWS[:2]))
        report = device.send()
        assert [refusal.reason for refusal in report.refusals] == [Reason.UNKNOWN_DEVICE]
        assert report.lost == ()
        assert "Register the device" in str(report.refusals[0].hint)
        live.directory.update([entry])
        assert device.send().packets == 1


def test_an_answer_that_is_no_receipt_of_the_gateways_key_is_not_believed(
    live: LiveGateway, gateway: HttpGateway, tmp_path: Path
) -> None:
    live.clock.set_ms(END_MS - 5_000)

    class Liar:
        def __init__(self, lie: bytes | None = None) -> None:
            self.lie = lie

        def send(self, kind: ReceiptKind, raw: bytes) -> bytes:
            if self.lie is None:
                self.lie = gateway.send(kind, raw)
                return self.lie[:-1] + bytes([self.lie[-1] ^ 1])
            return self.lie

    liar = Liar()
    with open_device(liar, live.clock, tmp_path) as device:
        device.record_scaled(readings(ROWS[:1]))
        with pytest.raises(ReceiptError, match="not signed by the gateway"):
            device.send()
        assert device.send().packets == 1
        device.record_scaled(readings(ROWS[1:2]))
        with pytest.raises(ReceiptError, match="something else than was sent"):
            device.send()
        liar.lie = b""
        with pytest.raises(ReceiptError):
            device.send()
        assert len(device.get_receipts(WINDOW)) == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"irradiance": 1}, "temperature"),
        ({"irradiance": 1, "temperature": 1, "wind": 1}, "wind"),
        ({"irradiance": "1.05", "temperature": 1}, "more digits"),
        ({"irradiance": 1601, "temperature": 1}, "outside the declared 0 to 1600"),
        ({"irradiance": "warm", "temperature": 1}, "warm"),
        ({"irradiance": None, "temperature": 1}, "irradiance has no value"),
        ({"irradiance": Decimal("nan"), "temperature": 1}, "no measurement"),
        ({"irradiance": Decimal("1e999999"), "temperature": 1}, "no measurement"),
    ],
)
def test_a_reading_that_the_schema_cannot_hold_is_refused(
    tmp_path: Path, values: dict[str, int | str | Decimal | None], message: str
) -> None:
    dead = Unreachable(None, is_hearing=False)  # type: ignore[arg-type]
    device = open_device(dead, ManualClock(STARTS_MS), tmp_path)
    with device, pytest.raises(ReadingError, match=message):
        device.record(**values)


def test_readings_out_of_order_too_many_or_before_the_genesis_are_refused_and_none_is_kept(
    tmp_path: Path,
) -> None:
    with open_device(Unreachable(None, is_hearing=False), ManualClock(STARTS_MS), tmp_path) as device:  # type: ignore[arg-type]
        with pytest.raises(ReadingError, match="does not follow"):
            device.record_scaled([(STARTS_MS + 5, (1, 1)), (STARTS_MS + 5, (1, 1))])
        with pytest.raises(ReadingError, match="full with 6 readings"):
            device.record_scaled([(STARTS_MS + i, (1, 1)) for i in range(READINGS_PER_WINDOW + 1)])
        with pytest.raises(ReadingError, match="before the network's first window"):
            device.record_scaled([(CALENDAR.genesis_s * 1000 - 1, (1, 1))])
        with pytest.raises(ReadingError, match="no scaled integer"):
            device.record_scaled([(STARTS_MS, (1, 7000))])
        device.record_scaled([(STARTS_MS, (1, 1)), (STARTS_MS + 60_000, (1, 1))])
        with pytest.raises(ReadingError, match="does not follow"):
            device.record_scaled([(STARTS_MS, (1, 1))])


def test_a_full_backlog_takes_no_more_and_loses_nothing(
    live: LiveGateway, gateway: HttpGateway, tmp_path: Path
) -> None:
    with open_device(gateway, live.clock, tmp_path, capacity_readings=4) as device:
        device.record_scaled(readings(ROWS[:4]))
        with pytest.raises(BacklogError, match="4 readings wait"):
            device.record_scaled(readings(ROWS[4:]))
        live.clock.set_ms(END_MS)
        assert device.send().seals == (WINDOW,)
        device.record_scaled(readings(ROWS[:4], WINDOW + 1))


def test_a_second_process_on_the_same_backlog_is_refused(tmp_path: Path) -> None:
    clock = ManualClock(STARTS_MS)
    dead = Unreachable(None, is_hearing=False)  # type: ignore[arg-type]
    with open_device(dead, clock, tmp_path), pytest.raises(BacklogError, match="another process"):
        open_device(dead, clock, tmp_path)
    with open_device(dead, clock, tmp_path):
        pass


@pytest.mark.parametrize("content", [b"device_id,time", b"SQLite format 3\0" + bytes(5000)])
def test_a_damaged_backlog_is_said_so_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "backlog-0.db"
    path.write_bytes(content)
    with pytest.raises(BacklogError, match="backlog"):
        open_device(Unreachable(None, is_hearing=False), ManualClock(STARTS_MS), tmp_path)  # type: ignore[arg-type]
    assert path.read_bytes() == content


def test_a_backlog_of_the_future_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "backlog-0.db")
    connection.execute("PRAGMA user_version = 2")
    connection.close()
    with pytest.raises(BacklogError, match="version 2"):
        open_device(Unreachable(None, is_hearing=False), ManualClock(STARTS_MS), tmp_path)  # type: ignore[arg-type]


def test_recording_goes_on_while_the_gateway_is_slow(
    live: LiveGateway, gateway: HttpGateway, tmp_path: Path
) -> None:
    live.clock.set_ms(END_MS - 5_000)
    is_sending, may_answer = threading.Event(), threading.Event()

    class Slow:
        def send(self, kind: ReceiptKind, raw: bytes) -> bytes:
            is_sending.set()
            assert may_answer.wait(60)
            return gateway.send(kind, raw)

    with open_device(Slow(), live.clock, tmp_path) as device:
        device.record_scaled(readings(ROWS[:1]))
        sender = threading.Thread(target=device.send)
        sender.start()
        assert is_sending.wait(60)
        device.record_scaled(readings(ROWS[1:]))
        may_answer.set()
        sender.join()
        live.clock.set_ms(END_MS)
        assert device.send() == SendReport(1, (WINDOW,), (), ())


def test_an_error_of_the_gateway_that_is_no_refusal_is_tried_again(
    live: LiveGateway, gateway: HttpGateway
) -> None:
    with pytest.raises(RefusedError) as refusal:
        gateway.send(ReceiptKind.PACKET, b"rubbish")
    assert refusal.value.reason is Reason.MALFORMED
    gateway._client.base_url = f"{live.url}/elsewhere"  # type: ignore[assignment]
    with pytest.raises(UnreachableError, match="status 404"):
        gateway.send(ReceiptKind.PACKET, b"rubbish")
