"""Which packets and seals fit into a device's window. Pure rules; every implementation of the log asks them.

The log looks up the two packets between which the new one would lie, or what a window holds, inside
the transaction that appends; so two senders can never both win.
"""

from dataclasses import dataclass

from fieldproof.protocol.verdict import Reason
from fieldproof.store.values import PacketEntry, Rejected, SealEntry


@dataclass(frozen=True, slots=True)
class Span:
    """Place of a kept packet within its window."""

    first_index: int
    count: int
    first_time_ms: int
    last_time_ms: int
    payload_hash: bytes
    receipt: bytes


@dataclass(frozen=True, slots=True)
class Held:
    """What a device's window holds when a seal arrives."""

    packets: int
    readings: int
    end_index: int
    """One past the greatest index that is kept; equal to `readings` where there is no hole."""


def is_same_packet(packet: PacketEntry, before: Span | None) -> bool:
    """Say whether `before` is the packet with the same signed payload (its first index is part of that)."""
    return before is not None and before.payload_hash == packet.payload_hash


def is_same_seal(seal: SealEntry, gateway: int, count: int, digest: int) -> bool:
    """Say whether a kept seal says the same: all that is signed and not given by its place.

    The salt is not signed but bound by the digest: with another one, which anybody could put into a seal that
    they saw, it is still the same seal and no evidence against the device.
    """
    return (seal.gateway, seal.count, seal.digest) == (gateway, count, digest)


def find_packet_fault(packet: PacketEntry, before: Span | None, after: Span | None) -> Rejected | None:
    """Say why a packet does not fit between its neighbours, or None.

    `before` is the kept packet with the greatest first index not above the new one's, `after` the one
    with the least first index above it.
    """
    end = packet.first_index + packet.count
    if before is not None and before.first_index + before.count > packet.first_index:
        return _conflict(packet, before)
    if after is not None and after.first_index < end:
        return _conflict(packet, after)
    if before is not None and before.last_time_ms >= packet.first_time_ms:
        return Rejected(
            Reason.TIMES_NOT_RISING,
            f"reading {packet.first_index} at {packet.first_time_ms} ms follows {before.last_time_ms} ms",
        )
    if after is not None and packet.last_time_ms >= after.first_time_ms:
        return Rejected(
            Reason.TIMES_NOT_RISING,
            f"reading {end - 1} at {packet.last_time_ms} ms precedes {after.first_time_ms} ms",
        )
    return None


def find_seal_fault(seal: SealEntry, held: Held) -> Rejected | None:
    """Say why a seal does not close what the window holds, or None."""
    if held.readings == held.end_index == seal.count:
        return None
    missing = held.end_index - held.readings
    what = f"{missing} readings missing below index {held.end_index}" if missing else "no hole"
    return Rejected(
        Reason.SEAL_INCOMPLETE,
        f"the seal counts {seal.count} readings, the window holds {held.readings} ({what})",
    )


def _conflict(packet: PacketEntry, kept: Span) -> Rejected:
    return Rejected(
        Reason.INDEX_CONFLICT,
        f"indices {packet.first_index} to {packet.first_index + packet.count - 1} meet another packet's "
        f"{kept.first_index} to {kept.first_index + kept.count - 1}",
    )
