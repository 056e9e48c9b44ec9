"""The keys of a node: the operator's account, the beacon key, and CometBFT's two own.

Operator and beacon keys are keystore files (version 3). CometBFT reads its keys in the open: its folder is
for this user alone, and a remote signer takes the consensus key off the machine.
"""

import base64
import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coincurve import PrivateKey, PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fieldproof.chain.commitment import compute_possession_message
from fieldproof.chain.contracts import STAKING
from fieldproof.chain.errors import NodeError
from fieldproof.core.keccak import keccak256

CONSENSUS_PURPOSE = "fieldproof consensus key"
BEACON_PURPOSE = "fieldproof beacon key"

_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
"""A signature with a greater s has a twin that anyone can make."""

_ITERATIONS = 262_144
"""Of PBKDF2, as the keystore format's own examples have it."""


@dataclass(frozen=True, slots=True)
class Possession:
    """A public key, and its owner's word over the operator: in the order of the contract's `ProvenKey`."""

    x: int
    y: int
    r: bytes
    s: bytes
    v: int
    """27 or 28."""

    @property
    def uncompressed(self) -> bytes:
        """The key in 64 bytes."""
        return self.x.to_bytes(32) + self.y.to_bytes(32)

    @property
    def compressed(self) -> bytes:
        """The key in 33 bytes."""
        return bytes([2 + self.y % 2]) + self.x.to_bytes(32, "big")


def prove_possession(secret: bytes, purpose: str, chain_id: int, operator: bytes, owner: bytes) -> Possession:
    """Sign what a registration asks of a key."""
    key = PrivateKey(secret)
    x, y = key.public_key.point()
    message = compute_possession_message(purpose, chain_id, STAKING, operator, owner)
    signature = key.sign_recoverable(message, hasher=None)
    return Possession(x, y, signature[:32], signature[32:64], 27 + signature[64])


def is_possession_proven(
    possession: Possession, purpose: str, chain_id: int, operator: bytes, owner: bytes
) -> bool:
    """Whether the key is a point of the curve and signed, with low s, what a registration asks of it."""
    message = compute_possession_message(purpose, chain_id, STAKING, operator, owner)
    signature = possession.r + possession.s + bytes([(possession.v - 27) % 256])
    is_low = 0 < int.from_bytes(possession.s) <= _HALF_ORDER and possession.v in (27, 28)
    try:
        signer = PublicKey.from_signature_and_message(signature, message, hasher=None)
    except ValueError:
        return False
    return is_low and signer.format(compressed=False)[1:] == possession.uncompressed


def compute_consensus_address(public_key: bytes) -> bytes:
    """Return the Ethereum address of a compressed key, which is also CometBFT's."""
    return keccak256(PublicKey(public_key).format(compressed=False)[1:])[12:]


def create_secret() -> bytes:
    """Return a new secp256k1 secret from the system's randomness."""
    return bytes(PrivateKey().secret)


def save_secret(path: Path, secret: bytes, password: str) -> None:
    """Write a keystore file; `NodeError` if one is there."""
    from eth_account import Account

    write_private(path, json.dumps(Account.encrypt(secret, password, kdf="pbkdf2", iterations=_ITERATIONS)))


def load_secret(path: Path, password: str) -> bytes:
    """Return the secret in a keystore file, or raise `NodeError`."""
    from eth_account import Account

    try:
        return bytes(Account.decrypt(json.loads(path.read_text()), password))
    except (OSError, ValueError, KeyError, TypeError):
        raise NodeError(f"{path} is no keystore that this password opens") from None


def write_consensus_key(path: Path, secret: bytes) -> None:
    """Write CometBFT's key file, as it writes others itself: no command of it makes this kind."""
    public = PrivateKey(secret).public_key.format()
    document = {
        "address": compute_consensus_address(public).hex().upper(),
        "pub_key": {"type": "tendermint/PubKeySecp256k1eth", "value": _base64(public)},
        "priv_key": {"type": "tendermint/PrivKeySecp256k1eth", "value": _base64(secret)},
    }
    write_private(path, json.dumps(document, indent=2))


def read_consensus_key(path: Path) -> bytes:
    """Return the secret in CometBFT's key file, or raise `NodeError`."""
    try:
        document: dict[str, Any] = json.loads(path.read_text())
        return base64.b64decode(document["priv_key"]["value"])
    except (OSError, ValueError, KeyError):
        raise NodeError(f"{path} is no key file of CometBFT") from None


def write_peer_key(path: Path) -> str:
    """Write a new key by which CometBFTs know each other and return the id that follows from it."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    value = _base64(key.private_bytes_raw() + public)
    write_private(path, json.dumps({"priv_key": {"type": "tendermint/PrivKeyEd25519", "value": value}}))
    return hashlib.sha256(public).digest()[:20].hex()


def write_execution_peer_key(path: Path) -> str:
    """Write a new key by which geths know each other and return the public key of its enode URL, hex."""
    key = PrivateKey()
    write_private(path, key.secret.hex())
    return key.public_key.format(compressed=False)[1:].hex()


def write_engine_secret(path: Path) -> None:
    """Write a new secret for the Engine API."""
    write_private(path, secrets.token_hex(32))


def write_private(path: Path, text: str) -> None:
    """Write a new file that only this user reads; one that is there is never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise NodeError(f"{path} exists already", hint="A key is never overwritten.") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
