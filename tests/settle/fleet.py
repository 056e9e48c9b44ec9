"""Devices of the benchmark network, with keys of all three algorithms, and what they seal."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import coincurve
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from fieldproof.core import P256, Algorithm, Point
from fieldproof.protocol import (
    CohortWitness,
    DeviceWitness,
    FieldSpec,
    Identity,
    NetworkSettings,
    Registration,
    Schema,
    Seal,
    SealContent,
    Statement,
    compute_chain_start,
    compute_digest,
    compute_seal_key,
    compute_window_root,
    sign_seal,
    to_raw_rows,
)
from fieldproof.protocol.packet import Row
from fieldproof.settle import CohortProgress, CohortSnapshot, Deployment

SCHEMA = Schema(1, (FieldSpec("value", "count", 1, 0, 2**32 - 1),))
WINDOW_S = 3600
SLOTS = 60
CAPACITY = 4
PROGRAM_ID = b"\0" + b"\x17" * 31
_COMPRESSED = (serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
_RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def make_settings(**changes: object) -> NetworkSettings:
    values = {
        "name": "fleet", "window": "1h", "readings_per_window": SLOTS, "grace": "5m",
        "cohort": CAPACITY, "pool_per_window": "1000", "registration_stake": "0.5",
    }  # fmt: skip
    return NetworkSettings.parse(**(values | changes))  # type: ignore[arg-type]


@dataclass(frozen=True)
class IdentityKey:
    """A device's identity key of any algorithm."""

    algorithm: Algorithm
    secret: bytes

    @property
    def identity(self) -> Identity:
        match self.algorithm:
            case Algorithm.ES256:
                key = self._get_p256().public_key().public_bytes(*_COMPRESSED)
            case Algorithm.ES256K:
                key = coincurve.PrivateKey(self.secret).public_key.format(compressed=True)
            case Algorithm.EDDSA:
                key = self._get_ed25519().public_key().public_bytes(*_RAW)
        return Identity(self.algorithm, key)

    def sign(self, message: bytes) -> bytes:
        match self.algorithm:
            case Algorithm.ES256:
                r, s = decode_dss_signature(self._get_p256().sign(message, ec.ECDSA(hashes.SHA256())))
                return r.to_bytes(32) + min(s, P256.order - s).to_bytes(32)
            case Algorithm.ES256K:
                return coincurve.PrivateKey(self.secret).sign_recoverable(message)[:64]
            case Algorithm.EDDSA:
                return self._get_ed25519().sign(message)

    def _get_p256(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(self.secret), ec.SECP256R1())

    def _get_ed25519(self) -> ed25519.Ed25519PrivateKey:
        return ed25519.Ed25519PrivateKey.from_private_bytes(self.secret)


@dataclass(frozen=True)
class FleetDevice:
    """A device with both of its keys."""

    identity_key: IdentityKey
    seal_secret: int

    @property
    def seal_key(self) -> Point:
        return compute_seal_key(self.seal_secret)

    def make_registration(
        self, deployment: Deployment, owner: bytes, *, nonce: int = 0, deadline: int = 2**40
    ) -> tuple[Registration, bytes]:
        identity = self.identity_key.identity
        registration = Registration(
            deployment.chain_id, deployment.registry, owner, identity, self.seal_key, (), nonce, deadline
        )
        return registration, self.identity_key.sign(registration.encode_message())

    def seal(self, deployment: Deployment, device: int, window: int, rows: Sequence[Row]) -> Seal:
        salt = secrets.token_bytes(16)
        digest = compute_digest(rows, salt, SCHEMA, window_s=WINDOW_S, readings_per_window=SLOTS)
        content = SealContent(deployment.network_id, device, window, 0, len(rows), salt, digest)
        return sign_seal(content, self.seal_secret, secrets.token_bytes(32))


FLEET = tuple(
    FleetDevice(IdentityKey(algorithm, bytes([number]) * 32), 1000 + number)
    for number, algorithm in enumerate((Algorithm.ES256, Algorithm.ES256K, Algorithm.EDDSA), start=1)
)


def make_rows(device: int) -> tuple[Row, ...]:
    return tuple((minute * 60_000, 1000 * (device + 1)) for minute in range(50))


def compute_points(rows: Sequence[Row]) -> int:
    """What the benchmark program gives for readings without jumps."""
    return sum(row[1] for row in rows)


def make_statement(
    deployment: Deployment,
    window: int,
    seals: dict[int, tuple[Seal, tuple[Row, ...]]],
    *,
    starts_s: int,
    snapshot: CohortSnapshot,
    progress: CohortProgress,
) -> tuple[Statement, CohortWitness]:
    """Return the statement of cohort 0 and its witness."""
    sealed = [seals.get(slot) for slot in range(CAPACITY)]
    statement = Statement(
        capacity=CAPACITY,
        network_id=int.from_bytes(deployment.network_id),
        program_id=int.from_bytes(PROGRAM_ID),
        cohort=0,
        window=window,
        starts_at=starts_s,
        key_commitment=snapshot.commitment,
        count=snapshot.count,
        active=snapshot.active,
        settled=progress.settled if progress.next_window == window + 1 else 0,
        previous_state=progress.state_root,
        window_root=compute_window_root([item and item[0].content.compute_message() for item in sealed]),
        sealed=sum(1 << slot for slot, item in enumerate(sealed) if item),
        next_state=0,
        points=tuple(compute_points(item[1]) if item else 0 for item in sealed),
    )
    witness = CohortWitness(
        compute_chain_start(deployment.chain_id, deployment.registry, 0),
        tuple(_make_device_witness(slot, item, snapshot.count) for slot, item in enumerate(sealed)),
        2,
        SLOTS,
    )
    return statement, witness


def _make_device_witness(slot: int, item: tuple[Seal, tuple[Row, ...]] | None, count: int) -> DeviceWitness:
    if slot >= count:
        return DeviceWitness()
    if item is None:
        return DeviceWitness(seal_key=FLEET[slot].seal_key)
    seal, rows = item
    return DeviceWitness(
        seal_key=FLEET[slot].seal_key,
        gateway=seal.content.gateway,
        salt=int.from_bytes(seal.content.salt),
        signature=seal.signature,
        rows=tuple(to_raw_rows(rows, SCHEMA)),
    )
