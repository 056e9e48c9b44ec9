"""Keys that sign transactions: keystore files, or whatever the caller has.

A key is held in memory while it is used, as any key that signs must be; it is never shown, logged or put
into an error.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, cast

from fieldproof.settle.errors import KeystoreError
from fieldproof.settle.values import SignedTransaction, UnsignedTransaction

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

PASSWORD_VARIABLE = "FIELDPROOF_PASSWORD"  # noqa: S105 (the name of a variable, no password)
PASSWORD_FILE_VARIABLE = "FIELDPROOF_PASSWORD_FILE"  # noqa: S105


class Signer(Protocol):
    """Something that can sign for one account: a file, a hardware wallet, a key service."""

    @property
    def address(self) -> bytes:
        """The account, 20 bytes."""

    async def sign_transaction(self, transaction: UnsignedTransaction) -> SignedTransaction:
        """Sign; raises a `FieldproofError` if it cannot."""


class KeySigner:
    """A `Signer` with its key in memory."""

    def __init__(self, private_key: bytes) -> None:
        from eth_account import Account

        try:
            self._account: LocalAccount = Account.from_key(private_key)
        except Exception:
            # Whatever is wrong with a key must not be shown with the key in it.
            raise KeystoreError("these bytes are no private key of secp256k1") from None

    @classmethod
    def create(cls) -> Self:
        """Make a new key from the system's randomness."""
        from eth_account import Account

        return cls(bytes(Account.create().key))

    def __repr__(self) -> str:
        return f"KeySigner(0x{self.address.hex()})"

    @property
    def address(self) -> bytes:
        """The account, 20 bytes."""
        return bytes.fromhex(self._account.address[2:])

    async def sign_transaction(self, transaction: UnsignedTransaction) -> SignedTransaction:
        """Sign an EIP-1559 transaction."""
        call = transaction.call
        fields: dict[str, Any] = {
            "type": 2,
            "chainId": transaction.chain_id,
            "nonce": transaction.nonce,
            "value": call.value_wei,
            "data": call.data,
            "gas": transaction.gas_limit,
            "maxFeePerGas": transaction.fees.maximum_fee_wei,
            "maxPriorityFeePerGas": transaction.fees.maximum_tip_wei,
        }
        if call.target is not None:
            fields["to"] = call.target
        signed = self._account.sign_transaction(fields)
        return SignedTransaction(bytes(signed.hash), bytes(signed.raw_transaction))

    def save(self, path: Path, password: str) -> None:
        """Write a keystore file (version 3, mode 600), or raise `KeystoreError` if the file is there."""
        content = json.dumps(self._account.encrypt(password))
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise KeystoreError(f"{path} exists already", hint="A key is never overwritten.") from None
        except OSError as error:
            raise KeystoreError(f"{path} cannot be written: {error.strerror}") from error
        with os.fdopen(descriptor, "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def load(cls, path: Path, password: str) -> Self:
        """Read a keystore file (version 3); takes about a second, by design of the format."""
        from eth_account import Account

        try:
            content = json.loads(path.read_text())
        except OSError as error:
            raise KeystoreError(f"the keystore {path} cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise KeystoreError(f"{path} is no keystore file: not JSON") from error
        if not isinstance(content, dict) or content.get("version") != 3:
            raise KeystoreError(f"{path} is no keystore file of version 3")
        try:
            return cls(bytes(Account.decrypt(cast(dict[str, Any], content), password)))
        except ValueError:
            raise KeystoreError(
                f"the password does not open {path}",
                hint=f"Name a file with it in {PASSWORD_FILE_VARIABLE}, or set {PASSWORD_VARIABLE}.",
            ) from None
        except (KeyError, TypeError, NotImplementedError):
            raise KeystoreError(f"{path} is a damaged or unknown kind of keystore") from None


def read_password(environment: Mapping[str, str], file: Path | None = None) -> str:
    """Return the password of a keystore.

    It is the first line of `file`, else of the file that FIELDPROOF_PASSWORD_FILE names, else the
    value of FIELDPROOF_PASSWORD; `KeystoreError` without any.
    """
    named = environment.get(PASSWORD_FILE_VARIABLE)
    path = file or (Path(named) if named else None)
    if path is not None:
        try:
            return path.read_text().split("\n", 1)[0].removesuffix("\r")
        except OSError as error:
            raise KeystoreError(f"the password file {path} cannot be read: {error.strerror}") from error
    password = environment.get(PASSWORD_VARIABLE)
    if password is None:
        raise KeystoreError(
            "no password for the keystore",
            hint=f"Name a file with it in {PASSWORD_FILE_VARIABLE}, or set {PASSWORD_VARIABLE}.",
        )
    return password
