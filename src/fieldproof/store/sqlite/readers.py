"""Connections for reading beside the writer, and checksums of what is read."""

import queue
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from fieldproof.store.errors import StoreDamagedError
from fieldproof.store.sqlite.file import connect
from fieldproof.store.sqlite.writer import translate_error

KEPT_CONNECTIONS = 4
"""Idle connections that are kept open for the next reader."""

T = TypeVar("T")


class Readers:
    """Lends connections that see everything that was committed before."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue(KEPT_CONNECTIONS)

    def call(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run a query. Raises `StoreDamagedError` if the file cannot be read."""
        with self._lend() as connection:
            try:
                return query(connection)
            except sqlite3.DatabaseError as error:
                raise translate_error(error, self._path) from error

    def close(self) -> None:
        """Close the idle connections."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    @contextmanager
    def _lend(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = connect(self._path, is_reader=True)
        try:
            yield connection
        finally:
            try:
                self._idle.put_nowait(connection)
            except queue.Full:
                connection.close()


def compute_checksum(*columns: int | bytes) -> int:
    """Return a CRC-32 over the columns of a row; SQLite itself would not notice a flipped bit in a value."""
    checksum = 0
    for column in columns:
        data = column if isinstance(column, bytes) else column.to_bytes(9, signed=True)
        checksum = zlib.crc32(data, zlib.crc32(len(data).to_bytes(4), checksum))
    return checksum


def check_row(path: Path, what: str, columns: tuple[Any, ...], checksum: int) -> None:
    """Raise `StoreDamagedError` unless `columns` are those that `checksum` was computed over."""
    try:
        is_sound = compute_checksum(*columns) == checksum
    except (AttributeError, OverflowError, TypeError):  # a flipped bit can change a value's type too
        is_sound = False
    if not is_sound:
        raise StoreDamagedError(path, f"{what} is not what was written")
