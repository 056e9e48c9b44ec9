"""The application's file: the state after the last block, every decided block, every epoch's beginning.

One transaction for each block, flushed to the disk before CometBFT hears that the block is committed. Every
row carries a checksum: what the disk changed is never taken for what this node decided.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from fieldproof.chain.application import codec
from fieldproof.chain.application.payload import DecidedBlock
from fieldproof.chain.application.state import Parameters, State, compute_leaves
from fieldproof.chain.commitment import Fault, Member, Result
from fieldproof.chain.errors import StateError
from fieldproof.core.errors import EncodingError
from fieldproof.core.lock import FileHeldError, FileLock

T = TypeVar("T")

VERSION = 1
"""Of the file's form; another one is refused."""

KEPT_SNAPSHOTS = 2
"""A node that restores takes minutes; the one it began with must still be there."""

_TABLES = ("state", "blocks", "epochs", "snapshots")
"""Each of number, content and checksum; the numbers are 1 for the state, heights, epochs, heights."""

_STATE = 1


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
    result: Result | None
    """Of the epoch before; none before the first."""

    @classmethod
    def of_state(
        cls, parameters: Parameters, state: State, *, is_missed: bool, result: Result | None
    ) -> Self:
        """Return the record of the epoch whose first block left `state`."""
        return cls(
            parameters.schedule.get_epoch(state.height),
            state.height,
            compute_leaves(parameters, state).values,
            state.committee,
            is_missed,
            state.frozen_pool,
            state.faults,
            result,
        )


class ApplicationStore:
    """The file of one node. One process at a time writes it; a backup may read it meanwhile."""

    def __init__(self, connection: sqlite3.Connection, lock: FileLock) -> None:
        self._connection = connection
        self._lock = lock

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open or make the file; `StateError` for one of another version or in use."""
        try:
            lock = FileLock(path.with_suffix(".lock"))
        except FileHeldError as failure:
            raise StateError(str(failure), hint=failure.hint) from failure
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = full")
            (version,) = connection.execute("pragma user_version").fetchone()
            if version == 0:
                connection.executescript(_describe_tables())
            elif version != VERSION:
                raise StateError(f"{path} has version {version}; this program reads {VERSION}")
        except (sqlite3.Error, StateError) as failure:
            connection.close()
            lock.release()
            raise (
                failure if isinstance(failure, StateError) else StateError(f"{path}: {failure}")
            ) from failure
        return cls(connection, lock)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
        self._lock.release()

    def save(
        self, state: State, block: DecidedBlock, record: EpochRecord | None = None, snapshot: bytes = b""
    ) -> None:
        """Keep all that a block brought, or nothing of it."""
        with self._transaction():
            self._put("state", _STATE, codec.encode(state))
            self._put("blocks", state.height, codec.encode(block))
            if record is not None:
                self._put("epochs", record.epoch, codec.encode(record))
            if snapshot:
                self._put("snapshots", state.height, snapshot)
                kept = "select number from snapshots order by number desc limit ?"
                drop = f"delete from snapshots where number not in ({kept})"  # noqa: S608
                self._connection.execute(drop, (KEPT_SNAPSHOTS,))

    def restore(self, state: State, block: DecidedBlock, record: EpochRecord) -> None:
        """Begin from a snapshot: what was there is replaced."""
        with self._transaction():
            for table in _TABLES:
                self._connection.execute(f"delete from {table}")  # noqa: S608 - names of our own
            self._put("state", _STATE, codec.encode(state))
            self._put("blocks", state.height, codec.encode(block))
            self._put("epochs", record.epoch, codec.encode(record))

    def get_state(self) -> State | None:
        """Return the state after the last committed block; None before the first."""
        state = self._get(State, "state", _STATE)
        if state is None and self.get_first_block_height() is not None:
            raise _report_damage("there are blocks and no state")
        return state

    def get_block(self, height: int) -> DecidedBlock | None:
        """Return the decided block of a height, if it is here."""
        return self._get(DecidedBlock, "blocks", height)

    def get_first_block_height(self) -> int | None:
        """Return the lowest height whose block is here."""
        ((height,),) = self._read("select min(number) from blocks")
        return None if height is None else int(height)

    def get_record(self, epoch: int) -> EpochRecord | None:
        """Return how an epoch began, if this node was there."""
        return self._get(EpochRecord, "epochs", epoch)

    def list_snapshots(self) -> list[tuple[int, bytes]]:
        """Return height and content of the snapshots that are kept."""
        rows = self._read("select number, content, checksum from snapshots order by number")
        return [(height, _check("snapshots", height, *row)) for height, *row in rows]

    def _get(self, kind: type[T], table: str, number: int) -> T | None:
        rows = self._read(f"select content, checksum from {table} where number = ?", number)  # noqa: S608
        return _decode(kind, _check(table, number, *rows[0])) if rows else None

    def _read(self, query: str, *values: int) -> list[Any]:
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.DatabaseError as failure:
            raise _report_damage(str(failure)) from failure

    def _put(self, table: str, number: int, content: bytes) -> None:
        row = (number, content, _compute_checksum(table, number, content))
        self._connection.execute(f"insert or replace into {table} values (?, ?, ?)", row)  # noqa: S608

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")


def _describe_tables() -> str:
    tables = [
        f"create table {name} (number integer primary key, content blob not null, checksum blob not null);"
        for name in _TABLES
    ]
    return f"begin; {' '.join(tables)} pragma user_version = {VERSION}; commit;"


def _compute_checksum(table: str, number: int, content: bytes) -> bytes:
    return hashlib.sha256(f"{table} {number} ".encode() + content).digest()


def _check(table: str, number: int, content: Any, checksum: Any) -> bytes:
    if not isinstance(content, bytes) or _compute_checksum(table, number, content) != checksum:
        raise _report_damage(f"{table} {number} has not its checksum")
    return content


def _decode(kind: type[T], data: bytes) -> T:
    try:
        return codec.decode(kind, data)
    except EncodingError as failure:
        raise _report_damage(str(failure)) from failure


def _report_damage(what: str) -> StateError:
    return StateError(f"the application's file is damaged: {what}", hint="Restore a backup.")
