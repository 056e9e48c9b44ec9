"""When the node passed the named points of its work."""

import asyncio
import time

STAGES = (
    "window closed",
    "job taken",
    "witness solved",
    "proof verified",
    "proof stored",
    "transaction hash stored",
    "transaction sent",
)
"""The points between a window's close and its payment, in their order."""


class Stopwatch:
    """Takes the time at each point; the points are passed in many threads."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._passed: dict[str, float] = {}
        self._sent = asyncio.Event()
        self._started = 0.0

    def reach(self, point: str) -> None:
        """Remember the first time that a point is passed after the start."""
        self._passed.setdefault(point, time.perf_counter())
        if point == STAGES[-1]:
            self._loop.call_soon_threadsafe(self._sent.set)

    def start(self, in_s: float) -> None:
        """Begin anew, so many seconds from now."""
        self._passed.clear()
        self._sent.clear()
        self._started = time.perf_counter() + in_s

    async def wait_until_sent(self, within_s: float) -> None:
        """Return when the posting was sent; `TimeoutError` if that takes too long."""
        await asyncio.wait_for(self._sent.wait(), within_s)

    def read(self) -> dict[str, float]:
        """Return the seconds from each point, or the start, to the next."""
        previous, stages = self._started, {}
        for point in STAGES:
            stages[point] = self._passed[point] - previous
            previous = self._passed[point]
        return stages

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._started
