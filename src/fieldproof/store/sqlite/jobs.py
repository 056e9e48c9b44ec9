"""The provers' queue: one job for each cohort of a closed window, taken by one worker at a time."""

# ruff: noqa: S608 - queries are put together from constants of this module only

import sqlite3

from fieldproof.store.sqlite.artefacts import put_artefact
from fieldproof.store.sqlite.readers import Readers
from fieldproof.store.sqlite.writer import Writer
from fieldproof.store.values import Artefact, Job, JobEntry, JobState

LAST_ERROR_CHARACTERS = 2_000
_KEY = "network_id = ? AND window = ? AND cohort = ?"
_HELD = f"{_KEY} AND state = 'leased' AND worker = ?"
_OLDER = (
    "SELECT 1 FROM jobs AS older WHERE older.network_id = jobs.network_id AND older.cohort = jobs.cohort "
    "AND older.window < jobs.window AND older.state IN ('waiting', 'leased')"
)


class SqliteJobs:
    """The queue in SQLite; see `store.interfaces.Jobs`."""

    def __init__(self, writer: Writer, readers: Readers) -> None:
        self._writer = writer
        self._readers = readers

    def take(self, worker: str, *, now_ms: int, lease_ms: int, in_order: bool = False) -> Job | None:
        """Lease the oldest job that is due, also one whose lease has ended; None if there is none.

        `in_order`: only one whose cohort has no older job that waits or is leased.
        """
        order = f"AND NOT EXISTS ({_OLDER})" if in_order else ""

        def take(connection: sqlite3.Connection) -> Job | None:
            row = connection.execute(
                "SELECT id, network_id, window, cohort, attempts FROM jobs "
                "WHERE ((state = 'waiting' AND not_before_ms <= ?1) "
                f"OR (state = 'leased' AND lease_until_ms <= ?1)) {order} "
                "ORDER BY window, cohort LIMIT 1",
                (now_ms,),
            ).fetchone()
            if row is None:
                return None
            identifier, network_id, window, cohort, attempts = row
            connection.execute(
                "UPDATE jobs SET state = 'leased', worker = ?, lease_until_ms = ?, attempts = ? WHERE id = ?",
                (worker, now_ms + lease_ms, attempts + 1, identifier),
            )
            return Job(network_id, window, cohort, attempts + 1)

        return self._writer.call(take)

    def extend(self, job: Job, worker: str, *, lease_until_ms: int) -> bool:
        """Hold a job longer; False if the lease has gone to another worker."""
        sql = f"UPDATE jobs SET lease_until_ms = ? WHERE {_HELD}"
        return self._change(sql, (lease_until_ms, *_key(job), worker))

    def finish(self, job: Job, worker: str, artefact: Artefact) -> bool:
        """Store the proof and end the job, both or neither; False if the lease is lost."""
        sql = f"UPDATE jobs SET state = 'done', worker = NULL, lease_until_ms = NULL WHERE {_HELD}"

        def finish(connection: sqlite3.Connection) -> bool:
            if connection.execute(sql, (*_key(job), worker)).rowcount == 0:
                return False
            put_artefact(connection, artefact)
            return True

        return self._writer.call(finish, point="proof stored")

    def fail(self, job: Job, worker: str, error: str, *, retry_at_ms: int | None) -> bool:
        """Give a job back until `retry_at_ms`, or for good if None; False if the lease is lost."""
        state = JobState.GIVEN_UP if retry_at_ms is None else JobState.WAITING
        sql = (
            "UPDATE jobs SET state = ?, not_before_ms = ?, last_error = ?, worker = NULL, "
            f"lease_until_ms = NULL WHERE {_HELD}"
        )
        return self._change(sql, (state, retry_at_ms or 0, error[:LAST_ERROR_CHARACTERS], *_key(job), worker))

    def postpone(self, job: Job, worker: str, reason: str, *, until_ms: int) -> bool:
        """Give back a job that cannot begin yet; its attempt does not count. False if the lease is lost."""
        sql = (
            "UPDATE jobs SET state = 'waiting', not_before_ms = ?, last_error = ?, attempts = attempts - 1, "
            f"worker = NULL, lease_until_ms = NULL WHERE {_HELD}"
        )
        return self._change(sql, (until_ms, reason[:LAST_ERROR_CHARACTERS], *_key(job), worker))

    def reopen(self, job: Job) -> bool:
        """Let a job that is done be proven anew; False if it is not done."""
        sql = (
            "UPDATE jobs SET state = 'waiting', not_before_ms = 0, attempts = 0 "
            f"WHERE {_KEY} AND state = 'done'"
        )
        return self._change(sql, _key(job))

    def get_jobs(self, network_id: bytes) -> tuple[JobEntry, ...]:
        """Return all jobs of a network by window and cohort."""
        rows = self._readers.call(
            lambda connection: connection.execute(
                "SELECT network_id, window, cohort, attempts, state, worker, lease_until_ms, last_error "
                "FROM jobs WHERE network_id = ? ORDER BY window, cohort",
                (network_id,),
            ).fetchall()
        )
        return tuple(JobEntry(Job(*row[:4]), JobState(row[4]), *row[5:]) for row in rows)

    def _change(self, sql: str, arguments: tuple[object, ...]) -> bool:
        return self._writer.call(lambda connection: connection.execute(sql, arguments).rowcount > 0)


def _key(job: Job) -> tuple[bytes, int, int]:
    return job.network_id, job.window, job.cohort
