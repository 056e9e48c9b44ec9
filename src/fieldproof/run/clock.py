"""The clock of a run: the system's, or one that replays recorded time."""

from fieldproof.core import Clock, SystemClock


class ShiftedClock:
    """The system's clock moved by an offset; it goes on at the ordinary pace.

    One such clock is shared by everything in a demo, and the embedded chain is set to it: recorded hours are
    then played in seconds without loosening any rule about time.
    """

    def __init__(self, now_ms: int, *, system: Clock | None = None) -> None:
        self._system = system or SystemClock()
        self._offset_ms = now_ms - self._system.now_ms()

    def now_ms(self) -> int:
        """Return the shifted time, milliseconds since 1970."""
        return self._system.now_ms() + self._offset_ms

    def set_ms(self, now_ms: int) -> None:
        """Go forward to a time; going back is a bug (`ValueError`)."""
        if now_ms < self.now_ms():
            raise ValueError(f"the clock shows {self.now_ms()} and cannot go back to {now_ms}")
        self._offset_ms += now_ms - self.now_ms()
