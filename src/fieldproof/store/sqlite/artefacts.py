"""Proofs with their public inputs."""

# ruff: noqa: S608 - queries are put together from constants of this module only

import sqlite3
from pathlib import Path
from typing import Any

from fieldproof.store.sqlite.readers import Readers, check_row, compute_checksum
from fieldproof.store.sqlite.writer import Writer
from fieldproof.store.values import Artefact

_COLUMNS = "network_id, window, cohort, proof, public_inputs, stored_ms"


class SqliteArtefacts:
    """Proofs in SQLite; see `store.interfaces.Artefacts`."""

    def __init__(self, writer: Writer, readers: Readers, path: Path) -> None:
        self._writer = writer
        self._readers = readers
        self._path = path

    def get_artefact(self, network_id: bytes, window: int, cohort: int) -> Artefact | None:
        """Return the proof of a cohort's window."""
        sql = f"SELECT {_COLUMNS}, checksum FROM artefacts WHERE network_id = ? AND window = ? AND cohort = ?"
        arguments = (network_id, window, cohort)
        row = self._readers.call(lambda connection: connection.execute(sql, arguments).fetchone())
        return None if row is None else self._parse(row)

    def verify_rows(self) -> int:
        """Check every row against its checksum and return how many there are; raises `StoreDamagedError`."""
        sql = f"SELECT {_COLUMNS}, checksum FROM artefacts"
        return self._readers.call(
            lambda connection: sum(1 for _ in map(self._parse, connection.execute(sql)))
        )

    def _parse(self, row: tuple[Any, ...]) -> Artefact:
        *columns, checksum = row
        check_row(self._path, f"the proof of cohort {row[2]} in window {row[1]}", tuple(columns), checksum)
        return Artefact(*columns)


def put_artefact(connection: sqlite3.Connection, artefact: Artefact) -> None:
    """Store a proof; one that was there before is replaced."""
    columns = (
        artefact.network_id,
        artefact.window,
        artefact.cohort,
        artefact.proof,
        artefact.public_inputs,
        artefact.stored_ms,
    )
    connection.execute(
        f"INSERT OR REPLACE INTO artefacts ({_COLUMNS}, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*columns, compute_checksum(*columns)),
    )
