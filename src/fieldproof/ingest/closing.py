"""Windows close on the network's clock, at their end and grace, whether anybody sends or not."""

import asyncio
import contextlib
from collections.abc import Callable

import structlog

from fieldproof.core import Clock
from fieldproof.ingest.settings import GatewaySettings
from fieldproof.store import Store, StoreUnavailableError, WindowEntry

LOOK_EVERY_S = 0.5
"""Longest pause between two looks at the clock, which somebody may set; a window never closes early."""

_log = structlog.get_logger(__name__)


def close_due_windows(settings: GatewaySettings, store: Store, now_ms: int) -> tuple[WindowEntry, ...]:
    """Close all windows whose grace is over and return those that held packets.

    Their jobs are queued by the same transaction. Calling it again does nothing.
    """
    until = settings.calendar.compute_first_open(now_ms)
    if until <= store.windows.get_closed_until(settings.network_id):
        return ()
    return store.windows.close_windows(settings.network_id, until, closed_ms=now_ms, cohort=settings.cohort)


async def keep_closing(
    settings: GatewaySettings,
    store: Store,
    clock: Clock,
    stop: asyncio.Event,
    *,
    on_closed: Callable[[WindowEntry], None] = lambda _: None,
) -> None:
    """Close windows as they fall due until `stop` is set. A disk that is full is tried again."""
    while not stop.is_set():
        looked_ms, pause_s = clock.now_ms(), LOOK_EVERY_S
        try:
            for closed in await asyncio.to_thread(close_due_windows, settings, store, looked_ms):
                _log.info("window closed", window=closed.window)
                on_closed(closed)
            next_close_ms = settings.calendar.compute_close_ms(
                settings.calendar.compute_first_open(looked_ms)
            )
            pause_s = min(LOOK_EVERY_S, max(0, next_close_ms - clock.now_ms()) / 1000)
        except StoreUnavailableError as error:
            _log.error("window not closed, trying again", error=str(error))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause_s)
