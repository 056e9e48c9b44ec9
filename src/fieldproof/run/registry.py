"""Keeps the store's list of devices abreast of the registry's events."""

from collections.abc import Iterable
from dataclasses import replace

from fieldproof.ingest import DeviceDirectory, is_registration_proven
from fieldproof.settle import ChainClient, RegisteredDevice, Registry, RegistryEvent
from fieldproof.store import DeviceEntry, RegistryPosition, Store

BLOCKS_A_CALL = 2_000
"""Blocks whose events are asked for at once; nodes limit it."""


class RegistryReader:
    """Reads the events of one registry into the store and the gateway's directory."""

    def __init__(
        self,
        client: ChainClient,
        registry: Registry,
        store: Store,
        directory: DeviceDirectory,
        *,
        network_id: bytes,
        first_block: int,
        confirmations: int,
    ) -> None:
        self._client = client
        self._registry = registry
        self._store = store
        self._directory = directory
        self._network_id = network_id
        self._first_block = first_block
        self._confirmations = confirmations
        directory.update(store.devices.get_devices(network_id))

    async def read_new(self) -> int:
        """Take over the events of new blocks; return how many there were.

        When the chain was rearranged below what was read, everything is read again from the start.
        """
        position = self._store.devices.get_position(self._network_id)
        start = self._first_block
        known = {entry.device_number: entry for entry in self._store.devices.get_devices(self._network_id)}
        removed: Iterable[int] = ()
        if position is not None:
            block = await self._client.get_block(position.block_number)
            if block is not None and block.block_hash == position.block_hash:
                start = position.block_number + 1
            else:
                removed, known = tuple(known), {}
        head = (await self._client.get_latest_block()).number - (self._confirmations - 1)
        read = 0
        while start <= head or removed:
            last = min(start + BLOCKS_A_CALL - 1, head)
            block = await self._client.get_block(last)
            if block is None:
                return read
            events = await self._registry.get_events(start, last)
            changed = self._apply(events, known)
            gone = [number for number in removed if number not in known]
            self._store.devices.update_registry(
                self._network_id, RegistryPosition(last, block.block_hash), changed, gone
            )
            self._directory.update(changed, gone)
            removed = ()
            read += len(events)
            start = last + 1
        return read

    def _apply(
        self, events: Iterable[RegistryEvent], known: dict[int, DeviceEntry]
    ) -> tuple[DeviceEntry, ...]:
        changed: dict[int, DeviceEntry] = {}
        for event in events:
            if isinstance(event, RegisteredDevice):
                entry = _to_entry(self._network_id, event)
            else:
                entry = replace(known[event.device], active_until=event.first_inactive_window)
            known[entry.device_number] = changed[entry.device_number] = entry
        return tuple(changed.values())


def _to_entry(network_id: bytes, event: RegisteredDevice) -> DeviceEntry:
    registration = event.registration
    return DeviceEntry(
        network_id=network_id,
        device_number=event.device,
        did=registration.identity.did,
        owner=registration.owner,
        seal_key=registration.seal_key,
        attributes=registration.attributes,
        active_from=event.first_active_window,
        active_until=None,
        is_proven=is_registration_proven(registration, event.signature),
    )
