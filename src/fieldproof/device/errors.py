"""Errors of the device room.

FieldproofError
└── DeviceError
    ├── KeyFileError       a key file that is missing, readable by others or no key file
    ├── BacklogError       the backlog on disk is full, damaged or held by another process
    ├── ReadingError       a reading that does not belong in its window
    ├── RecordingError     a line of recorded data that cannot be replayed
    ├── RefusedError       the gateway refused a packet or seal; sending again cannot help
    ├── UnreachableError   no receipt within the time given; what was taken stays in the backlog
    └── ReceiptError       the gateway's answer is no receipt of its key for what was sent
"""

from pathlib import Path

from fieldproof.core import FieldproofError
from fieldproof.protocol import Reason, ReceiptKind


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


class BacklogError(DeviceError):
    """The backlog on disk is full, damaged or held by another process."""

    def __init__(self, path: Path, what: str, *, hint: str | None = None) -> None:
        super().__init__(f"backlog {path}: {what}", hint=hint)


class ReadingError(DeviceError):
    """A reading that does not belong in its window: its values, its time or its number."""


class RefusedError(DeviceError):
    """The gateway refused what was sent, for a reason that the same bytes cannot overcome now."""

    def __init__(self, kind: ReceiptKind, reason: Reason, detail: str, *, hint: str | None = None) -> None:
        super().__init__(f"the gateway refused a {kind.name.lower()} ({reason.value}): {detail}", hint=hint)
        self.kind = kind
        self.reason = reason
        self.detail = detail


class UnreachableError(DeviceError):
    """There was no answer; whatever was not receipted stays in the backlog."""

    def __init__(self, url: str, cause: str) -> None:
        super().__init__(
            f"no receipt from {url}: {cause}",
            hint="Nothing is lost: it is sent again when the gateway can be reached.",
        )


class ReceiptError(DeviceError):
    """The answer is no receipt of the gateway's key for what was sent; it is not to be believed."""
