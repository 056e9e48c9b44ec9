"""A process that fills a store and ends by SIGKILL at a named point: `store_worker.py FOLDER POINT TIMES`."""

import os
import signal
import sys
import threading
from pathlib import Path

from store_entries import CLOSES_AT_MS, NETWORK, NOW_MS, packet, seal

from fieldproof.store import Accepted, Artefact, SqliteStore, open_store

DEVICES = 4
PACKETS = 6


def tell(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def fill(store: SqliteStore, device: int) -> None:
    """Append a device's packets one after another, then its seal, and tell each receipt that was given."""
    for number in range(PACKETS):
        entry = packet(device, first=3 * number)
        outcome = store.log.append_packet(entry, closes_at_ms=CLOSES_AT_MS).result(60)
        assert isinstance(outcome, Accepted), outcome
        tell(f"packet {device} {number}")
    outcome = store.log.append_seal(seal(device, count=3 * PACKETS), closes_at_ms=CLOSES_AT_MS).result(60)
    assert isinstance(outcome, Accepted), outcome
    tell(f"seal {device}")


def run(folder: Path, point: str, times: int) -> None:
    left = times

    def reached(name: str) -> None:
        nonlocal left
        if name == point:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    with open_store(folder, reached=reached) as store:
        threads = [threading.Thread(target=fill, args=(store, device)) for device in range(DEVICES)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if store.windows.close_windows(NETWORK, 6, closed_ms=NOW_MS, cohort=2):
            tell("closed")
        now_ms = NOW_MS
        while job := store.jobs.take("worker", now_ms=now_ms, lease_ms=1000):
            artefact = Artefact(job.network_id, job.window, job.cohort, b"proof", b"inputs", now_ms)
            assert store.jobs.finish(job, "worker", artefact)
            tell(f"proof {job.cohort}")
            now_ms += 2000


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
