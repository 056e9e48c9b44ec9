from store_entries import NETWORK, OTHER_NETWORK, device

from fieldproof.store import RegistryPosition, Store


def test_devices_are_read_back_as_they_were(store: Store) -> None:
    position = RegistryPosition(7, bytes(32))
    store.devices.update_registry(NETWORK, position, [device(1), device(0, active_until=9)])
    assert store.devices.get_devices(NETWORK) == (device(0, active_until=9), device(1))
    assert store.devices.get_position(NETWORK) == position
    assert store.devices.get_devices(OTHER_NETWORK) == ()
    assert store.devices.get_position(OTHER_NETWORK) is None


def test_a_revocation_changes_and_a_rearranged_chain_removes(store: Store) -> None:
    store.devices.update_registry(NETWORK, RegistryPosition(7, bytes(32)), [device(0), device(1)])
    later = RegistryPosition(8, b"\x01" * 32)
    store.devices.update_registry(NETWORK, later, [device(0, active_until=4)], removed=[1])
    assert store.devices.get_devices(NETWORK) == (device(0, active_until=4),)
    assert store.devices.get_position(NETWORK) == later
