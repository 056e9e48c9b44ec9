"""What a device has measured and not yet got receipts for, on disk, so that it survives any end.

A packet's bytes are kept before they are first sent, so that the same readings always go out under the
same payload; so is a seal's salt. Whatever is receipted is dropped when its window is done, but for the
receipts themselves: they prove what the gateway promised.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from fieldproof.core import cbor
from fieldproof.device.errors import BacklogError
from fieldproof.protocol import ReceiptKind, Row

CAPACITY_READINGS = 200_000
"""Readings without a receipt that are kept at most; then no more are taken."""
RECEIPTS_KEPT_WINDOWS = 1_000
"""Windows for which receipts are kept."""
_VERSION = 1
_TABLES = """
CREATE TABLE readings (window INTEGER, number INTEGER, row BLOB NOT NULL, PRIMARY KEY (window, number))
    WITHOUT ROWID;
CREATE TABLE packets (
    window INTEGER, first_index INTEGER, count INTEGER NOT NULL, payload_hash BLOB NOT NULL,
    raw BLOB, receipt BLOB, PRIMARY KEY (window, first_index)
);
CREATE TABLE seals (window INTEGER PRIMARY KEY, payload_hash BLOB NOT NULL, raw BLOB, receipt BLOB);
CREATE TABLE lost (window INTEGER PRIMARY KEY, reason TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A packet or seal that waits for its receipt."""

    kind: ReceiptKind
    window: int
    first_index: int
    """Of a packet; 0 for a seal."""
    payload_hash: bytes
    raw: bytes


class Backlog:
    """A backlog in one SQLite file, held by one process at a time."""

    def __init__(self, path: Path, *, capacity_readings: int = CAPACITY_READINGS) -> None:
        """Open the file, or make it. Raises `BacklogError` if it is held, damaged or of another version."""
        self._path = path
        self._capacity = capacity_readings
        with self._translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                path, timeout=0.2, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Let another process have the file."""
        self._connection.close()

    def add_readings(self, readings: Sequence[tuple[int, Row]]) -> None:
        """Keep readings of windows durably, all or none; raises `BacklogError` when the backlog is full."""
        with self._transaction() as connection:
            (waiting,) = connection.execute("SELECT count(*) FROM readings").fetchone()
            if waiting + len(readings) > self._capacity:
                raise BacklogError(
                    self._path,
                    f"{waiting} readings wait for the gateway; no more are taken",
                    hint="Bring the gateway within reach, or open the backlog with a greater capacity.",
                )
            numbers = {window: self._count(window) for window, _ in readings}
            for window, row in readings:
                data = cbor.encode(list(row))
                connection.execute("INSERT INTO readings VALUES (?, ?, ?)", (window, numbers[window], data))
                numbers[window] += 1

    def get_last_row(self, window: int) -> Row | None:
        """Return the last reading of a window that is not done."""
        rows = self._select("SELECT row FROM readings WHERE window = ? ORDER BY number DESC LIMIT 1", window)
        return _decode_row(rows[0][0]) if rows else None

    def count_readings(self, window: int) -> int:
        """Return how many readings a window has that is not done."""
        with self._translated():
            return self._count(window)

    def get_rows(self, window: int) -> tuple[Row, ...]:
        """Return the readings of a window that is not done, by index."""
        rows = self._select("SELECT row FROM readings WHERE window = ? ORDER BY number", window)
        return tuple(_decode_row(data) for (data,) in rows)

    def get_windows(self) -> tuple[int, ...]:
        """Return the windows that are not done, oldest first."""
        return tuple(row[0] for row in self._select("SELECT DISTINCT window FROM readings ORDER BY window"))

    def count_packed(self, window: int) -> int:
        """Return how many of a window's readings are in packets already; the rest is still loose."""
        return int(self._select("SELECT coalesce(sum(count), 0) FROM packets WHERE window = ?", window)[0][0])

    def add_packet(self, packet: Kept, count: int) -> None:
        """Keep a packet before it is sent."""
        self._execute(
            "INSERT INTO packets VALUES (?, ?, ?, ?, ?, NULL)",
            packet.window,
            packet.first_index,
            count,
            packet.payload_hash,
            packet.raw,
        )

    def add_seal(self, seal: Kept) -> None:
        """Keep a seal before it is sent; a window gets one, ever."""
        self._execute("INSERT INTO seals VALUES (?, ?, ?, NULL)", seal.window, seal.payload_hash, seal.raw)

    def get_unsent_packets(self, window: int) -> tuple[Kept, ...]:
        """Return a window's packets without a receipt, by index."""
        rows = self._select(
            "SELECT window, first_index, payload_hash, raw FROM packets "
            "WHERE window = ? AND receipt IS NULL ORDER BY first_index",
            window,
        )
        return tuple(Kept(ReceiptKind.PACKET, *row) for row in rows)

    def get_seal(self, window: int) -> Kept | None:
        """Return a window's seal, if it was made and the window is not done."""
        sql = "SELECT payload_hash, raw FROM seals WHERE window = ? AND raw IS NOT NULL"
        rows = self._select(sql, window)
        return Kept(ReceiptKind.SEAL, window, 0, *rows[0]) if rows else None

    def is_done(self, window: int) -> bool:
        """Say whether a window was sealed with a receipt, or was lost."""
        return bool(
            self._select(
                "SELECT 1 FROM seals WHERE window = ?1 AND receipt IS NOT NULL "
                "UNION ALL SELECT 1 FROM lost WHERE window = ?1",
                window,
            )
        )

    def put_receipt(self, kept: Kept, receipt: bytes) -> None:
        """Keep the receipt; with that of the seal the window is done and its readings are dropped."""
        with self._transaction() as connection:
            if kept.kind is ReceiptKind.PACKET:
                connection.execute(
                    "UPDATE packets SET receipt = ? WHERE window = ? AND first_index = ?",
                    (receipt, kept.window, kept.first_index),
                )
            else:
                connection.execute("UPDATE seals SET receipt = ? WHERE window = ?", (receipt, kept.window))
                self._drop(connection, kept.window)

    def put_lost(self, window: int, reason: str) -> None:
        """Give a window up: the gateway will never take the rest of it."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO lost VALUES (?, ?)", (window, reason))
            self._drop(connection, window)

    def get_receipts(self, window: int) -> tuple[bytes, ...]:
        """Return a window's receipts: packets by index, then the seal's."""
        rows = self._select(
            "SELECT receipt FROM (SELECT first_index, receipt FROM packets WHERE window = ?1 "
            "UNION ALL SELECT 1 << 32, receipt FROM seals WHERE window = ?1) "
            "WHERE receipt IS NOT NULL ORDER BY first_index",
            window,
        )
        return tuple(row[0] for row in rows)

    def get_lost(self) -> dict[int, str]:
        """Return the windows that were given up, with the reason."""
        return dict(self._select("SELECT window, reason FROM lost ORDER BY window"))

    def _prepare(self) -> None:
        # Exclusive: a second process would cut the same readings into other packets.
        self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("BEGIN IMMEDIATE")
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if version == 0 and tables == 0:
            for statement in _TABLES.split(";")[:-1]:
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {_VERSION}")
        elif version != _VERSION:
            raise BacklogError(self._path, f"version {version}, this program reads {_VERSION}")
        self._connection.execute("COMMIT")
        findings = self._connection.execute("PRAGMA quick_check(1)").fetchone()
        if findings != ("ok",):
            raise BacklogError(self._path, f"is damaged: {findings[0]}")

    def _drop(self, connection: sqlite3.Connection, window: int) -> None:
        connection.execute("DELETE FROM readings WHERE window = ?", (window,))
        connection.execute("UPDATE packets SET raw = NULL WHERE window = ?", (window,))
        connection.execute("UPDATE seals SET raw = NULL WHERE window = ?", (window,))
        for table in ("packets", "seals", "lost"):
            connection.execute(
                f"DELETE FROM {table} WHERE window < ? AND window NOT IN (SELECT window FROM readings)",  # noqa: S608
                (window - RECEIPTS_KEPT_WINDOWS,),
            )

    def _count(self, window: int) -> int:
        row = self._connection.execute("SELECT count(*) FROM readings WHERE window = ?", (window,)).fetchone()
        return int(row[0])

    def _select(self, sql: str, *arguments: object) -> list[Any]:
        with self._translated():
            return self._connection.execute(sql, arguments).fetchall()

    def _execute(self, sql: str, *arguments: object) -> None:
        with self._transaction() as connection:
            connection.execute(sql, arguments)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.DatabaseError, OSError) as error:
            if isinstance(error, sqlite3.IntegrityError):
                raise
            held = getattr(error, "sqlite_errorname", "") == "SQLITE_BUSY"
            what = "another process of this device holds it" if held else str(error)
            raise BacklogError(self._path, what) from error


def _decode_row(data: bytes) -> Row:
    return cast(Row, tuple(cast(list[int | None], cbor.decode(data, allows_null=True))))
