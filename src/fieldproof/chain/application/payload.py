"""An execution block as consensus carries it, and the attributes that it must have.

The one transaction of a block is the deterministic CBOR of `Payload` (`codec`): what is not exactly what
would be encoded is refused, so no two transactions carry one payload.
"""

from dataclasses import dataclass
from typing import Any, Self

from fieldproof.chain.application import codec
from fieldproof.core.errors import EncodingError

WORD = 32
ADDRESS = 20
BLOOM = 256


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Coins that a block brings into being."""

    index: int
    account: bytes
    """20 bytes."""
    amount_gwei: int

    def to_json(self) -> dict[str, str]:
        """Return it as the Engine API writes it; its validator is always 0."""
        return {
            "index": hex(self.index),
            "validatorIndex": "0x0",
            "address": _hex(self.account),
            "amount": hex(self.amount_gwei),
        }


@dataclass(frozen=True, slots=True)
class Attributes:
    """What consensus decides of an execution block before it is built."""

    time_s: int
    randao: bytes
    fee_recipient: bytes
    withdrawal: Withdrawal
    beacon_root: bytes
    """The application's hash after the parent."""

    def to_json(self) -> dict[str, Any]:
        """Return them as the Engine API writes them."""
        return {
            "timestamp": hex(self.time_s),
            "prevRandao": _hex(self.randao),
            "suggestedFeeRecipient": _hex(self.fee_recipient),
            "withdrawals": [self.withdrawal.to_json()],
            "parentBeaconBlockRoot": _hex(self.beacon_root),
        }


@dataclass(frozen=True, slots=True)
class Payload:
    """An execution block."""

    parent_hash: bytes
    fee_recipient: bytes
    state_root: bytes
    receipts_root: bytes
    logs_bloom: bytes
    randao: bytes
    number: int
    gas_limit: int
    gas_used: int
    time_s: int
    extra_data: bytes
    base_fee_wei: int
    block_hash: bytes
    blob_gas_used: int
    excess_blob_gas: int
    transactions: tuple[bytes, ...]
    withdrawals: tuple[Withdrawal, ...]
    requests: tuple[bytes, ...]
    """Execution requests (EIP-7685): carried, without effect."""

    def encode(self) -> bytes:
        """Return the bytes that consensus carries."""
        return codec.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Return the payload, or raise `EncodingError`."""
        payload = codec.decode(cls, data)
        for name, lengths in _LENGTHS.items():
            _check(len(getattr(payload, name)) in lengths, name)
        _check(payload.base_fee_wei < 2**256, "base_fee_wei")
        for name in _NUMBER_KEYS:
            _check(getattr(payload, name) < 2**64, name)
        for item in payload.withdrawals:
            _check(item.index < 2**64 and item.amount_gwei < 2**64, "withdrawals")
            _check(len(item.account) == ADDRESS, "withdrawals")
        return payload

    @classmethod
    def from_json(cls, body: dict[str, Any], requests: list[str]) -> Self:
        """Return the payload that the Engine API wrote."""
        values: dict[str, Any] = {name: _bytes(body[key]) for name, key in _BYTE_KEYS.items()}
        values |= {name: int(body[key], 16) for name, key in _NUMBER_KEYS.items()}
        values["base_fee_wei"] = int(body["baseFeePerGas"], 16)
        values["transactions"] = tuple(_bytes(item) for item in body["transactions"])
        values["requests"] = tuple(_bytes(item) for item in requests)
        values["withdrawals"] = tuple(
            Withdrawal(int(item["index"], 16), _bytes(item["address"]), int(item["amount"], 16))
            for item in body["withdrawals"]
        )
        return cls(**values)

    def to_json(self) -> tuple[dict[str, Any], list[str]]:
        """Return the payload and its requests as the Engine API writes them."""
        body: dict[str, Any] = {key: _hex(getattr(self, name)) for name, key in _BYTE_KEYS.items()}
        body |= {key: hex(getattr(self, name)) for name, key in _NUMBER_KEYS.items()}
        body["baseFeePerGas"] = hex(self.base_fee_wei)
        body["transactions"] = [_hex(item) for item in self.transactions]
        body["withdrawals"] = [item.to_json() for item in self.withdrawals]
        return body, [_hex(item) for item in self.requests]


@dataclass(frozen=True, slots=True)
class DecidedBlock:
    """A payload with the one thing that its execution needs from outside of it."""

    payload: Payload
    beacon_root: bytes
    """The application's hash after the parent."""


_BYTE_KEYS = {
    "parent_hash": "parentHash",
    "fee_recipient": "feeRecipient",
    "state_root": "stateRoot",
    "receipts_root": "receiptsRoot",
    "logs_bloom": "logsBloom",
    "randao": "prevRandao",
    "extra_data": "extraData",
    "block_hash": "blockHash",
}
_NUMBER_KEYS = {
    "number": "blockNumber",
    "gas_limit": "gasLimit",
    "gas_used": "gasUsed",
    "time_s": "timestamp",
    "blob_gas_used": "blobGasUsed",
    "excess_blob_gas": "excessBlobGas",
}
_WORDS = ("parent_hash", "state_root", "receipts_root", "randao", "block_hash")
_LENGTHS = {name: range(WORD, WORD + 1) for name in _WORDS} | {
    "fee_recipient": range(ADDRESS, ADDRESS + 1),
    "logs_bloom": range(BLOOM, BLOOM + 1),
    "extra_data": range(WORD + 1),
}


def _check(holds: bool, name: str) -> None:
    if not holds:
        raise EncodingError(f"not an execution payload: {name} is not what it must be")


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
