"""Stopping in order: what long-running commands wait for."""

import asyncio
import signal


def listen_for_stop() -> asyncio.Event:
    """Return an event that Ctrl-C or SIGTERM sets, in place of ending this process."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
