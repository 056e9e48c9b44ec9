"""Playing recorded readings through real devices, gateway, prover and chain, faster than they happened.

The clock that everything shares, the embedded chain included, is set forward from event to event. On another
chain it takes as long as it did. No rule about time is loosened: a window closes after its grace, nothing is
posted before, credits wait their time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from fieldproof.device import Device, RecordedReading
from fieldproof.run.clock import ShiftedClock
from fieldproof.run.errors import RunError
from fieldproof.run.node import Node
from fieldproof.run.tools import Progress
from fieldproof.store import JobState

SENDERS = 8
"""Devices that send at the same time."""
LOOK_EVERY_S = 0.1

Act = Callable[[], Awaitable[None]]
"""What one device does at the end of a window."""


class Playback:
    """Moves time and waits for what must have happened before it moves on."""

    def __init__(self, node: Node, clock: ShiftedClock, progress: Progress) -> None:
        self._node = node
        self._clock = clock
        self._progress = progress
        self._threads = ThreadPoolExecutor(SENDERS, thread_name_prefix="device")

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown()

    async def advance(self, time_s: int) -> None:
        """Set chain and clock to a time in seconds since 1970, unless they are there already.

        Where the chain is not the embedded one, wait until both are there.
        """
        if self._node.anvil is None:
            await self._wait_until(time_s)
        elif self._clock.now_ms() < time_s * 1000:
            # The chain goes first: the moment the clock moves, windows close and postings are tried.
            await self._node.anvil.set_time(time_s)
            self._clock.set_ms(time_s * 1000)

    async def _wait_until(self, time_s: int) -> None:
        await asyncio.sleep(max(0.0, time_s - self._clock.now_ms() / 1000))
        while (await self._node.client.get_latest_block()).time_s < time_s:
            await asyncio.sleep(LOOK_EVERY_S)

    async def play_window(self, window: int, acts: Iterable[Act]) -> None:
        """Let the devices act at a window's end, close it, and wait until all of it is posted."""
        calendar = self._node.calendar
        await self.advance(calendar.compute_start_ms(window + 1) // 1000)
        await asyncio.gather(*(act() for act in acts))
        await self.advance(calendar.compute_close_ms(window) // 1000 + 1)
        await self._wait_until_posted(window)

    async def finish(self, window: int) -> None:
        """Wait until everything up to a window is credited, its deadline included."""
        settle_s = self._node.blueprint.settings.settle_s
        if settle_s:
            end_s = self._node.calendar.compute_start_ms(window + 1) // 1000
            await self.advance(end_s + settle_s + 1)
        while await self._node.settler.settle_due():
            await asyncio.sleep(LOOK_EVERY_S)

    def act_honestly(self, device: Device, readings: Sequence[RecordedReading]) -> Act:
        """Return what an honest device does: keep its readings, send them, seal the window."""

        def record_and_send() -> None:
            device.record_scaled([(reading.time_ms, reading.values) for reading in readings])
            device.send()

        return self.in_thread(record_and_send)

    def in_thread(self, work: Callable[[], object]) -> Act:
        """Return an act that does blocking work in one of the devices' threads."""

        async def act() -> None:
            await asyncio.get_running_loop().run_in_executor(self._threads, work)

        return act

    async def _wait_until_posted(self, window: int) -> None:
        network_id = self._node.deployment.network_id
        jobs = self._node.store.jobs
        while self._node.store.windows.get_closed_until(network_id) <= window:
            await asyncio.sleep(LOOK_EVERY_S)
        entries = [entry for entry in jobs.get_jobs(network_id) if entry.job.window == window]
        seconds = self._node.prover.estimate(self._node.circuit).seconds * len(entries)
        self._progress(f"window {window} is closed; {len(entries)} cohorts to prove, about {seconds:.0f} s")
        while not all(self._node.settler.is_posted(entry.job) for entry in entries):
            for entry in jobs.get_jobs(network_id):
                if entry.job.window == window and entry.state is JobState.GIVEN_UP:
                    where = f"cohort {entry.job.cohort} of window {window}"
                    raise RunError(f"{where} could not be proven: {entry.last_error}")
            await asyncio.sleep(LOOK_EVERY_S)
