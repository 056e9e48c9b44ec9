"""Errors of the device room.

FieldproofError
└── DeviceError
    ├── KeyFileError       a key file that is missing, readable by others or no key file
    ├── BacklogError       the backlog on disk is full, damaged or held by another process
    ├── RecordingError     a line of recorded data that cannot be replayed
    ├── RefusedError       the gateway refused a packet or seal; sending again cannot help
    ├── UnreachableError   no receipt within the time given; what was taken stays in the backlog
    └── ReceiptError       the gateway's answer is no receipt of its key for what was sent
"""

from pathlib import Path

from fieldproof.core import FieldproofError


class DeviceError(FieldproofError):
    """The device's side cannot go on as it is."""


class KeyFileError(DeviceError):
    """A key file that cannot be used; the message never shows what it holds."""

    def __init__(self, path: Path, what: str, *, hint: str | None = None) -> None:
        super().__init__(f"key file {path}: {what}", hint=hint)


class RecordingError(DeviceError):
    """A line of recorded data that cannot be replayed; nothing is guessed."""

    def __init__(self, source: str, line: int, what: str, *, hint: str | None = None) -> None:
        super().__init__(f"{source}, line {line}: {what}", hint=hint)
        self.source = source
        self.line = line
