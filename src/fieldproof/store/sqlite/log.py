"""The log of accepted packets and seals."""

# ruff: noqa: S608 - queries are put together from constants of this module only

import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from fieldproof.protocol.verdict import Reason
from fieldproof.store.ordering import (
    Held,
    Span,
    find_packet_fault,
    find_seal_fault,
    is_same_packet,
    is_same_seal,
)
from fieldproof.store.sqlite.readers import Readers, check_row, compute_checksum
from fieldproof.store.sqlite.writer import Writer
from fieldproof.store.values import (
    Accepted,
    DeviceWindow,
    Outcome,
    PacketEntry,
    Rejected,
    SealEntry,
    WindowCounts,
)

_PACKET_COLUMNS = (
    "network_id, device_number, window, first_index, count, first_time_ms, last_time_ms, "
    "payload_hash, raw, received_ms, receipt"
)
_SEAL_COLUMNS = (
    "network_id, device_number, window, gateway, count, digest, payload_hash, raw, received_ms, receipt"
)
_AT_PLACE = "network_id = ? AND device_number = ? AND window = ?"
_CLOSED_UNTIL = "SELECT closed_until FROM closed WHERE network_id = ?"
_SPAN = "first_index, count, first_time_ms, last_time_ms, payload_hash, receipt FROM packets"
_HERE = "network_id = :network AND window = :window AND device_number = :device"
_NEIGHBOURS = (
    f"SELECT * FROM (SELECT 'before', {_SPAN} WHERE {_HERE} AND first_index <= :index "
    "ORDER BY first_index DESC LIMIT 1) UNION ALL "
    f"SELECT * FROM (SELECT 'after', {_SPAN} WHERE {_HERE} AND first_index > :index "
    "ORDER BY first_index LIMIT 1) UNION ALL "
    f"SELECT 'sealed', 1, 0, 0, 0, NULL, NULL FROM seals WHERE {_HERE} UNION ALL "
    "SELECT 'closed', closed_until, 0, 0, 0, NULL, NULL FROM closed WHERE network_id = :network"
)
_INSERT_PACKET = f"INSERT INTO packets ({_PACKET_COLUMNS}, checksum) VALUES ({', '.join('?' * 12)})"
_INSERT_SEAL = f"INSERT INTO seals ({_SEAL_COLUMNS}, checksum) VALUES ({', '.join('?' * 11)})"
_Row = tuple[Any, ...]


class SqliteLog:
    """The log in SQLite; see `store.interfaces.Log`."""

    def __init__(self, writer: Writer, readers: Readers, path: Path) -> None:
        self._writer = writer
        self._readers = readers
        self._path = path

    def append_packet(self, packet: PacketEntry, *, closes_at_ms: int) -> "Future[Outcome]":
        """Append a packet if it fits; the answer comes when it is durable."""

        def append(connection: sqlite3.Connection) -> Outcome:
            return _append_packet(connection, packet, closes_at_ms)

        return self._writer.submit(append, is_append=True)

    def append_seal(self, seal: SealEntry, *, closes_at_ms: int) -> "Future[Outcome]":
        """Append a seal if it closes exactly what the window holds; the answer comes when it is durable."""

        def append(connection: sqlite3.Connection) -> Outcome:
            return _append_seal(connection, seal, closes_at_ms)

        return self._writer.submit(append, is_append=True, point="seal stored")

    def get_packets(self, place: DeviceWindow) -> tuple[PacketEntry, ...]:
        """Return the packets of a device's window by rising index."""
        sql = f"SELECT {_PACKET_COLUMNS}, checksum FROM packets WHERE {_AT_PLACE} ORDER BY first_index"
        rows = self._readers.call(lambda connection: connection.execute(sql, _place(place)).fetchall())
        return tuple(self._parse_packet(row) for row in rows)

    def get_seal(self, place: DeviceWindow) -> SealEntry | None:
        """Return the seal of a device's window."""
        sql = f"SELECT {_SEAL_COLUMNS}, checksum FROM seals WHERE {_AT_PLACE}"
        row = self._readers.call(lambda connection: connection.execute(sql, _place(place)).fetchone())
        return None if row is None else self._parse_seal(row)

    def get_seals(self, network_id: bytes, window: int, devices: range) -> tuple[SealEntry, ...]:
        """Return the seals of a window whose device number lies in `devices` (step 1), by rising number."""
        sql = (
            f"SELECT {_SEAL_COLUMNS}, checksum FROM seals "
            "WHERE network_id = ? AND window = ? AND device_number >= ? AND device_number < ? "
            "ORDER BY device_number"
        )
        arguments = (network_id, window, devices.start, devices.stop)
        rows = self._readers.call(lambda connection: connection.execute(sql, arguments).fetchall())
        return tuple(self._parse_seal(row) for row in rows)

    def get_device_numbers(self, network_id: bytes, window: int) -> tuple[int, ...]:
        """Return the devices that have a packet in a window, by rising number."""
        sql = "SELECT DISTINCT device_number FROM packets WHERE network_id = ? AND window = ? ORDER BY 1"
        rows = self._readers.call(lambda connection: connection.execute(sql, (network_id, window)).fetchall())
        return tuple(row[0] for row in rows)

    def count_window(self, network_id: bytes, window: int) -> WindowCounts:
        """Return how much a window holds."""
        sql = (
            "SELECT count(DISTINCT device_number), count(*), coalesce(sum(count), 0), "
            "(SELECT count(*) FROM seals WHERE network_id = ?1 AND window = ?2) "
            "FROM packets WHERE network_id = ?1 AND window = ?2"
        )
        row = self._readers.call(lambda connection: connection.execute(sql, (network_id, window)).fetchone())
        return WindowCounts(devices=row[0], packets=row[1], readings=row[2], seals=row[3])

    def verify_rows(self) -> int:
        """Check every row against its checksum and return how many there are; raises `StoreDamagedError`."""
        packets = f"SELECT {_PACKET_COLUMNS}, checksum FROM packets"
        seals = f"SELECT {_SEAL_COLUMNS}, checksum FROM seals"

        def count(connection: sqlite3.Connection) -> int:
            return _count(map(self._parse_packet, connection.execute(packets))) + _count(
                map(self._parse_seal, connection.execute(seals))
            )

        return self._readers.call(count)

    def _parse_packet(self, row: _Row) -> PacketEntry:
        *columns, checksum = row
        check_row(self._path, f"a packet of device {row[1]} in window {row[2]}", tuple(columns), checksum)
        network_id, device_number, window, *rest = columns
        return PacketEntry(DeviceWindow(network_id, device_number, window), *rest)

    def _parse_seal(self, row: _Row) -> SealEntry:
        *columns, checksum = row
        check_row(self._path, f"the seal of device {row[1]} in window {row[2]}", tuple(columns), checksum)
        network_id, device_number, window, gateway, count, digest, *rest = columns
        place = DeviceWindow(network_id, device_number, window)
        return SealEntry(place, gateway, count, int.from_bytes(digest), *rest)


