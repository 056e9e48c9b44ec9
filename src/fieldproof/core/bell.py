"""A pause that a piece of news may end: what one part finished, another takes up at once."""

import asyncio


class Bell:
    """One waits, others ring. Who rings while nobody waits is heard by the next wait."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """End the present pause, or the next one. From the event loop's own thread only."""
        self._rung.set()

    async def wait(self, stop: asyncio.Event, seconds: float) -> None:
        """Pause until the bell rings, `stop` is set or so many seconds are over."""
        waiters = [asyncio.create_task(event.wait()) for event in (self._rung, stop)]
        try:
            await asyncio.wait(waiters, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiter in waiters:
                waiter.cancel()
        self._rung.clear()
