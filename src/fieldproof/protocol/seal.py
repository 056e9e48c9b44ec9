"""Seals: a device's signature over everything that it reported in a window (protocol.md, "Seal").

A Schnorr signature over Grumpkin, so that a proof can check it for a few gates.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from fieldproof.core import (
    FIELD_ORDER,
    GRUMPKIN,
    PYTHON,
    Arithmetic,
    Domain,
    EncodingError,
    FieldproofError,
    Point,
    check_bytes,
    check_field,
    check_range,
    check_unsigned,
    compute_hash,
)
from fieldproof.core.cbor import decode, encode
from fieldproof.protocol.errors import Refusal
from fieldproof.protocol.packet import Row, to_raw_rows
from fieldproof.protocol.schema import Schema, compute_widths, pack_rows
from fieldproof.protocol.verdict import Reason

MAXIMUM_GATEWAY = 14
MAXIMUM_SEAL_BYTES = 512
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class SealSignature:
    """Schnorr signature: s below the order of Grumpkin, e below the order of the field."""

    s: int
    e: int


@dataclass(frozen=True, slots=True)
class SealContent:
    """What a seal says."""

    network_id: bytes
    device: int
    window: int
    gateway: int
    """Number, 0 to 14, of the gateway that served the device."""
    count: int
    """Readings of the device in the window."""
    salt: bytes
    """128 random bits, so that a constant sensor's readings cannot be guessed from the digest."""
    digest: int

    def encode_payload(self) -> bytes:
        """Return the payload, whose SHA-256 names the seal in its receipt."""
        self._check()
        return encode(
            [
                self.network_id,
                self.device,
                self.window,
                self.gateway,
                self.count,
                self.salt,
                self.digest.to_bytes(32),
            ]
        )

    def compute_message(self, arithmetic: Arithmetic = PYTHON) -> int:
        """Return the field element that is signed."""
        self._check()
        context = ((self.device << 64 | self.window) << 8 | self.gateway) << 16 | self.count
        return compute_hash(
            Domain.SEAL, context, int.from_bytes(self.network_id), self.digest, arithmetic=arithmetic
        )

    def _check(self) -> None:
        check_field("network id", int.from_bytes(check_bytes("network id", self.network_id, 32)))
        check_unsigned("device number", self.device, 32)
        check_unsigned("window", self.window, 64)
        check_range("gateway", self.gateway, 0, MAXIMUM_GATEWAY)
        check_unsigned("count", self.count, 16)
        check_bytes("salt", self.salt, SALT_BYTES)
        check_field("digest", self.digest)


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal with its signature."""

    content: SealContent
    signature: SealSignature

    @property
    def payload_hash(self) -> bytes:
        """SHA-256 of the payload: what makes two seals the same."""
        return hashlib.sha256(self.content.encode_payload()).digest()

    def encode(self) -> bytes:
        """Return the wire form."""
        signature = self.signature.s.to_bytes(32) + self.signature.e.to_bytes(32)
        return encode([self.content.encode_payload(), signature])


def decode_seal(data: bytes) -> Seal:
    """Parse a seal, or raise `Refusal`; its signature is not yet verified."""
    if len(data) > MAXIMUM_SEAL_BYTES:
        raise Refusal(Reason.TOO_LARGE, f"{len(data)} bytes; a seal has at most {MAXIMUM_SEAL_BYTES}")
    try:
        match decode(data):
            case [bytes(payload), bytes(signature)] if len(signature) == 64:
                pass
            case _:
                raise EncodingError("a seal is an array of payload and signature of 64 bytes")
        match decode(payload):
            case [
                bytes(network_id),
                int(device),
                int(window),
                int(gateway),
                int(count),
                bytes(salt),
                bytes(digest),
            ] if len(digest) == 32:
                content = SealContent(
                    network_id, device, window, gateway, count, salt, int.from_bytes(digest)
                )
            case _:
                raise EncodingError("the payload of a seal is an array of seven, its digest 32 bytes")
        content.encode_payload()
    except FieldproofError as error:
        raise Refusal(Reason.MALFORMED, str(error)) from error
    s, e = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    if s >= GRUMPKIN.order or e >= FIELD_ORDER:
        raise Refusal(Reason.BAD_SIGNATURE, "s and e of a seal must be in canonical form")
    return Seal(content, SealSignature(s, e))


def compute_digest(
    rows: Sequence[Row],
    salt: bytes,
    schema: Schema,
    *,
    window_s: int,
    readings_per_window: int,
    arithmetic: Arithmetic = PYTHON,
) -> int:
    """Return the digest of a device's readings in a window: all its slots, unused ones zero."""
    check_bytes("salt", salt, SALT_BYTES)
    packed = pack_rows(to_raw_rows(rows, schema), compute_widths(schema, window_s), readings_per_window)
    return compute_hash(Domain.DIGEST, int.from_bytes(salt), *packed, arithmetic=arithmetic)


def compute_seal_key(secret: int, arithmetic: Arithmetic = PYTHON) -> Point:
    """Return the public seal key for a secret of 1 to the order of Grumpkin − 1."""
    if not 0 < secret < GRUMPKIN.order:
        raise ValueError("a seal secret lies between 1 and the order of Grumpkin: this is a bug")
    return arithmetic.multiply(secret, GRUMPKIN.generator)


def sign_seal(content: SealContent, secret: int, entropy: bytes, arithmetic: Arithmetic = PYTHON) -> Seal:
    """Seal with a device's secret.

    The nonce hangs on secret, message and 32 fresh random bytes of `entropy`: a broken generator alone
    does not reveal the secret, nor does a fault that signs one message twice.
    """
    check_bytes("entropy", entropy, 32)
    key = compute_seal_key(secret, arithmetic)
    message = content.compute_message(arithmetic)
    material = b"fieldproof.nonce.1" + secret.to_bytes(32) + message.to_bytes(32) + entropy
    nonce = int.from_bytes(hashlib.sha512(material).digest()) % (GRUMPKIN.order - 1) + 1
    e = _compute_challenge(arithmetic.multiply(nonce, GRUMPKIN.generator), key, message, arithmetic)
    return Seal(content, SealSignature((nonce - e * secret) % GRUMPKIN.order, e))


def is_seal_valid(seal: Seal, key: Point, arithmetic: Arithmetic = PYTHON) -> bool:
    """Say whether the seal's signature is that of `key`."""
    s, e = seal.signature.s, seal.signature.e
    if not (GRUMPKIN.is_on_curve(key) and 0 <= s < GRUMPKIN.order and 0 <= e < FIELD_ORDER):
        return False
    nonce_point = GRUMPKIN.add(arithmetic.multiply(s, GRUMPKIN.generator), arithmetic.multiply(e, key))
    return e == _compute_challenge(nonce_point, key, seal.content.compute_message(arithmetic), arithmetic)


def _compute_challenge(nonce_point: Point, key: Point, message: int, arithmetic: Arithmetic) -> int:
    return compute_hash(Domain.CHALLENGE, 0, *nonce_point, *key, message, arithmetic=arithmetic)