def _count(items: Iterator[object]) -> int:
    return sum(1 for _ in items)


def _place(place: DeviceWindow) -> tuple[bytes, int, int]:
    return place.network_id, place.device_number, place.window


def _append_packet(connection: sqlite3.Connection, packet: PacketEntry, closes_at_ms: int) -> Outcome:
    place = _place(packet.place)
    before, after, is_sealed, closed_until = _find_neighbours(connection, place, packet.first_index)
    if before is not None and is_same_packet(packet, before):
        return Accepted(receipt=before.receipt, repeated=True)
    if closed := _find_closed(packet.place, packet.received_ms, closes_at_ms, closed_until):
        return closed
    fault = find_packet_fault(packet, before, after)
    if fault is not None and fault.reason is Reason.INDEX_CONFLICT:
        return fault
    if is_sealed:
        return Rejected(Reason.ALREADY_SEALED, f"window {packet.place.window} is sealed")
    if fault is not None:
        return fault
    columns = (
        *place,
        packet.first_index,
        packet.count,
        packet.first_time_ms,
        packet.last_time_ms,
        packet.payload_hash,
        packet.raw,
        packet.received_ms,
        packet.receipt,
    )
    if before is None and after is None:
        window = (packet.place.network_id, packet.place.window, packet.received_ms)
        connection.execute("INSERT OR IGNORE INTO windows VALUES (?, ?, ?, NULL)", window)
    connection.execute(_INSERT_PACKET, (*columns, compute_checksum(*columns)))
    return Accepted(receipt=packet.receipt, repeated=False)


def _append_seal(connection: sqlite3.Connection, seal: SealEntry, closes_at_ms: int) -> Outcome:
    place = _place(seal.place)
    kept = connection.execute(
        f"SELECT gateway, count, digest, receipt FROM seals WHERE {_AT_PLACE}",
        place,
    ).fetchone()
    if kept is not None:
        gateway, count, digest, receipt = kept
        if is_same_seal(seal, gateway, count, int.from_bytes(digest)):
            return Accepted(receipt=receipt, repeated=True)
        return Rejected(Reason.CONFLICTING_SEAL, "another seal of this device for this window is kept")
    closed_until = connection.execute(_CLOSED_UNTIL, (seal.place.network_id,)).fetchone()
    if closed := _find_closed(
        seal.place, seal.received_ms, closes_at_ms, closed_until[0] if closed_until else None
    ):
        return closed
    held = Held(
        *connection.execute(
            "SELECT count(*), coalesce(sum(count), 0), coalesce(max(first_index + count), 0) "
            f"FROM packets WHERE {_AT_PLACE}",
            place,
        ).fetchone()
    )
    if (fault := find_seal_fault(seal, held)) is not None:
        return fault
    columns = (
        *place,
        seal.gateway,
        seal.count,
        seal.digest.to_bytes(32),
        seal.payload_hash,
        seal.raw,
        seal.received_ms,
        seal.receipt,
    )
    connection.execute(_INSERT_SEAL, (*columns, compute_checksum(*columns)))
    return Accepted(receipt=seal.receipt, repeated=False)


def _find_closed(
    place: DeviceWindow, received_ms: int, closes_at_ms: int, closed_until: int | None
) -> Rejected | None:
    if received_ms >= closes_at_ms:
        return Rejected(Reason.WINDOW_CLOSED, f"window {place.window} closed at {closes_at_ms} ms")
    if closed_until is not None and place.window < closed_until:
        return Rejected(Reason.WINDOW_CLOSED, f"window {place.window} is closed")
    return None


def _find_neighbours(
    connection: sqlite3.Connection, place: tuple[bytes, int, int], first_index: int
) -> tuple[Span | None, Span | None, bool, int | None]:
    """Return the packets before and after an index, whether the window is sealed, and what is closed.

    One query: each one gives up the interpreter's lock and must wait to get it back.
    """
    network_id, device_number, window = place
    arguments = {"network": network_id, "device": device_number, "window": window, "index": first_index}
    before = after = None
    is_sealed, closed_until = False, None
    for kind, number, *span in connection.execute(_NEIGHBOURS, arguments):
        if kind == "before":
            before = Span(number, *span)
        elif kind == "after":
            after = Span(number, *span)
        elif kind == "sealed":
            is_sealed = True
        else:
            closed_until = number
    return before, after, is_sealed, closed_until
