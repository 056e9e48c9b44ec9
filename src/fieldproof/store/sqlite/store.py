"""The whole store in one SQLite file, put together."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fieldproof.core.lock import FileLock
from fieldproof.store.errors import StoreUnavailableError
from fieldproof.store.sqlite.artefacts import SqliteArtefacts
from fieldproof.store.sqlite.devices import SqliteDevices
from fieldproof.store.sqlite.file import check_pages, connect, hold_folder, prepare_file
from fieldproof.store.sqlite.jobs import SqliteJobs
from fieldproof.store.sqlite.log import SqliteLog
from fieldproof.store.sqlite.outbox import SqliteOutbox
from fieldproof.store.sqlite.readers import Readers
from fieldproof.store.sqlite.retention import forget_windows
from fieldproof.store.sqlite.verdicts import SqliteVerdicts
from fieldproof.store.sqlite.windows import SqliteWindows
from fieldproof.store.sqlite.writer import Reached, Writer
from fieldproof.store.values import Forgotten

PROBE_BYTES = 65_536
"""Written to find out whether the disk still takes a packet of the greatest size."""


class SqliteStore:
    """A store in a folder; see `store.interfaces.Store`. Made by `open_store`."""

    def __init__(self, path: Path, lock: FileLock, reached: Reached) -> None:
        self._path = path
        self._lock = lock
        self._writer = Writer(connect(path), path, reached)
        self._readers = Readers(path)
        self.log = SqliteLog(self._writer, self._readers, path)
        self.windows = SqliteWindows(self._writer, self._readers)
        self.verdicts = SqliteVerdicts(self._writer, self._readers)
        self.devices = SqliteDevices(self._writer, self._readers)
        self.jobs = SqliteJobs(self._writer, self._readers)
        self.artefacts = SqliteArtefacts(self._writer, self._readers, path)
        self.outbox = SqliteOutbox(self._writer, self._readers, path)

    def check_writable(self) -> None:
        """Write and fsync as much as a packet may have; raises `StoreUnavailableError` if that fails."""

        def probe(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO probe VALUES (1, zeroblob(?))", (PROBE_BYTES,))

        self._writer.call(probe)

    def forget_windows(self, network_id: bytes, before: int) -> Forgotten:
        """Delete what closed windows below `before` hold, apart from those with a job that is not done."""
        return self._writer.call(lambda connection: forget_windows(connection, network_id, before))

    def verify(self) -> int:
        """Check every page and every row and return the number of rows; raises `StoreDamagedError`."""
        self._readers.call(lambda connection: check_pages(connection, self._path))
        return self.log.verify_rows() + self.artefacts.verify_rows() + self.outbox.verify_rows()

    def close(self) -> None:
        """Finish what is queued and give the folder back."""
        self._writer.close()
        self._readers.close()
        self._lock.release()


@contextmanager
def open_store(
    folder: Path, *, role: str = "gateway", reached: Reached = lambda _name: None
) -> Iterator[SqliteStore]:
    """Open the store of a folder, made if there is none, and close it at the end.

    Only one process may hold a folder in the same `role`. `reached` is called at the points "before
    append", "after append", "after fsync", "seal stored", "window closed" and "proof stored", in the
    writer's thread, the last four after the fsync and before anybody is told.

    Raises `StoreInUseError`, `NotAStoreError`, `StoreVersionError`, `StoreDamagedError` or
    `StoreUnavailableError`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = hold_folder(folder, role)
    except OSError as error:
        raise StoreUnavailableError(folder, str(error)) from error
    try:
        store = SqliteStore(prepare_file(folder), lock, reached)
    except BaseException:
        lock.release()
        raise
    try:
        yield store
    finally:
        store.close()
