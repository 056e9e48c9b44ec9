"""The application's file: the state after the last block, every decided block, every epoch's beginning.

One transaction for each block, flushed to the disk before CometBFT hears that the block is committed.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

from fieldproof.chain.application import codec
from fieldproof.chain.application.payload import DecidedBlock
from fieldproof.chain.application.state import State
from fieldproof.chain.commitment import Fault, Member
from fieldproof.chain.errors import StateError
from fieldproof.core.errors import EncodingError

T = TypeVar("T")

VERSION = 1
"""Of the file's form; another one is refused."""

KEPT_SNAPSHOTS = 2
"""A node that restores takes minutes; the one it began with must still be there."""

_TABLES = """
create table state (only integer primary key check (only = 1), state blob not null);
create table blocks (height integer primary key, block blob not null);
create table epochs (epoch integer primary key, record blob not null);
create table snapshots (height integer primary key, content blob not null);
"""


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """How an epoch began: enough to check its committee against a header that the committee before signed."""

    epoch: int
    height: int
    """Of its first block."""
    leaves: tuple[bytes, ...]
    """The eight values of the application's hash after that block."""
    committee: tuple[Member, ...]
    is_missed: bool
    """Whether the beacon failed before it."""
    frozen_pool: tuple[Member, ...]
    """Frozen in its first block; the next committee is drawn from it."""
    faults: tuple[Fault, ...]
    """That stood after that block."""


class ApplicationStore:
    """The file of one node. One process at a time has it open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open or make the file; `StateError` for one of another version or in use."""
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute("pragma locking_mode = exclusive")
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = full")
            (version,) = connection.execute("pragma user_version").fetchone()
            if version == 0:
                connection.executescript(f"begin; {_TABLES} pragma user_version = {VERSION}; commit;")
            elif version != VERSION:
                raise StateError(f"{path} has version {version}; this program reads {VERSION}")
        except (sqlite3.Error, StateError) as failure:
            connection.close()
            raise (
                failure if isinstance(failure, StateError) else StateError(f"{path}: {failure}")
            ) from failure
        return cls(connection)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def save(
        self, state: State, block: DecidedBlock, record: EpochRecord | None = None, snapshot: bytes = b""
    ) -> None:
        """Keep all that a block brought, or nothing of it."""
        with self._transaction():
            self._put_state(state)
            self._put_block(state.height, block)
            if record is not None:
                self._put_record(record)
            if snapshot:
                self._put_snapshot(state.height, snapshot)

    def restore(self, state: State, block: DecidedBlock, record: EpochRecord) -> None:
        """Begin from a snapshot: what was there is replaced."""
        with self._transaction():
            for table in ("blocks", "epochs", "snapshots"):
                self._connection.execute(f"delete from {table}")  # noqa: S608 - names of our own
            self._put_state(state)
            self._put_block(state.height, block)
            self._put_record(record)

    def get_state(self) -> State | None:
        """Return the state after the last committed block; None before the first."""
        row = self._connection.execute("select state from state").fetchone()
        return None if row is None else _decode(State, row[0])

    def get_block(self, height: int) -> DecidedBlock | None:
        """Return the decided block of a height, if it is here."""
        row = self._connection.execute("select block from blocks where height = ?", (height,)).fetchone()
        return None if row is None else _decode(DecidedBlock, row[0])

    def get_first_block_height(self) -> int | None:
        """Return the lowest height whose block is here."""
        (height,) = self._connection.execute("select min(height) from blocks").fetchone()
        return None if height is None else int(height)

    def get_record(self, epoch: int) -> EpochRecord | None:
        """Return how an epoch began, if this node was there."""
        row = self._connection.execute("select record from epochs where epoch = ?", (epoch,)).fetchone()
        return None if row is None else _decode(EpochRecord, row[0])

    def list_snapshots(self) -> list[tuple[int, bytes]]:
        """Return height and content of the snapshots that are kept."""
        rows = self._connection.execute("select height, content from snapshots order by height")
        return [(int(height), bytes(content)) for height, content in rows]

    def _put_state(self, state: State) -> None:
        self._connection.execute("insert or replace into state values (1, ?)", (codec.encode(state),))

    def _put_block(self, height: int, block: DecidedBlock) -> None:
        self._connection.execute("insert into blocks values (?, ?)", (height, codec.encode(block)))

    def _put_record(self, record: EpochRecord) -> None:
        row = (record.epoch, codec.encode(record))
        self._connection.execute("insert or replace into epochs values (?, ?)", row)

    def _put_snapshot(self, height: int, content: bytes) -> None:
        self._connection.execute("insert into snapshots values (?, ?)", (height, content))
        kept = "select height from snapshots order by height desc limit ?"
        self._connection.execute(f"delete from snapshots where height not in ({kept})", (KEPT_SNAPSHOTS,))  # noqa: S608

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")


def _decode(kind: type[T], data: bytes) -> T:
    try:
        return codec.decode(kind, data)
    except EncodingError as failure:
        raise StateError(
            f"the application's file is damaged: {failure}", hint="Restore a backup."
        ) from failure
