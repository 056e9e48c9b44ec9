"""The gateway's clock must be the chain's: windows close on it, contracts judge by it."""

from collections.abc import Callable

from fieldproof.core import Clock
from fieldproof.ingest.errors import ClockError

CLOCK_TOLERANCE_MS = 5_000
"""How far the gateway's clock may be from the latest block's time when it starts."""


def verify_clock(clock: Clock, get_block_time_s: Callable[[], int]) -> None:
    """Raise `ClockError` unless the clock is within the tolerance of the latest block's time.

    `get_block_time_s` asks the chain for it, in seconds since 1970; what it raises passes through.
    """
    block_ms = get_block_time_s() * 1000
    now_ms = clock.now_ms()
    # A block's time is a whole second: the chain may be up to 999 ms further than it says.
    if not block_ms - CLOCK_TOLERANCE_MS <= now_ms < block_ms + CLOCK_TOLERANCE_MS + 1000:
        raise ClockError(now_ms, block_ms, CLOCK_TOLERANCE_MS)
