"""Time as a parameter: everything that needs the time is given a `Clock`."""

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time, nothing else."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970-01-01 UTC."""


class SystemClock:
    """The clock of this machine."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970-01-01 UTC."""
        return time.time_ns() // 1_000_000


class ManualClock:
    """A clock that somebody sets: for tests, and for demos that replay recorded time faster."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """Return the time last set, in milliseconds since 1970-01-01 UTC."""
        return self._now_ms

    def set_ms(self, now_ms: int) -> None:
        """Set the time; it never goes back (`ValueError`: a bug of the caller)."""
        if now_ms < self._now_ms:
            raise ValueError(f"a clock does not go back from {self._now_ms} to {now_ms}")
        self._now_ms = now_ms
