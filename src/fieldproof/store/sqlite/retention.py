"""Retention: what may be deleted, and when."""

# ruff: noqa: S608 - queries are put together from constants of this module only

import sqlite3

from fieldproof.store.values import Forgotten

_OPEN_JOB = (
    "SELECT min(window) FROM jobs WHERE network_id = ? AND window < ? AND state NOT IN ('done', 'given-up')"
)


def forget_windows(connection: sqlite3.Connection, network_id: bytes, before: int) -> Forgotten:
    """Delete packets, seals, refusals, void reasons and artefacts of closed windows below `before`.

    A window with a job that still runs or waits holds back itself and all later ones: audits and state
    go on from a gapless log.
    """
    row = connection.execute("SELECT closed_until FROM closed WHERE network_id = ?", (network_id,)).fetchone()
    limit = min(before, 0 if row is None else row[0])
    (held_back,) = connection.execute(_OPEN_JOB, (network_id, limit)).fetchone()
    if held_back is not None:
        limit = min(limit, held_back)
    counts = {
        table: connection.execute(
            f"DELETE FROM {table} WHERE network_id = ? AND window < ?",
            (network_id, limit),
        ).rowcount
        for table in ("packets", "seals", "verdicts", "voids", "artefacts", "windows")
    }
    return Forgotten(until=limit, packets=counts["packets"], seals=counts["seals"])
