"""Recorded data to replay: CSV with `device_id`, `time` and the fields of a schema.

Decimals are scaled exactly (`scaling`); a remainder is refused unless the field says how to round it.
An empty cell of an optional field is a missing value; any other empty cell leaves its row out.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from fieldproof.device.errors import RecordingError
from fieldproof.device.scaling import ScalingError, scale_value
from fieldproof.protocol import FieldSpec, Schema

MAXIMUM_CELL_CHARACTERS = 256

_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RecordedReading:
    """One row of recorded data."""

    time_ms: int
    """Milliseconds since 1970."""
    values: tuple[int | None, ...]
    """Scaled integers in the schema's order; None where an optional field's cell was empty."""
    line: int
    """Where it stands in its file."""


@dataclass(frozen=True, slots=True)
class RecordedDevice:
    """All readings of one device by rising time."""

    device_id: str
    readings: tuple[RecordedReading, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """What a file holds."""

    devices: tuple[RecordedDevice, ...]
    """In the order in which they first appear."""
    skipped_rows: int
    """Rows left out because a cell was empty that must not be."""
    ignored_columns: tuple[str, ...]
    """Columns that are no field of the schema."""


def read_recording(path: Path, schema: Schema) -> Recording:
    """Read a CSV file in UTF-8, with or without a byte order mark. Raises `RecordingError`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return parse_recording(file, schema, source=str(path))
    except OSError as error:
        raise RecordingError(str(path), 0, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RecordingError(str(path), 0, "is not UTF-8", hint="Save the file as UTF-8 text.") from error


def parse_recording(lines: Iterable[str], schema: Schema, *, source: str) -> Recording:
    """Parse the lines of a CSV. Raises `RecordingError` with the line for whatever cannot be replayed."""
    reader = csv.reader(lines, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        columns = _find_columns(header, schema, source)
        readings: dict[str, list[RecordedReading]] = {}
        skipped_rows = 0
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                raise RecordingError(
                    source, reader.line_num, f"{len(cells)} cells, the header names {len(header)} columns"
                )
            device_id, time, *texts = (cells[column].strip() for column in columns)
            needed = (text for text, spec in zip(texts, schema.reading, strict=True) if not spec.optional)
            if not all((device_id, time, *needed)):
                skipped_rows += 1
                continue
            where = (source, reader.line_num)
            values = (
                _parse_value(text, spec, where) if text else None
                for text, spec in zip(texts, schema.reading, strict=True)
            )
            reading = RecordedReading(_parse_time(time, where), tuple(values), reader.line_num)
            readings.setdefault(device_id, []).append(reading)
    except csv.Error as error:
        raise RecordingError(source, reader.line_num, f"no CSV: {error}") from error
    devices = tuple(RecordedDevice(name, _sort(name, rows, source)) for name, rows in readings.items())
    used = {header[column] for column in columns}
    return Recording(devices, skipped_rows, tuple(name for name in header if name not in used))


def _find_columns(header: list[str], schema: Schema, source: str) -> list[int]:
    wanted = ["device_id", "time", *(spec.name for spec in schema.reading)]
    missing = [name for name in wanted if name not in header]
    if missing:
        raise RecordingError(
            source,
            1,
            f"the header has no column {', '.join(missing)}",
            hint=f"Begin the file with: {','.join(wanted)}",
        )
    if repeated := sorted({name for name in wanted if header.count(name) > 1}):
        raise RecordingError(source, 1, f"the header names {', '.join(repeated)} twice")
    return [header.index(name) for name in wanted]


def _parse_time(text: str, where: tuple[str, int]) -> int:
    match = _TIME.fullmatch(text) if text.isascii() else None
    if match is None:
        raise RecordingError(
            *where, f"{text!r:.60} is no RFC 3339 time", hint="Write times such as 2026-06-01T12:00:00Z."
        )
    day, time, fraction, offset = match.groups()
    if offset is None or offset not in ("Z", "z", "+00:00", "-00:00"):
        raise RecordingError(*where, f"{text!r} is not in UTC", hint="Convert the times to UTC, ending in Z.")
    if fraction is not None and fraction[3:].strip("0"):
        raise RecordingError(
            *where, f"{text!r:.60} is finer than a millisecond", hint="Round the times to three decimals."
        )
    try:
        moment = datetime.fromisoformat(f"{day}T{time}+00:00")
    except ValueError as error:
        raise RecordingError(*where, f"{text!r}: {error}") from error
    time_ms = (moment - _EPOCH) // timedelta(milliseconds=1) + int((fraction or "")[:3].ljust(3, "0"))
    if time_ms < 0:
        raise RecordingError(*where, f"{text!r} lies before 1970")
    return time_ms


def _parse_value(text: str, spec: FieldSpec, where: tuple[str, int]) -> int:
    if len(text) > MAXIMUM_CELL_CHARACTERS or not text.isascii() or not _DECIMAL.fullmatch(text):
        raise RecordingError(
            *where,
            f"{spec.name}: {text!r:.60} is no decimal number",
            hint="Write digits with a point, such as 21.53; leave the cell empty where nothing was measured.",
        )
    try:
        return scale_value(Decimal(text), spec)
    except ScalingError as error:
        raise RecordingError(*where, str(error), hint=error.hint) from error


def _sort(device_id: str, rows: list[RecordedReading], source: str) -> tuple[RecordedReading, ...]:
    rows.sort(key=lambda reading: (reading.time_ms, reading.line))
    for earlier, later in pairwise(rows):
        if earlier.time_ms == later.time_ms:
            raise RecordingError(
                source, later.line, f"{device_id} has another reading of the same time in line {earlier.line}"
            )
    return tuple(rows)
