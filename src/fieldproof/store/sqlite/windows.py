"""Windows: open with their first packet, closed once, together with the jobs of their cohorts."""

import sqlite3

from fieldproof.store.sqlite.readers import Readers
from fieldproof.store.sqlite.writer import Writer
from fieldproof.store.values import DeviceWindow, VoidEntry, WindowEntry


class SqliteWindows:
    """Windows in SQLite; see `store.interfaces.Windows`."""

    def __init__(self, writer: Writer, readers: Readers) -> None:
        self._writer = writer
        self._readers = readers

    def close_windows(
        self, network_id: bytes, until: int, *, closed_ms: int, cohort: int
    ) -> tuple[WindowEntry, ...]:
        """Close every window below `until` and insert the jobs of cohorts with a sealed device."""

        def close(connection: sqlite3.Connection) -> tuple[WindowEntry, ...]:
            return _close_windows(connection, network_id, until, closed_ms, cohort)

        return self._writer.call(close, point="window closed")

    def get_closed_until(self, network_id: bytes) -> int:
        """Return the first window that was not yet closed; 0 if none ever was."""
        row = self._readers.call(
            lambda connection: connection.execute(
                "SELECT closed_until FROM closed WHERE network_id = ?", (network_id,)
            ).fetchone()
        )
        return 0 if row is None else int(row[0])

    def get_windows(self, network_id: bytes) -> tuple[WindowEntry, ...]:
        """Return the windows that hold at least one packet, by rising number."""
        rows = self._readers.call(
            lambda connection: connection.execute(
                "SELECT * FROM windows WHERE network_id = ? ORDER BY window", (network_id,)
            ).fetchall()
        )
        return tuple(WindowEntry(*row) for row in rows)

    def put_voids(self, voids: tuple[VoidEntry, ...]) -> None:
        """Remember why devices earn nothing in a window; a later reason replaces an earlier one."""
        rows = [
            (void.place.network_id, void.place.window, void.place.device_number, void.reason)
            for void in voids
        ]

        def put(connection: sqlite3.Connection) -> None:
            connection.executemany("INSERT OR REPLACE INTO voids VALUES (?, ?, ?, ?)", rows)

        self._writer.call(put)

    def get_voids(self, network_id: bytes, window: int) -> tuple[VoidEntry, ...]:
        """Return the void devices of a window, by rising number."""
        rows = self._readers.call(
            lambda connection: connection.execute(
                "SELECT device_number, reason FROM voids WHERE network_id = ? AND window = ? ORDER BY 1",
                (network_id, window),
            ).fetchall()
        )
        return tuple(VoidEntry(DeviceWindow(network_id, number, window), reason) for number, reason in rows)


def _close_windows(
    connection: sqlite3.Connection, network_id: bytes, until: int, closed_ms: int, cohort: int
) -> tuple[WindowEntry, ...]:
    connection.execute(
        "INSERT INTO closed VALUES (?1, ?2) ON CONFLICT DO UPDATE SET closed_until = max(closed_until, ?2)",
        (network_id, until),
    )
    due = "FROM windows WHERE network_id = ? AND window < ? AND closed_ms IS NULL"
    rows = connection.execute(
        f"SELECT window, opened_ms {due} ORDER BY window", (network_id, until)
    ).fetchall()
    for window, _ in rows:
        connection.execute(
            "INSERT INTO jobs (network_id, window, cohort, state) "
            "SELECT DISTINCT network_id, window, device_number / ?, 'waiting' FROM seals "
            "WHERE network_id = ? AND window = ? ORDER BY 3",
            (cohort, network_id, window),
        )
        connection.execute(
            "UPDATE windows SET closed_ms = ? WHERE network_id = ? AND window = ?",
            (closed_ms, network_id, window),
        )
    return tuple(WindowEntry(network_id, window, opened_ms, closed_ms) for window, opened_ms in rows)
