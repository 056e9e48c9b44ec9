"""Registered devices, as far as the registry's events were read."""

import sqlite3
from collections.abc import Sequence
from typing import Any, cast

from fieldproof.core import cbor
from fieldproof.store.sqlite.readers import Readers
from fieldproof.store.sqlite.writer import Writer
from fieldproof.store.values import DeviceEntry, RegistryPosition


class SqliteDevices:
    """Devices in SQLite; see `store.interfaces.Devices`."""

    def __init__(self, writer: Writer, readers: Readers) -> None:
        self._writer = writer
        self._readers = readers

    def update_registry(
        self,
        network_id: bytes,
        position: RegistryPosition,
        changed: Sequence[DeviceEntry],
        removed: Sequence[int] = (),
    ) -> None:
        """Take over what the registry's events up to `position` say, all of it or nothing."""
        rows = [_to_row(network_id, device) for device in changed]

        def update(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "DELETE FROM devices WHERE network_id = ? AND device_number = ?",
                [(network_id, number) for number in removed],
            )
            connection.executemany("INSERT OR REPLACE INTO devices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            connection.execute(
                "INSERT OR REPLACE INTO registry_positions VALUES (?, ?, ?)",
                (network_id, position.block_number, position.block_hash),
            )

        self._writer.call(update)

    def get_position(self, network_id: bytes) -> RegistryPosition | None:
        """Return how far the events were read; None if never."""
        row = self._readers.call(
            lambda connection: connection.execute(
                "SELECT block_number, block_hash FROM registry_positions WHERE network_id = ?", (network_id,)
            ).fetchone()
        )
        return None if row is None else RegistryPosition(*row)

    def get_devices(self, network_id: bytes) -> tuple[DeviceEntry, ...]:
        """Return all devices by rising number."""
        rows = self._readers.call(
            lambda connection: connection.execute(
                "SELECT * FROM devices WHERE network_id = ? ORDER BY device_number", (network_id,)
            ).fetchall()
        )
        return tuple(_from_row(row) for row in rows)


def _to_row(network_id: bytes, device: DeviceEntry) -> tuple[bytes | str | int | None, ...]:
    if device.network_id != network_id:
        raise ValueError("a device of another network: this is a bug of the caller")
    x, y = device.seal_key
    return (
        network_id,
        device.device_number,
        device.did,
        device.owner,
        x.to_bytes(32) + y.to_bytes(32),
        cbor.encode(list(device.attributes)),
        device.active_from,
        device.active_until,
        device.is_proven,
    )


def _from_row(row: tuple[Any, ...]) -> DeviceEntry:
    network_id, device_number, did, owner, seal_key, attributes, active_from, active_until, is_proven = row
    return DeviceEntry(
        network_id=network_id,
        device_number=device_number,
        did=did,
        owner=owner,
        seal_key=(int.from_bytes(seal_key[:32]), int.from_bytes(seal_key[32:])),
        attributes=tuple(cast(list[int], cbor.decode(attributes))),
        active_from=active_from,
        active_until=active_until,
        is_proven=bool(is_proven),
    )
