"""Playing recorded data through devices, window by window, at its recorded times."""

from collections.abc import Mapping
from dataclasses import dataclass

from fieldproof.device.errors import RecordingError
from fieldproof.device.recording import RecordedReading, Recording
from fieldproof.protocol import Calendar


@dataclass(frozen=True, slots=True)
class ReplayWindow:
    """What was recorded in one window."""

    window: int
    readings: Mapping[str, tuple[RecordedReading, ...]]
    """By device id, each by rising time; a device without a reading is not there."""


def split_recording(
    recording: Recording, calendar: Calendar, readings_per_window: int, *, source: str
) -> tuple[ReplayWindow, ...]:
    """Return the recording by windows, rising; windows without any reading are left out.

    Raises `RecordingError` with the line for a reading before the network's genesis, or one too many.
    """
    windows: dict[int, dict[str, list[RecordedReading]]] = {}
    for device in recording.devices:
        for reading in device.readings:
            window = calendar.compute_window(reading.time_ms)
            if window < 0:
                raise RecordingError(source, reading.line, "the reading lies before the network's genesis")
            readings = windows.setdefault(window, {}).setdefault(device.device_id, [])
            if len(readings) == readings_per_window:
                raise RecordingError(
                    source,
                    reading.line,
                    f"{device.device_id} has more than {readings_per_window} readings in window {window}",
                    hint="Raise readings_per_window, or thin the data out.",
                )
            readings.append(reading)
    return tuple(
        ReplayWindow(window, {name: tuple(readings) for name, readings in windows[window].items()})
        for window in sorted(windows)
    )
