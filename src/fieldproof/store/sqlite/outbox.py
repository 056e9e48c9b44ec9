"""The outbox of chain transactions."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fieldproof.protocol.transaction import OutboxEntry, TransactionState
from fieldproof.store.sqlite.readers import Readers, check_row, compute_checksum
from fieldproof.store.sqlite.writer import Writer

_FINAL = ", ".join(f"'{state}'" for state in TransactionState if state.is_final)
_OF_SENDER = "SELECT key, entry, checksum FROM outbox WHERE chain_id = ? AND sender = ?"


class SqliteOutbox:
    """The outbox in SQLite; see `protocol.transaction.Outbox`."""

    def __init__(self, writer: Writer, readers: Readers, path: Path) -> None:
        self._writer = writer
        self._readers = readers
        self._path = path

    def get_entry(self, key: str) -> OutboxEntry | None:
        """Return the entry of `key`, or None if there never was one."""
        found = self._query("SELECT key, entry, checksum FROM outbox WHERE key = ?", key)
        return found[0] if found else None

    def add_entry(self, entry: OutboxEntry) -> None:
        """Keep a new entry; a taken `key` or (chain id, sender, nonce) raises `ValueError`: a bug."""
        columns = _to_columns(entry)

        def add(connection: sqlite3.Connection) -> None:
            try:
                connection.execute("INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?)", columns)
            except sqlite3.IntegrityError as error:
                raise ValueError(f"outbox entry {entry.key} or its nonce is taken: {error}") from error

        self._writer.call(add)

    def replace_entry(self, entry: OutboxEntry) -> None:
        """Replace the entry with the same key; a key that is not there raises `ValueError`: a bug."""
        key, *columns = _to_columns(entry)

        def replace(connection: sqlite3.Connection) -> None:
            try:
                changed = connection.execute(
                    "UPDATE outbox SET chain_id = ?, sender = ?, nonce = ?, state = ?, entry = ?, "
                    "checksum = ? WHERE key = ?",
                    (*columns, key),
                ).rowcount
            except sqlite3.IntegrityError as error:
                raise ValueError(f"the nonce of outbox entry {key} is taken: {error}") from error
            if changed == 0:
                raise ValueError(f"there is no outbox entry {key}")

        self._writer.call(replace)

    def get_open_entries(self, chain_id: int, sender: bytes) -> Sequence[OutboxEntry]:
        """Return the entries whose state is not final, by rising nonce."""
        return self._query(f"{_OF_SENDER} AND state NOT IN ({_FINAL}) ORDER BY nonce", chain_id, sender)

    def get_entries_from(self, chain_id: int, sender: bytes, nonce: int) -> Sequence[OutboxEntry]:
        """Return all entries with this nonce or a higher one, whatever their state, by rising nonce."""
        return self._query(f"{_OF_SENDER} AND nonce >= ? ORDER BY nonce", chain_id, sender, nonce)

    def get_next_nonce(self, chain_id: int, sender: bytes) -> int:
        """Return one more than the highest nonce of the sender's entries; 0 without any."""
        sql = "SELECT coalesce(max(nonce) + 1, 0) FROM outbox WHERE chain_id = ? AND sender = ?"
        row = self._readers.call(lambda connection: connection.execute(sql, (chain_id, sender)).fetchone())
        return int(row[0])

    def verify_rows(self) -> int:
        """Check every row against its checksum and return how many there are."""
        return len(self._query("SELECT key, entry, checksum FROM outbox"))

    def _query(self, sql: str, *arguments: object) -> tuple[OutboxEntry, ...]:
        rows = self._readers.call(lambda connection: connection.execute(sql, arguments).fetchall())
        return tuple(self._parse(*row) for row in rows)

    def _parse(self, key: str, data: bytes, checksum: int) -> OutboxEntry:
        check_row(self._path, f"outbox entry {key}", (data,), checksum)
        return OutboxEntry.from_bytes(data)


def _to_columns(entry: OutboxEntry) -> tuple[Any, ...]:
    data = entry.to_bytes()
    return entry.key, entry.chain_id, entry.sender, entry.nonce, entry.state, data, compute_checksum(data)
