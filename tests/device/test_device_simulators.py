from pathlib import Path

import pytest
from live_gateway import CALENDAR, KEYS, NETWORK_ID, ROWS, SCHEMA, WINDOW, LiveGateway, network_of

from fieldproof.core import Algorithm
from fieldproof.device import (
    EXPECTED_REASONS,
    Behaviour,
    HttpGateway,
    RecordingError,
    SimulatedDevice,
    exaggerate,
    freeze,
    parse_recording,
    split_recording,
)
from fieldproof.protocol import Calendar
from fieldproof.store import DeviceWindow


@pytest.mark.parametrize("number", range(len(KEYS)))
@pytest.mark.parametrize("behaviour", list(Behaviour))
def test_every_cheat_is_refused_for_its_reason_and_gains_nothing(
    live: LiveGateway, gateway: HttpGateway, tmp_path: Path, behaviour: Behaviour, number: int
) -> None:
    device = SimulatedDevice(network_of(number), KEYS[number], gateway, behaviour)
    sent = []
    for window in (WINDOW, WINDOW + 1):
        live.clock.set_ms(CALENDAR.compute_start_ms(window + 1))
        sent += device.play_window(window, ROWS)
    reasons = {each.refusal.reason for each in sent if each.refusal is not None}
    expected = EXPECTED_REASONS.get(behaviour)
    if behaviour is Behaviour.USES_HIGH_S and KEYS[number].identity.algorithm is Algorithm.EDDSA:
        expected = None
    assert reasons == ({expected} if expected else set())
    assert all((each.receipt is None) != (each.refusal is None) for each in sent)
    counts = live.store.verdicts.count_verdicts(NETWORK_ID)
    assert set(counts) <= reasons
    for window in (WINDOW, WINDOW + 1):
        packets = live.store.log.get_packets(DeviceWindow(NETWORK_ID, number, window))
        assert len(packets) <= 1, "nothing is kept twice"


def test_the_replayed_window_itself_was_honest(live: LiveGateway, gateway: HttpGateway) -> None:
    device = SimulatedDevice(network_of(0), KEYS[0], gateway, Behaviour.REPLAYS_EARLIER_WINDOW)
    live.clock.set_ms(CALENDAR.compute_start_ms(WINDOW + 1))
    assert all(each.receipt for each in device.play_window(WINDOW, ROWS))
    live.clock.set_ms(CALENDAR.compute_start_ms(WINDOW + 2))
    assert all(each.refusal for each in device.play_window(WINDOW + 1, ROWS))


def test_data_is_frozen_and_exaggerated_within_its_range() -> None:
    assert {row[1:] for row in freeze(ROWS)} == {ROWS[0][1:]}
    assert [row[0] for row in freeze(ROWS)] == [row[0] for row in ROWS]
    raised = exaggerate(ROWS, 0, 3, SCHEMA.reading[0])
    assert [row[1] for row in raised] == [min(16_000, 3 * row[1]) for row in ROWS]
    assert [(row[0], row[2]) for row in raised] == [(row[0], row[2]) for row in ROWS]


def rec(*times: str):  # type: ignore[no-untyped-def]
    lines = ["device_id,time,irradiance,temperature\n", *(f"{time},1,1\n" for time in times)]
    return parse_recording(lines, SCHEMA, source="data.csv")


def test_a_recording_is_split_into_windows() -> None:
    recording = rec(
        "a,2026-06-01T12:00:59.999Z",
        "a,2026-06-01T12:01:00Z",
        "b,2026-06-01T12:00:00Z",
        "b,2026-06-01T12:09:00Z",
    )
    windows = split_recording(recording, Calendar(1_780_315_200, 60, 0), 6, source="data.csv")
    assert [(each.window, sorted(each.readings)) for each in windows] == [
        (0, ["a", "b"]),
        (1, ["a"]),
        (9, ["b"]),
    ]


def test_readings_too_early_or_too_many_are_refused_with_their_line() -> None:
    recording = rec("a,2026-06-01T12:00:00Z", "a,2026-06-01T12:00:01Z", "a,2026-06-01T12:00:02Z")
    with pytest.raises(RecordingError, match="line 4: a has more than 2 readings in window 0"):
        split_recording(recording, Calendar(1_780_315_200, 60, 0), 2, source="data.csv")
    with pytest.raises(RecordingError, match="line 2: the reading lies before the network's genesis"):
        split_recording(recording, Calendar(1_780_315_201, 60, 0), 2, source="data.csv")
