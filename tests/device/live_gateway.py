"""A real gateway on a real socket, in a thread of this process, with one device of each algorithm."""

import asyncio
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fieldproof.core import Algorithm, ManualClock
from fieldproof.device import DeviceNetwork, SoftwareKeys
from fieldproof.ingest import (
    DeviceDirectory,
    GatewaySettings,
    Pipeline,
    ReceiptKey,
    create_app,
    open_port,
    serve,
)
from fieldproof.protocol import Calendar, FieldSpec, Row, Schema
from fieldproof.store import DeviceEntry, SqliteStore, open_store

NETWORK_ID = b"\0" + bytes(range(31))
SCHEMA = Schema(
    1, (FieldSpec("irradiance", "W/m2", 10, 0, 16000), FieldSpec("temperature", "Cel", 100, -6000, 6000))
)
CALENDAR = Calendar(genesis_s=1_790_000_000, window_s=60, grace_s=30)
READINGS_PER_WINDOW = 6
WINDOW = 2_000
RECEIPT_KEY = ReceiptKey(hashlib.sha256(b"the gateway").digest())
ALGORITHMS = tuple(Algorithm)
ROWS: tuple[Row, ...] = tuple((10_000 * i, 5_000 + i, -2_000 - i) for i in range(READINGS_PER_WINDOW))
STARTS_MS = CALENDAR.compute_start_ms(WINDOW)


def keys_of(number: int) -> SoftwareKeys:
    secret = hashlib.sha256(b"device %d" % number).digest()
    return SoftwareKeys(ALGORITHMS[number], secret, int.from_bytes(secret[:31]) + 1)


KEYS = tuple(keys_of(number) for number in range(len(ALGORITHMS)))


def network_of(number: int, schema: Schema = SCHEMA) -> DeviceNetwork:
    return DeviceNetwork(NETWORK_ID, schema, CALENDAR, READINGS_PER_WINDOW, number, 3, RECEIPT_KEY.address)


def readings(rows: tuple[Row, ...] = ROWS, window: int = WINDOW) -> list[tuple[int, tuple[int, ...]]]:
    return [(CALENDAR.compute_start_ms(window) + row[0], row[1:]) for row in rows]


class LiveGateway:
    """What a test may touch of the gateway."""

    def __init__(self, store: SqliteStore, directory: DeviceDirectory, clock: ManualClock, url: str) -> None:
        self.store = store
        self.directory = directory
        self.clock = clock
        self.url = url


@contextmanager
def run_gateway(folder: Path, schema: Schema = SCHEMA) -> Iterator[LiveGateway]:
    """Serve until the context ends. The clock stands at the beginning of `WINDOW`."""
    settings = GatewaySettings(NETWORK_ID, schema, CALENDAR, READINGS_PER_WINDOW, cohort=4, gateway=3)
    entries = [
        DeviceEntry(NETWORK_ID, number, keys.identity.did, bytes(20), keys.seal_key, (), 0, None, True)
        for number, keys in enumerate(KEYS)
    ]
    with open_store(folder) as store:
        clock = ManualClock(STARTS_MS)
        directory = DeviceDirectory(entries)
        pipeline = Pipeline(settings, store, directory, RECEIPT_KEY, clock)
        listener = open_port("127.0.0.1", 0)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        loop = asyncio.new_event_loop()
        stop = asyncio.Event()
        serving = serve(create_app(pipeline, store), listener, stop)
        thread = threading.Thread(target=loop.run_until_complete, args=(serving,))
        thread.start()
        try:
            yield LiveGateway(store, directory, clock, url)
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()
            loop.close()
            pipeline.close()
