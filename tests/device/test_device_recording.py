import contextlib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.device.errors import RecordingError
from fieldproof.device.recording import RecordedReading, Recording, parse_recording, read_recording
from fieldproof.protocol.schema import FieldSpec, Schema

SCHEMA = Schema(
    1,
    (
        FieldSpec("temperature", "Cel", 100, -6000, 6000),
        FieldSpec("irradiance", "W/m2", 10, 0, 16000, rounding="half-even"),
    ),
)
HEADER = "device_id,time,temperature,irradiance"


def parse(*rows: str, header: str = HEADER) -> Recording:
    return parse_recording([f"{line}\n" for line in (header, *rows)], SCHEMA, source="data.csv")


def test_decimals_are_scaled_exactly_and_times_become_milliseconds() -> None:
    recording = parse("a,1970-01-01T00:00:01.5Z,-21.53,0.25", "a,1970-01-01 00:00:02+00:00,1e1,+.35")
    (device,) = recording.devices
    assert device.readings == (
        RecordedReading(1500, (-2153, 2), 2),
        RecordedReading(2000, (1000, 4), 3),
    )


def test_rows_are_sorted_by_device_and_time_and_columns_found_by_name() -> None:
    recording = parse(
        "5,2026-06-01T12:01:00Z,x,b,1",
        "6,2026-06-01T12:00:00Z,x,a,1",
        "7,2026-06-01T12:00:00Z,x,b,1",
        header="irradiance,time,comment,device_id,temperature",
    )
    assert [device.device_id for device in recording.devices] == ["b", "a"]
    assert [reading.values for reading in recording.devices[0].readings] == [(100, 70), (100, 50)]
    assert recording.ignored_columns == ("comment",)


def test_a_row_with_an_empty_cell_is_skipped_and_counted() -> None:
    recording = parse(
        "a,2026-06-01T12:00:00Z,,1", "a,2026-06-01T12:01:00Z,1, ", "", "a,2026-06-01T12:02:00Z,1,1"
    )
    assert recording.skipped_rows == 2
    assert len(recording.devices[0].readings) == 1


def test_an_empty_cell_of_an_optional_field_is_a_missing_value() -> None:
    heat, light = SCHEMA.reading
    schema = replace(SCHEMA, reading=(heat, replace(light, optional=True)))
    rows = ["a,2026-06-01T12:00:00Z,1,", "a,2026-06-01T12:01:00Z,, ", "a,2026-06-01T12:02:00Z,1,0"]
    recording = parse_recording([HEADER, *rows], schema, source="data.csv")
    assert [reading.values for reading in recording.devices[0].readings] == [(100, None), (100, 0)]
    assert recording.skipped_rows == 1
    for empty in (",2026-06-01T12:00:00Z,1,", "a,,1,"):
        assert parse_recording([HEADER, empty], schema, source="data.csv").skipped_rows == 1
    with pytest.raises(RecordingError, match="irradiance"):
        parse_recording([HEADER, "a,2026-06-01T12:00:00Z,1,none"], schema, source="data.csv")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a,2026-06-01T12:00:00Z,1.005,1", "line 2: temperature: 1.005 has more digits than scale 100 holds"),
        ("a,2026-06-01T12:00:00Z,1.0000000000000000000000000000000000001,1", "more digits"),
        ("a,2026-06-01T12:00:00Z,60.01,1", "outside the declared -60 to 60"),
        ("a,2026-06-01T12:00:00Z,1,1e99", "outside the declared"),
        ("a,2026-06-01T12:00:00Z,nan,1", "no decimal number"),
        ("a,2026-06-01T12:00:00Z,1_0,1", "no decimal number"),
        ('a,2026-06-01T12:00:00Z,"1,5",1', "no decimal number"),
        ("a,2026-06-01T12:00:00Z,١,1", "no decimal number"),
        ("a,2026-06-01T12:00:00Z,1e999,1", "no decimal number"),
        ("a,2026-06-01T12:00:00,1,1", "is not in UTC"),
        ("a,2026-06-01T12:00:00+02:00,1,1", "is not in UTC"),
        ("a,2026-06-31T12:00:00Z,1,1", "line 2"),
        ("a,2026-06-01T23:59:60Z,1,1", "line 2"),
        ("a,1969-06-01T12:00:00Z,1,1", "before 1970"),
        ("a,2026-06-01T12:00:00.0001Z,1,1", "finer than a millisecond"),
        ("a,yesterday,1,1", "no RFC 3339 time"),
        ("a,2026-06-01T12:00:00Z,1", "3 cells, the header names 4 columns"),
        ('a,2026-06-01T12:00:00Z,1,"1', "no CSV"),
    ],
)
def test_what_cannot_be_replayed_is_refused_with_its_line(row: str, message: str) -> None:
    with pytest.raises(RecordingError, match=r"data\.csv, line 2") as error:
        parse(row)
    assert message in str(error.value)


def test_two_readings_of_one_time_are_refused_with_both_lines() -> None:
    row = "a,2026-06-01T12:00:00Z,1,1"
    with pytest.raises(RecordingError, match="line 4: a has another reading of the same time in line 2"):
        parse(row, "b,2026-06-01T12:00:00Z,1,1", row)


@pytest.mark.parametrize(
    "header", ["", "device_id,time", "device_id,time,temperature,Irradiance", f"{HEADER},time"]
)
def test_a_header_without_the_columns_is_refused(header: str) -> None:
    with pytest.raises(RecordingError, match="line 1"):
        parse(header=header)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be read"):
        read_recording(tmp_path / "none.csv", SCHEMA)
    (tmp_path / "latin.csv").write_bytes("device_id,time,température".encode("latin-1"))
    with pytest.raises(RecordingError, match="is not UTF-8"):
        read_recording(tmp_path / "latin.csv", SCHEMA)
    (tmp_path / "marked.csv").write_bytes(f"\ufeff{HEADER}\n".encode())
    assert read_recording(tmp_path / "marked.csv", SCHEMA).devices == ()


@given(st.decimals(min_value=-60, max_value=60, allow_nan=False, places=4))
def test_a_value_is_taken_exactly_or_refused(value: Decimal) -> None:
    scaled = value * 100
    try:
        (device,) = parse(f"a,2026-06-01T12:00:00Z,{value:f},1").devices
    except RecordingError:
        assert scaled != scaled.to_integral_value()
    else:
        assert device.readings[0].values[0] == scaled


@given(st.text(max_size=300))
def test_any_text_is_parsed_or_refused_and_nothing_else(text: str) -> None:
    with contextlib.suppress(RecordingError):
        parse_recording([HEADER + "\n", *text.splitlines(keepends=True)], SCHEMA, source="data.csv")
