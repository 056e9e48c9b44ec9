"""Packets: batches of readings signed by a device's identity key (protocol.md, "Packet")."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from fieldproof.core import EncodingError, IntegerError, SignatureVerifier, check_bytes, check_unsigned
from fieldproof.core.cbor import Value, decode, encode
from fieldproof.core.signatures import CURVES, SIGNATURE_LENGTH
from fieldproof.protocol.cose import SignedMessage, decode_signed, encode_signed, prepare_signed
from fieldproof.protocol.errors import Refusal
from fieldproof.protocol.identity import Identity
from fieldproof.protocol.schema import Schema
from fieldproof.protocol.verdict import Reason

MAXIMUM_PACKET_BYTES = 65_536
MAXIMUM_PACKET_READINGS = 4_096

IDENTITIES_KEPT = 4_096
"""Parsed names that are kept: a device's point costs a modular root, and it sends many packets."""

Row = tuple[int, *tuple[int | None, ...]]
"""One reading: time in ms from the window's start, then the schema's scaled values, None where missing."""

RawRow = tuple[int, ...]
"""One reading in raw form."""


@dataclass(frozen=True, slots=True)
class Packet:
    """The content of a packet."""

    network_id: bytes
    window: int
    first_index: int
    """Index of the first reading among all of the device's readings in the window."""
    rows: tuple[Row, ...]

    def encode_payload(self) -> bytes:
        """Return the payload that is signed."""
        check_bytes("network id", self.network_id, 32)
        check_unsigned("window", self.window, 64)
        check_unsigned("index of the first reading", self.first_index, 16)
        return encode([self.network_id, self.window, self.first_index, list(map(list, self.rows))])


@dataclass(frozen=True, slots=True)
class ReceivedPacket:
    """A packet as it came: parsed, of known form, its signature not yet verified."""

    packet: Packet
    identity: Identity
    message: SignedMessage

    @property
    def did(self) -> str:
        """The device's name as it was sent, which is the canonical one of `identity`."""
        return self.message.key_id.decode()

    @property
    def payload_hash(self) -> bytes:
        """SHA-256 of the signed payload: what makes two packets the same."""
        return hashlib.sha256(self.message.payload).digest()


def prepare_packet(packet: Packet, identity: Identity) -> SignedMessage:
    """Return the message that the device signs; `cose.encode_signed` then gives the wire form."""
    return prepare_signed(identity.algorithm, identity.did.encode(), packet.encode_payload())


def encode_packet(message: SignedMessage, signature: bytes) -> bytes:
    """Return the wire form of a signed packet."""
    return encode_signed(message, signature)


def decode_packet(data: bytes) -> ReceivedPacket:
    """Parse a packet without knowing its network, or raise `Refusal`."""
    if len(data) > MAXIMUM_PACKET_BYTES:
        raise Refusal(Reason.TOO_LARGE, f"{len(data)} bytes; at most {MAXIMUM_PACKET_BYTES} are accepted")
    try:
        message = decode_signed(data)
        identity = _parse_did(message.key_id.decode())
        payload = decode(message.payload, allows_null=True)
    except (EncodingError, UnicodeDecodeError) as error:
        raise Refusal(Reason.MALFORMED, str(error)) from error
    if identity.algorithm is not message.algorithm:
        raise Refusal(Reason.WRONG_ALGORITHM, f"the key is one of {identity.algorithm.name}")
    return ReceivedPacket(_parse_payload(payload), identity, message)


@lru_cache(IDENTITIES_KEPT)
def _parse_did(did: str) -> Identity:
    return Identity.from_did(did)


def _parse_payload(payload: Value) -> Packet:
    if not isinstance(payload, list) or len(payload) != 4:
        raise Refusal(Reason.MALFORMED, "the payload is an array of four")
    network_id, window, first_index, rows = payload
    try:
        check_bytes("network id", network_id, 32)
        check_unsigned("window", window, 64)
        check_unsigned("index of the first reading", first_index, 16)
    except (EncodingError, IntegerError) as error:
        raise Refusal(Reason.MALFORMED, str(error)) from error
    if not isinstance(rows, list) or not rows:
        raise Refusal(Reason.MALFORMED, "a packet holds at least one reading")
    if len(rows) > MAXIMUM_PACKET_READINGS:
        raise Refusal(
            Reason.TOO_LARGE,
            f"{len(rows)} readings; at most {MAXIMUM_PACKET_READINGS} are accepted in a packet",
        )
    if not all(map(_is_row, rows)):
        raise Refusal(Reason.WRONG_ROW, "a row is an array: the time, then integers or null")
    return Packet(
        cast(bytes, network_id),
        cast(int, window),
        cast(int, first_index),
        cast(tuple[Row, ...], tuple(map(tuple, rows))),
    )


def _is_row(row: Value) -> bool:
    if not isinstance(row, list) or not row or type(row[0]) is not int:
        return False
    return all(type(value) is int or value is None for value in row)


def verify_packet_signature(received: ReceivedPacket, verify: SignatureVerifier) -> None:
    """Raise `Refusal` unless the packet is signed by the key that it names, with a low s."""
    message, identity = received.message, received.identity
    if len(message.signature) != SIGNATURE_LENGTH:
        raise Refusal(Reason.BAD_SIGNATURE, f"a signature has {SIGNATURE_LENGTH} bytes")
    curve = CURVES.get(identity.algorithm)
    if curve is not None and int.from_bytes(message.signature[32:]) > curve.order // 2:
        raise Refusal(Reason.HIGH_S, "the signature has a high s")
    if not verify(identity.algorithm, identity.key, message.to_be_signed, message.signature):
        raise Refusal(Reason.BAD_SIGNATURE, "the signature is not the device's over these bytes")


def verify_rows(rows: Sequence[Row], schema: Schema, window_s: int) -> None:
    """Raise `Refusal` unless every row fits the schema and times rise strictly within the window."""
    length = 1 + len(schema.reading)
    previous = -1
    for index, row in enumerate(rows):
        if len(row) != length:
            raise Refusal(Reason.WRONG_ROW, f"row {index} has {len(row)} values, the schema has {length}")
        if not 0 <= row[0] < window_s * 1000:
            raise Refusal(Reason.TIME_OUTSIDE_WINDOW, f"row {index}: {row[0]} ms is not within the window")
        if row[0] <= previous:
            raise Refusal(Reason.TIMES_NOT_RISING, f"row {index}: {row[0]} ms follows {previous} ms")
        previous = row[0]
        for spec, value in zip(schema.reading, row[1:], strict=True):
            if value is None:
                if not spec.optional:
                    raise Refusal(Reason.WRONG_ROW, f"row {index}: {spec.name} needs a value")
            elif not spec.low <= value <= spec.high:
                raise Refusal(
                    Reason.OUT_OF_RANGE,
                    f"row {index}: {spec.name} = {value} is not within {spec.low} to {spec.high} "
                    f"(1/{spec.scale} {spec.unit})",
                )


def to_raw_rows(rows: Sequence[Row], schema: Schema) -> list[RawRow]:
    """Return valid rows in raw form: the time as it is, then `FieldSpec.to_raw` of every value."""
    zeros = (0, *(spec.low - spec.optional for spec in schema.reading))
    return [
        tuple(0 if value is None else value - zero for value, zero in zip(row, zeros, strict=True))
        for row in rows
    ]
