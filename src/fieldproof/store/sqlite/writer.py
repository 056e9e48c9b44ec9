"""The one thread that writes, and group commit: many operations, one transaction, one fsync."""

import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from fieldproof.core import FieldproofError
from fieldproof.store.errors import StoreDamagedError, StoreUnavailableError

BATCH_LIMIT = 512
"""Most operations of one transaction: bounds how long the first of them waits."""

T = TypeVar("T")

Operation = Callable[[sqlite3.Connection], T]
Reached = Callable[[str], None]
"""Called with the name of a point that has just been reached; tests end the process there."""


@dataclass(frozen=True, slots=True)
class _Task:
    operation: Operation[Any]
    future: "Future[Any]"
    is_append: bool
    point: str | None


class Writer:
    """Runs operations one after another, commits many at once, and answers only after the fsync.

    An operation that raises is undone alone. If the transaction cannot be committed, all of its
    operations fail with `StoreUnavailableError` and nothing of them is kept.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, reached: Reached) -> None:
        self._connection = connection
        self._path = path
        self._reached = reached
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._is_open = True
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def submit(
        self, operation: Operation[T], *, is_append: bool = False, point: str | None = None
    ) -> "Future[T]":
        """Queue an operation. The future answers when it is durable; `point` is then reached before that.

        `is_append` marks what the points "before append", "after append" and "after fsync" are about.
        """
        future: Future[T] = Future()
        with self._lock:
            if not self._is_open:
                raise StoreUnavailableError(self._path, "the store is closed")
            self._tasks.put(_Task(operation, future, is_append, point))
        return future

    def call(self, operation: Operation[T], *, point: str | None = None) -> T:
        """Run an operation and wait until it is durable."""
        return self.submit(operation, point=point).result()

    def close(self) -> None:
        """Finish what is queued, then end the thread and close its connection."""
        with self._lock:
            if not self._is_open:
                return
            self._is_open = False
            self._tasks.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        is_last = False
        while not is_last:
            task = self._tasks.get()
            batch: list[_Task] = []
            while task is not None:
                batch.append(task)
                if len(batch) == BATCH_LIMIT:
                    break
                try:
                    task = self._tasks.get_nowait()
                except queue.Empty:
                    break
            is_last = task is None
            if batch:
                self._commit(batch)

    def _commit(self, batch: list[_Task]) -> None:
        answers: list[tuple[_Task, Any, Exception | None]] = []
        has_append = any(task.is_append for task in batch)
        try:
            if has_append:
                self._reached("before append")
            if self._connection.in_transaction:  # left by a rollback that a failing disk prevented
                self._connection.execute("ROLLBACK")
            self._connection.execute("BEGIN IMMEDIATE")
            for task in batch:
                answers.append((task, *self._apply(task)))
            if has_append:
                self._reached("after append")
            self._connection.execute("COMMIT")
            if has_append:
                self._reached("after fsync")
            for task in batch:
                if task.point is not None:
                    self._reached(task.point)
        except Exception as error:
            with contextlib.suppress(sqlite3.Error):
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
            failure = translate_error(error, self._path)
            for task in batch:
                task.future.set_exception(failure)
            return
        for task, result, task_error in answers:
            if task_error is not None:
                task.future.set_exception(task_error)
            else:
                task.future.set_result(result)

    def _apply(self, task: _Task) -> tuple[Any, Exception | None]:
        # An append writes its row last, and SQLite undoes a statement that fails: there is nothing for a
        # savepoint to undo, and without one two waits for the interpreter's lock are spared.
        if not task.is_append:
            self._connection.execute("SAVEPOINT operation")
        try:
            result = task.operation(self._connection)
        except sqlite3.OperationalError:
            # A full or failing disk concerns the whole transaction, which SQLite may have ended already.
            raise
        except Exception as error:
            if not task.is_append:
                self._connection.execute("ROLLBACK TO operation")
                self._connection.execute("RELEASE operation")
            return None, translate_error(error, self._path)
        if not task.is_append:
            self._connection.execute("RELEASE operation")
        return result, None


def translate_error(error: Exception, path: Path) -> Exception:
    """Return the error of the store that stands for one of SQLite; others are returned as they are."""
    if not isinstance(error, sqlite3.DatabaseError) or isinstance(error, FieldproofError):
        return error
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR_SHORT_READ")):
        return StoreDamagedError(path, str(error))
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_BUSY")):
        return StoreUnavailableError(path, str(error))
    return error
