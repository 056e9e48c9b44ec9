"""A gateway as a process of its own: `gateway_process.py FOLDER POINT TIMES [LIMIT_BYTES]`.

It prints its port, then serves until SIGTERM. It ends by SIGKILL when the named point is reached for
the given time. With a limit its files may not grow beyond it until SIGUSR1 lifts it: a full disk.
"""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from gateway_rig import SETTINGS, build_rig

from fieldproof.core import FieldproofError
from fieldproof.ingest import create_app, keep_closing, open_port, serve
from fieldproof.store import open_store


def build_trap(point: str, times: int) -> Callable[[str], None]:
    left = times

    def reached(name: str) -> None:
        nonlocal left
        if name == point:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return reached


async def run(folder: Path, point: str, times: int, limit_bytes: int | None) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    with open_store(folder, reached=build_trap(point, times)) as store:
        rig = build_rig(folder, store)
        loop.add_signal_handler(
            signal.SIGHUP, lambda: rig.clock.set_ms(SETTINGS.calendar.compute_close_ms(5))
        )
        if limit_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, resource.RLIM_INFINITY))
            unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            loop.add_signal_handler(signal.SIGUSR1, resource.setrlimit, resource.RLIMIT_FSIZE, unlimited)
        listener = open_port("127.0.0.1", 0)
        os.write(1, b"%d\n" % listener.getsockname()[1])
        await asyncio.gather(
            serve(create_app(rig.pipeline, store), listener, stop),
            keep_closing(SETTINGS, store, rig.clock, stop),
        )
        rig.pipeline.close()


if __name__ == "__main__":
    _, folder, point, times, *limit = sys.argv
    try:
        asyncio.run(run(Path(folder), point, int(times), int(limit[0]) if limit else None))
    except FieldproofError as error:
        sys.exit(f"error: {error}")
