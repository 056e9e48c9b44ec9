"""Registered devices in memory, found by identity or by number."""

from collections.abc import Iterable

from fieldproof.core import Algorithm
from fieldproof.ingest.signatures import verify_native
from fieldproof.protocol import Reason, Refusal, Registration
from fieldproof.store import DeviceEntry


class DeviceDirectory:
    """The devices of one network. An identity that was registered again has several numbers."""

    def __init__(self, devices: Iterable[DeviceEntry] = ()) -> None:
        self._by_number: dict[int, DeviceEntry] = {}
        self._by_did: dict[str, tuple[DeviceEntry, ...]] = {}
        self.update(devices)

    def __len__(self) -> int:
        return len(self._by_number)

    def update(self, changed: Iterable[DeviceEntry], removed: Iterable[int] = ()) -> None:
        """Take over new and changed devices, and forget numbers that a rearranged chain no longer has."""
        for number in removed:
            gone = self._by_number.pop(number, None)
            if gone is not None:
                self._index(gone.did, [*self._others(gone)])
        for device in changed:
            before = self._by_number.get(device.device_number)
            if before is not None and before.did != device.did:
                self._index(before.did, [*self._others(before)])
            self._by_number[device.device_number] = device
            self._index(device.did, [*self._others(device), device])

    def find_by_did(self, did: str, window: int) -> DeviceEntry:
        """Return the registration of an identity for a window: the one active then, else the newest.

        One that is not proven gives way to every proven one: anybody can register another's EdDSA key, in
        their own name, and must not take its place. Raises `Refusal` (unknown device) if there never was one.
        """
        devices = self._by_did.get(did)
        if devices is None:
            raise Refusal(Reason.UNKNOWN_DEVICE, f"{did} is not registered with this network")
        return max(devices, key=lambda each: (each.is_proven, is_active(each, window), each.device_number))

    def find_by_number(self, number: int) -> DeviceEntry:
        """Return a device, or raise `Refusal` (unknown device)."""
        device = self._by_number.get(number)
        if device is None:
            raise Refusal(Reason.UNKNOWN_DEVICE, f"device {number} is not registered with this network")
        return device

    def _others(self, device: DeviceEntry) -> Iterable[DeviceEntry]:
        return (
            other for other in self._by_did.get(device.did, ()) if other.device_number != device.device_number
        )

    def _index(self, did: str, devices: list[DeviceEntry]) -> None:
        if devices:
            self._by_did[did] = tuple(sorted(devices, key=lambda device: device.device_number))
        else:
            self._by_did.pop(did, None)


def is_active(device: DeviceEntry, window: int) -> bool:
    """Say whether a registration counts in a window."""
    return device.active_from <= window and (device.active_until is None or window < device.active_until)


def verify_admitted(device: DeviceEntry, window: int) -> None:
    """Raise `Refusal` unless the device counts in the window and its identity was proven."""
    if not device.is_proven:
        raise Refusal(
            Reason.UNPROVEN_REGISTRATION,
            f"the registration of device {device.device_number} is not signed by its identity key",
        )
    if not is_active(device, window):
        until = "on" if device.active_until is None else f"to {device.active_until - 1}"
        raise Refusal(
            Reason.INACTIVE_DEVICE,
            f"device {device.device_number} counts from window {device.active_from} {until}, not in {window}",
        )


def is_registration_proven(registration: Registration, signature: bytes) -> bool:
    """Say whether a registration that stands on chain is the device's own will.

    The registry checks ES256 and ES256K itself and takes no other registration; EdDSA, which the EVM
    cannot check, is checked here.
    """
    if registration.identity.algorithm is not Algorithm.EDDSA:
        return True
    return registration.is_signed_by_device(signature, verify_native)
