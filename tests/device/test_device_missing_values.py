"""Readings that lack a value, from the device over a real socket into the gateway's log."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from live_gateway import (
    CALENDAR,
    KEYS,
    NETWORK_ID,
    SCHEMA,
    STARTS_MS,
    WINDOW,
    LiveGateway,
    network_of,
    run_gateway,
)

from fieldproof.device import (
    Behaviour,
    Device,
    HttpGateway,
    Patience,
    ReadingError,
    SimulatedDevice,
    exaggerate,
    freeze,
)
from fieldproof.protocol import Reason, Row, decode_packet
from fieldproof.store import DeviceWindow

OPTIONAL = replace(
    SCHEMA, reading=(replace(SCHEMA.reading[0], optional=True), replace(SCHEMA.reading[1], optional=True))
)
ROWS: tuple[Row, ...] = ((0, None, -6_000), (10_000, 0, None), (20_000, None, None), (30_000, 16_000, 1))


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveGateway]:
    with run_gateway(tmp_path / "gateway", OPTIONAL) as live:
        yield live


@pytest.fixture
def gateway(live: LiveGateway) -> Iterator[HttpGateway]:
    gateway = HttpGateway(live.url, patience=Patience(attempts=2, first_wait_s=0.01, longest_wait_s=0.02))
    yield gateway
    gateway.close()


def read_rows(live: LiveGateway, number: int = 0) -> tuple[Row, ...]:
    packets = live.store.log.get_packets(DeviceWindow(NETWORK_ID, number, WINDOW))
    return tuple(row for packet in packets for row in decode_packet(packet.raw).packet.rows)


def test_a_missing_value_is_kept_sent_and_sealed(
    live: LiveGateway, gateway: HttpGateway, tmp_path: Path
) -> None:
    def open_device() -> Device:
        return Device(network_of(0, OPTIONAL), KEYS[0], gateway, tmp_path / "backlog.db", clock=live.clock)

    with open_device() as device:
        device.record(irradiance=None, temperature="-60")
        device.record_scaled([(STARTS_MS + time_ms, values) for time_ms, *values in ROWS[1:]])
        for wrong in ((True, 1), ("1", 1), (16_001, None)):
            with pytest.raises(ReadingError, match="no scaled integer"):
                device.record_scaled([(STARTS_MS + 40_000, wrong)])
        with pytest.raises(ReadingError, match="temperature"):
            device.record(irradiance=None)
    live.clock.set_ms(CALENDAR.compute_start_ms(WINDOW + 1))
    with open_device() as device:
        report = device.send()
    assert (report.seals, report.refusals) == ((WINDOW,), ())
    assert read_rows(live) == ROWS


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (Behaviour.HONEST, None),
        (Behaviour.ALTERS_AFTER_SIGNING, Reason.BAD_SIGNATURE),
        (Behaviour.SEALS_OTHER_READINGS, Reason.SEAL_DIGEST_MISMATCH),
    ],
)
def test_a_cheat_about_a_missing_value_is_refused(
    live: LiveGateway, gateway: HttpGateway, behaviour: Behaviour, reason: Reason | None
) -> None:
    device = SimulatedDevice(network_of(1, OPTIONAL), KEYS[1], gateway, behaviour)
    live.clock.set_ms(CALENDAR.compute_start_ms(WINDOW + 1))
    sent = device.play_window(WINDOW, ROWS)
    assert [each.refusal.reason for each in sent if each.refusal] == ([reason] if reason else [])


def test_a_plain_field_takes_no_missing_value_from_the_wire(tmp_path: Path) -> None:
    with run_gateway(tmp_path / "plain") as live:
        gateway = HttpGateway(live.url)
        device = SimulatedDevice(network_of(2, OPTIONAL), KEYS[2], gateway)
        live.clock.set_ms(CALENDAR.compute_start_ms(WINDOW + 1))
        packet, *_ = device.play_window(WINDOW, ROWS)
        gateway.close()
    assert packet.refusal is not None
    assert packet.refusal.reason is Reason.WRONG_ROW
    assert "irradiance needs a value" in str(packet.refusal)


def test_data_that_is_missing_stays_missing_when_it_is_frozen_or_exaggerated() -> None:
    assert freeze(ROWS) == [(row[0], None, -6_000) for row in ROWS]
    raised = exaggerate(ROWS, 1, 3, SCHEMA.reading[1])
    assert [row[2] for row in raised] == [-6_000, None, None, 3]
    assert [row[:2] for row in raised] == [row[:2] for row in ROWS]
