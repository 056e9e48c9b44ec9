"""A gateway with devices of every algorithm, small enough that plain Python arithmetic is fast."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fieldproof.core import Algorithm, ManualClock
from fieldproof.device.keys import SoftwareKeys
from fieldproof.ingest import DeviceDirectory, GatewaySettings, Pipeline, ReceiptKey
from fieldproof.protocol import (
    Calendar,
    FieldSpec,
    Packet,
    Row,
    Schema,
    Seal,
    SealContent,
    compute_digest,
    encode_packet,
    prepare_packet,
)
from fieldproof.store import DeviceEntry, SqliteStore

NETWORK = b"\0" + bytes(range(31))
SCHEMA = Schema(
    1, (FieldSpec("irradiance", "W/m2", 10, 0, 16000), FieldSpec("temperature", "Cel", 100, -6000, 6000))
)
CALENDAR = Calendar(genesis_s=1_790_000_000, window_s=60, grace_s=30)
READINGS_PER_WINDOW = 6
GATEWAY = 3
WINDOW = 5
SALT = bytes(range(16))
SETTINGS = GatewaySettings(NETWORK, SCHEMA, CALENDAR, READINGS_PER_WINDOW, cohort=4, gateway=GATEWAY)
KEY = ReceiptKey(hashlib.sha256(b"gateway key of the tests").digest())
ROWS: tuple[Row, ...] = tuple((10_000 * i, 5_000 + i, -2_000 - i) for i in range(READINGS_PER_WINDOW))


def keys_of(name: str, algorithm: Algorithm = Algorithm.ES256) -> SoftwareKeys:
    secret = hashlib.sha256(name.encode()).digest()
    return SoftwareKeys(algorithm, secret, int.from_bytes(secret[:31]) + 1)


DEVICES = {
    0: keys_of("p256", Algorithm.ES256),
    1: keys_of("secp256k1", Algorithm.ES256K),
    2: keys_of("ed25519", Algorithm.EDDSA),
    3: keys_of("another"),
}
STRANGER = keys_of("stranger")


def entry(number: int, keys: SoftwareKeys, **changes: object) -> DeviceEntry:
    plain = DeviceEntry(NETWORK, number, keys.identity.did, bytes(20), keys.seal_key, (), 0, None, True)
    return replace(plain, **changes)  # type: ignore[arg-type]


def sign_packet(
    keys: SoftwareKeys = DEVICES[0],
    rows: Sequence[Row] = ROWS,
    *,
    first: int = 0,
    window: int = WINDOW,
    network: bytes = NETWORK,
) -> bytes:
    message = prepare_packet(Packet(network, window, first, tuple(rows)), keys.identity)
    return encode_packet(message, keys.sign(message.to_be_signed))


def sign_seal(
    number: int = 0,
    rows: Sequence[Row] = ROWS,
    *,
    keys: SoftwareKeys | None = None,
    salt: bytes = SALT,
    **changes: object,
) -> bytes:
    return make_seal(number, rows, keys=keys, salt=salt, **changes).encode()


def make_seal(
    number: int = 0,
    rows: Sequence[Row] = ROWS,
    *,
    keys: SoftwareKeys | None = None,
    salt: bytes = SALT,
    **changes: object,
) -> Seal:
    digest = compute_digest(
        rows, salt, SCHEMA, window_s=CALENDAR.window_s, readings_per_window=READINGS_PER_WINDOW
    )
    content = SealContent(NETWORK, number, WINDOW, GATEWAY, len(rows), salt, digest)
    return (keys or DEVICES[number]).sign_seal(replace(content, **changes))  # type: ignore[arg-type]


@dataclass
class Rig:
    """Everything of one gateway."""

    folder: Path
    store: SqliteStore
    clock: ManualClock
    directory: DeviceDirectory
    pipeline: Pipeline


def build_rig(folder: Path, store: SqliteStore) -> Rig:
    """Build a gateway whose clock stands at the end of `WINDOW`, in its grace."""
    clock = ManualClock(CALENDAR.compute_start_ms(WINDOW + 1))
    directory = DeviceDirectory(entry(number, keys) for number, keys in DEVICES.items())
    return Rig(folder, store, clock, directory, Pipeline(SETTINGS, store, directory, KEY, clock))
