"""A device's two keys: the identity key signs packets and registrations, the seal key signs seals."""

import json
import os
import secrets
import stat
from pathlib import Path
from typing import Protocol, Self

import coincurve
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fieldproof.core import GRUMPKIN, P256, PYTHON, SECP256K1, Algorithm, Arithmetic, Point
from fieldproof.device.errors import KeyFileError
from fieldproof.protocol import Identity, Seal, SealContent, compute_seal_key, sign_seal

FILE_MODE = 0o600
_VERSION = 1


class DeviceKeys(Protocol):
    """What a device signs with: keys in a file, or an object that speaks to a secure element."""

    @property
    def identity(self) -> Identity:
        """The public identity key."""

    @property
    def seal_key(self) -> Point:
        """The public seal key, a point of Grumpkin."""

    def sign(self, message: bytes) -> bytes:
        """Return the identity key's signature, 64 bytes: r‖s with low s over SHA-256, or Ed25519."""

    def sign_seal(self, content: SealContent) -> Seal:
        """Return the seal key's signature over what a seal says."""


class SoftwareKeys:
    """Keys whose secrets lie in this process's memory."""

    def __init__(
        self,
        algorithm: Algorithm,
        identity_secret: bytes,
        seal_secret: int,
        *,
        arithmetic: Arithmetic = PYTHON,
    ) -> None:
        """`identity_secret` has 32 bytes; `seal_secret` lies between 1 and the order of Grumpkin − 1."""
        self._signer = _SIGNERS[algorithm](identity_secret)
        self._algorithm = algorithm
        self._identity_secret = identity_secret
        self._seal_secret = seal_secret
        self._arithmetic = arithmetic
        self.identity = Identity(algorithm, self._signer.public_key)
        self.seal_key = compute_seal_key(seal_secret, arithmetic)

    @classmethod
    def generate(cls, algorithm: Algorithm = Algorithm.ES256, *, arithmetic: Arithmetic = PYTHON) -> Self:
        """Make new keys from the system's random numbers."""
        order = {Algorithm.ES256: P256.order, Algorithm.ES256K: SECP256K1.order}.get(algorithm, 2**256)
        secret = (secrets.randbelow(order - 1) + 1).to_bytes(32)
        return cls(algorithm, secret, secrets.randbelow(GRUMPKIN.order - 1) + 1, arithmetic=arithmetic)

    @classmethod
    def load(cls, path: Path, *, arithmetic: Arithmetic = PYTHON) -> Self:
        """Read a key file; raises `KeyFileError` if it is missing, open to others or no key file."""
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                raise KeyFileError(
                    path, f"others may read it (mode {mode:03o})", hint=f"Run: chmod 600 {path}"
                )
            text = path.read_text("ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise KeyFileError(path, str(error)) from error
        try:
            content = json.loads(text)
            if content["version"] != _VERSION:
                raise KeyFileError(path, f"version {content['version']}, this program reads {_VERSION}")
            return cls(
                Algorithm[content["algorithm"]],
                bytes.fromhex(content["identity"]),
                int(content["seal"], 16),
                arithmetic=arithmetic,
            )
        except (ValueError, KeyError, TypeError) as error:
            # The content is left out of the message: it holds secrets.
            raise KeyFileError(path, f"it is no key file ({type(error).__name__})") from error

    @classmethod
    def load_or_create(
        cls, path: Path, algorithm: Algorithm = Algorithm.ES256, *, arithmetic: Arithmetic = PYTHON
    ) -> Self:
        """Read the key file, or make keys and write it if there is none."""
        if path.exists():
            return cls.load(path, arithmetic=arithmetic)
        keys = cls.generate(algorithm, arithmetic=arithmetic)
        keys.save(path)
        return keys

    def save(self, path: Path) -> None:
        """Write a key file with mode 600. One that is there already is never overwritten."""
        content = {
            "version": _VERSION,
            "algorithm": self._algorithm.name,
            "identity": self._identity_secret.hex(),
            "seal": f"{self._seal_secret:064x}",
        }
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(json.dumps(content, indent=1) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError as error:
            raise KeyFileError(path, "there is a file already; keys are never overwritten") from error
        except OSError as error:
            raise KeyFileError(path, str(error)) from error

    def sign(self, message: bytes) -> bytes:
        """Return the identity key's signature, 64 bytes."""
        return self._signer.sign(message)

    def sign_seal(self, content: SealContent) -> Seal:
        """Return the seal key's signature over what a seal says."""
        return sign_seal(content, self._seal_secret, secrets.token_bytes(32), self._arithmetic)

    def __repr__(self) -> str:
        return f"SoftwareKeys({self.identity.did})"


class _Signer(Protocol):
    public_key: bytes

    def sign(self, message: bytes) -> bytes: ...


class _Es256:
    def __init__(self, secret: bytes) -> None:
        self._key = ec.derive_private_key(int.from_bytes(secret), ec.SECP256R1())
        self.public_key = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + min(s, P256.order - s).to_bytes(32)


class _Es256k:
    def __init__(self, secret: bytes) -> None:
        self._key = coincurve.PrivateKey(secret)
        self.public_key = self._key.public_key.format(compressed=True)

    def sign(self, message: bytes) -> bytes:
        return bytes(self._key.sign_recoverable(message)[:64])


class _Ed25519:
    def __init__(self, secret: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        self.public_key = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


_SIGNERS: dict[Algorithm, type[_Es256 | _Es256k | _Ed25519]] = {
    Algorithm.ES256: _Es256,
    Algorithm.ES256K: _Es256k,
    Algorithm.EDDSA: _Ed25519,
}
