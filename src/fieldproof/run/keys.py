"""Keys of operator and gateway: keystore files in the network's folder."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from fieldproof.core import SECP256K1
from fieldproof.ingest import ReceiptKey
from fieldproof.run.folder import NetworkFolder
from fieldproof.settle import KeySigner, KeystoreError, read_password

_PASSWORD_FILE = "password"  # noqa: S105 (the name of a file, no password)


def load_password(folder: NetworkFolder, environment: Mapping[str, str], *, is_worthless: bool) -> str:
    """Return the password of the keystores.

    It comes from the environment (`settle.read_password`). On a development chain, whose tokens are worth
    nothing, one is made and kept beside the keystores with mode 600.
    """
    try:
        return read_password(environment)
    except KeystoreError:
        if not is_worthless:
            raise
    path = folder.make("keys") / _PASSWORD_FILE
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(24) + "\n")
    return read_password({}, path)


def load_operator(folder: NetworkFolder, password: str) -> KeySigner:
    """Return the account that deploys and posts, made if there is none."""
    return _load_account(folder, "operator", password)


def load_owner(folder: NetworkFolder, password: str, name: str = "owner") -> KeySigner:
    """Return an account that owns simulated devices, made if there is none."""
    return _load_account(folder, name, password)


def _load_account(folder: NetworkFolder, name: str, password: str) -> KeySigner:
    path = folder.make("keys") / f"{name}.json"
    if path.exists():
        return KeySigner.load(path, password)
    signer = KeySigner.create()
    signer.save(path, password)
    return signer


def load_gateway(folder: NetworkFolder, password: str) -> ReceiptKey:
    """Return the key that signs receipts, made if there is none."""
    path = folder.make("keys") / "gateway.json"
    if path.exists():
        return ReceiptKey(_decrypt(path, password))
    secret = (secrets.randbelow(SECP256K1.order - 1) + 1).to_bytes(32)
    KeySigner(secret).save(path, password)
    return ReceiptKey(secret)


def _decrypt(path: Path, password: str) -> bytes:
    from eth_account import Account

    try:
        return bytes(Account.decrypt(json.loads(path.read_text()), password))
    except (OSError, ValueError, KeyError, TypeError):
        raise KeystoreError(
            f"the gateway's keystore {path} does not open", hint="Is it the password that made it?"
        ) from None
