"""When windows begin, end and close."""

from dataclasses import dataclass

from fieldproof.core import check_range, check_unsigned
from fieldproof.protocol.settings import MAXIMUM_WINDOW_S


@dataclass(frozen=True, slots=True)
class Calendar:
    """The windows of a network: window = (t − genesis) // length, counted from 0."""

    genesis_s: int
    """Start of window 0, seconds since 1970."""
    window_s: int
    """Length of a window in seconds."""
    grace_s: int
    """Seconds after a window's end in which packets and seals are still accepted."""

    def __post_init__(self) -> None:
        check_unsigned("genesis", self.genesis_s, 48)
        check_range("window in seconds", self.window_s, 1, MAXIMUM_WINDOW_S)
        check_range("grace in seconds", self.grace_s, 0, MAXIMUM_WINDOW_S)

    def compute_window(self, time_ms: int) -> int:
        """Return the window of a time in milliseconds since 1970; negative before the genesis."""
        return (time_ms - self.genesis_s * 1000) // (self.window_s * 1000)

    def compute_start_ms(self, window: int) -> int:
        """Return when a window begins, in milliseconds since 1970."""
        return (self.genesis_s + window * self.window_s) * 1000

    def compute_close_ms(self, window: int) -> int:
        """Return the first millisecond since 1970 at which nothing more is accepted for a window."""
        return self.compute_start_ms(window + 1) + self.grace_s * 1000

    def compute_first_open(self, time_ms: int) -> int:
        """Return the first window that is not closed at a time: all below it are. At least 0."""
        return max(0, self.compute_window(time_ms - self.grace_s * 1000))
