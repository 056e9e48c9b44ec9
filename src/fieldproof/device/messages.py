"""Building what a device sends: signed packets and seals."""

from collections.abc import Sequence

from fieldproof.core import PYTHON, Arithmetic
from fieldproof.device.keys import DeviceKeys
from fieldproof.device.network import DeviceNetwork
from fieldproof.protocol import (
    Packet,
    Registration,
    Row,
    Seal,
    SealContent,
    compute_digest,
    encode_packet,
    prepare_packet,
)


def build_packet(packet: Packet, keys: DeviceKeys) -> bytes:
    """Return the signed wire form of a packet."""
    message = prepare_packet(packet, keys.identity)
    return encode_packet(message, keys.sign(message.to_be_signed))


def build_seal(
    network: DeviceNetwork,
    keys: DeviceKeys,
    window: int,
    rows: Sequence[Row],
    salt: bytes,
    *,
    arithmetic: Arithmetic = PYTHON,
) -> Seal:
    """Return the seal over all of a window's readings. `salt` is 16 random bytes, made once for a window."""
    digest = compute_digest(
        rows,
        salt,
        network.schema,
        window_s=network.calendar.window_s,
        readings_per_window=network.readings_per_window,
        arithmetic=arithmetic,
    )
    content = SealContent(
        network_id=network.network_id,
        device=network.device_number,
        window=window,
        gateway=network.gateway,
        count=len(rows),
        salt=salt,
        digest=digest,
    )
    return keys.sign_seal(content)


def sign_registration(registration: Registration, keys: DeviceKeys) -> bytes:
    """Return the identity key's signature, 64 bytes, by which an owner may register the device."""
    if registration.identity != keys.identity or registration.seal_key != keys.seal_key:
        raise ValueError("the registration names other keys: this is a bug of the caller")
    return keys.sign(registration.encode_message())
