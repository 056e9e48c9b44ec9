"""The store's file: making it, opening it, and saying clearly why it cannot be opened."""

import os
import sqlite3
from pathlib import Path

from fieldproof.core.lock import FileHeldError, FileLock
from fieldproof.store.errors import (
    NotAStoreError,
    StoreDamagedError,
    StoreInUseError,
    StoreUnavailableError,
    StoreVersionError,
)
from fieldproof.store.sqlite.schema import APPLICATION_ID, SCHEMA_VERSION, TABLES
from fieldproof.store.sqlite.writer import translate_error

FILE_NAME = "fieldproof.db"
SQLITE_MAGIC = b"SQLite format 3\0"
BUSY_TIMEOUT_S = 30
CHECK_LIMIT_BYTES = 256 * 2**20
"""Files up to this size are checked page by page when they are opened; `verify` does it for any."""


def hold_folder(folder: Path, role: str) -> FileLock:
    """Hold a folder for one process of a role, until it is released or the process ends."""
    try:
        return FileLock(folder / f"{role}.lock")
    except FileHeldError as failure:
        raise StoreInUseError(folder, role, failure.process) from None


def prepare_file(folder: Path) -> Path:
    """Return the path of the folder's store, made if there is none; raise if what is there cannot be used."""
    path = folder / FILE_NAME
    if not path.exists():
        _create(path)
    _check_header(path)
    try:
        connection = connect(path)
        try:
            _check_version(connection, path)
            if path.stat().st_size <= CHECK_LIMIT_BYTES:
                check_pages(connection, path)
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise translate_error(error, path) from error
    return path


def connect(path: Path, *, is_reader: bool = False) -> sqlite3.Connection:
    """Return a connection whose commits are durable when they return."""
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        # Without cell checks a flipped bit can read as other data before any page check has run.
        connection.execute("PRAGMA cell_size_check = ON")
        if is_reader:
            connection.execute("PRAGMA query_only = ON")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def check_pages(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `StoreDamagedError` unless every page and index is sound."""
    findings = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    if findings != ["ok"]:
        raise StoreDamagedError(path, "; ".join(str(finding).replace("\n", " ") for finding in findings))


def _create(path: Path) -> None:
    """Make the file whole under another name first, so that a file of ours is never found half made."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    try:
        connection = sqlite3.connect(draft, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
            # In place before the first connection, so that readers of the file need no right to change it.
            connection.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()
        draft.rename(path)
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except (sqlite3.OperationalError, OSError) as error:
        raise StoreUnavailableError(path, str(error)) from error


def _check_header(path: Path) -> None:
    if not path.is_file():
        raise NotAStoreError(path, "it is no file")
    with path.open("rb") as file:
        magic = file.read(len(SQLITE_MAGIC))
    if not magic:
        raise StoreDamagedError(path, "the file is empty")
    if magic != SQLITE_MAGIC:
        raise NotAStoreError(path, "it does not begin as an SQLite file does")


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        raise NotAStoreError(path, "it is another program's SQLite file")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != SCHEMA_VERSION:
        raise StoreVersionError(path, version, SCHEMA_VERSION)
