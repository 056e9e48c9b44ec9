"""Entries to put into a store: bytes of no meaning, as the store gives them none."""

import hashlib

from fieldproof.store import DeviceEntry, DeviceWindow, PacketEntry, SealEntry

NETWORK = bytes(31) + b"\x01"
OTHER_NETWORK = bytes(31) + b"\x02"
CLOSES_AT_MS = 10_000_000
NOW_MS = 1_000_000


def packet(
    device: int = 0,
    window: int = 5,
    first: int = 0,
    count: int = 3,
    *,
    payload: bytes | None = None,
    network: bytes = NETWORK,
    received_ms: int = NOW_MS,
    times: tuple[int, int] | None = None,
) -> PacketEntry:
    payload = payload or f"{device} {window} {first} {count}".encode()
    start, end = times or (first * 1000, (first + count - 1) * 1000)
    return PacketEntry(
        place=DeviceWindow(network, device, window),
        first_index=first,
        count=count,
        first_time_ms=start,
        last_time_ms=end,
        payload_hash=hashlib.sha256(payload).digest(),
        raw=b"raw " + payload,
        received_ms=received_ms,
        receipt=b"receipt " + payload,
    )


def seal(
    device: int = 0,
    window: int = 5,
    count: int = 3,
    *,
    digest: int = 77,
    gateway: int = 0,
    network: bytes = NETWORK,
    received_ms: int = NOW_MS,
) -> SealEntry:
    payload = f"{device} {window} {count} {digest} {gateway}".encode()
    return SealEntry(
        place=DeviceWindow(network, device, window),
        gateway=gateway,
        count=count,
        digest=digest,
        payload_hash=hashlib.sha256(payload).digest(),
        raw=b"raw seal " + payload,
        received_ms=received_ms,
        receipt=b"receipt of seal " + payload,
    )


def device(number: int = 0, *, network: bytes = NETWORK, active_until: int | None = None) -> DeviceEntry:
    return DeviceEntry(
        network_id=network,
        device_number=number,
        did=f"did:key:z{number}",
        owner=bytes(20),
        seal_key=(2**253 + number, 3),
        attributes=(5, 2**40),
        active_from=1,
        active_until=active_until,
        is_proven=True,
    )
