import asyncio
import time

from fieldproof.core import Bell


async def test_a_ring_ends_the_pause() -> None:
    bell, started = Bell(), time.monotonic()
    waiting = asyncio.create_task(bell.wait(asyncio.Event(), 60))
    await asyncio.sleep(0)
    bell.ring()
    await waiting
    assert time.monotonic() - started < 10


async def test_a_ring_before_the_pause_ends_it_and_no_other() -> None:
    bell, stop = Bell(), asyncio.Event()
    bell.ring()
    await bell.wait(stop, 60)
    started = time.monotonic()
    await bell.wait(stop, 0.05)
    assert time.monotonic() - started >= 0.04


async def test_stop_ends_the_pause() -> None:
    bell, stop = Bell(), asyncio.Event()
    stop.set()
    started = time.monotonic()
    await bell.wait(stop, 60)
    assert time.monotonic() - started < 10


async def test_nothing_is_left_waiting() -> None:
    await Bell().wait(asyncio.Event(), 0.01)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
