"""Devices with keys of all three algorithms and the messages they make. The keys protect nothing."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import coincurve
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from fieldproof.core import P256, Algorithm, keccak256
from fieldproof.protocol import (
    FieldSpec,
    Identity,
    Packet,
    Schema,
    SealContent,
    encode_packet,
    prepare_packet,
)

NETWORK_ID = b"\0" + hashlib.sha256(b"network").digest()[1:]
OTHER_NETWORK_ID = b"\0" + hashlib.sha256(b"another network").digest()[1:]
WINDOW_S = 3600
SCHEMA = Schema(
    1,
    (FieldSpec("irradiance", "W/m2", 10, 0, 16_000), FieldSpec("temperature", "Cel", 100, -6_000, 6_000)),
    (FieldSpec("panel_area", "m2", 100, 0, 5_000),),
)
ROWS = ((0, 0, -6_000), (60_000, 5_000, 2_153), (3_599_999, 16_000, 6_000))


@dataclass(frozen=True)
class SigningKey:
    """An identity key with its secret."""

    algorithm: Algorithm
    secret: bytes

    @cached_property
    def identity(self) -> Identity:
        compressed = serialization.PublicFormat.CompressedPoint
        match self.algorithm:
            case Algorithm.ES256:
                key = self._p256.public_key().public_bytes(serialization.Encoding.X962, compressed)
            case Algorithm.ES256K:
                key = coincurve.PrivateKey(self.secret).public_key.format(compressed=True)
            case Algorithm.EDDSA:
                key = Ed25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw()
        return Identity(self.algorithm, key)

    @cached_property
    def _p256(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(self.secret), ec.SECP256R1())

    def sign(self, message: bytes) -> bytes:
        """Return 64 bytes, r‖s with low s for the two kinds of ECDSA."""
        match self.algorithm:
            case Algorithm.ES256:
                r, s = decode_dss_signature(self._p256.sign(message, ec.ECDSA(hashes.SHA256())))
                return r.to_bytes(32) + min(s, P256.order - s).to_bytes(32)
            case Algorithm.ES256K:
                digest = hashlib.sha256(message).digest()
                return coincurve.PrivateKey(self.secret).sign_recoverable(digest, hasher=None)[:64]
        return Ed25519PrivateKey.from_private_bytes(self.secret).sign(message)


KEYS = {
    algorithm: SigningKey(algorithm, hashlib.sha256(algorithm.name.encode()).digest())
    for algorithm in Algorithm
}
STRANGERS = {
    algorithm: SigningKey(algorithm, hashlib.sha256(b"stranger" + algorithm.name.encode()).digest())
    for algorithm in Algorithm
}
GATEWAY_KEY = coincurve.PrivateKey(hashlib.sha256(b"gateway").digest())
GATEWAY = keccak256(GATEWAY_KEY.public_key.format(compressed=False)[1:])[12:]


def sign_as_gateway(message: bytes) -> bytes:
    return GATEWAY_KEY.sign_recoverable(hashlib.sha256(message).digest(), hasher=None)[:64]


def make_packet(**changes: object) -> Packet:
    values: dict[str, object] = {"network_id": NETWORK_ID, "window": 7, "first_index": 3, "rows": ROWS}
    return Packet(**(values | changes))  # type: ignore[arg-type]


def make_wire(packet: Packet, key: SigningKey) -> bytes:
    message = prepare_packet(packet, key.identity)
    return encode_packet(message, key.sign(message.to_be_signed))


def make_content(**changes: object) -> SealContent:
    values: dict[str, object] = {
        "network_id": NETWORK_ID,
        "device": 18,
        "window": 7,
        "gateway": 2,
        "count": 3,
        "salt": bytes(range(16)),
        "digest": 0x1234_5678,
    }
    return SealContent(**(values | changes))  # type: ignore[arg-type]
