"""Chain transactions that must survive any crash, and the outbox that keeps them.

They stand in `protocol` because they cross from the room that sends (`settle`) to the one that stores.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self

from fieldproof.core import EncodingError, FieldproofError
from fieldproof.core.cbor import Value, decode, encode


class TransactionState(StrEnum):
    """Where a transaction stands. Only the last two are final."""

    STORED = "stored"
    """Signed and durable, perhaps never sent."""
    SENT = "sent"
    """A node has taken it at least once."""
    MINED = "mined"
    """In a block that may still be rearranged away."""
    CONFIRMED = "confirmed"
    """Succeeded, as deep in the chain as the settings demand."""
    REVERTED = "reverted"
    """Failed on chain, as deep as the settings demand; its nonce is spent."""

    @property
    def is_final(self) -> bool:
        """Whether nothing more is done about it."""
        return self in (TransactionState.CONFIRMED, TransactionState.REVERTED)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One signed transaction. Replacements of a stuck one share its nonce; any of them may be mined."""

    transaction_hash: bytes
    """32 bytes."""
    raw: bytes
    """The exact signed bytes to send."""
    nonce: int
    maximum_fee_wei: int
    """Most that is paid for a unit of gas, tip included, in wei."""
    maximum_tip_wei: int
    """Most that the block's maker gets for a unit of gas, in wei."""
    signed_ms: int
    """Milliseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Where and how a transaction was mined."""

    transaction_hash: bytes
    """Of the attempt that was mined."""
    block_number: int
    block_hash: bytes
    """32 bytes; another hash at the same number means that the chain was rearranged."""
    gas_used: int
    gas_price_wei: int
    """What a unit of gas cost in the end, in wei."""
    succeeded: bool
    """False if the transaction reverted."""
    contract: bytes | None
    """Address of the contract that it created, 20 bytes."""


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One thing to be done on chain exactly once, and every transaction that was signed for it."""

    key: str
    """Names the intent, such as "post:412:3"; the same key is never done twice."""
    chain_id: int
    sender: bytes
    """Address that signs and pays, 20 bytes."""
    nonce: int
    """Of the newest attempt."""
    target: bytes | None
    """Address called, 20 bytes; None creates a contract."""
    data: bytes
    value_wei: int
    gas_limit: int
    attempts: tuple[Attempt, ...]
    """Oldest first, at least one."""
    state: TransactionState
    inclusion: Inclusion | None
    """Set while the state is mined, confirmed or reverted."""

    def to_bytes(self) -> bytes:
        """Return the one encoding of this entry; integers above 64 bits stand as byte strings."""
        inclusion = self.inclusion
        return encode(
            [
                _VERSION,
                self.key,
                self.chain_id,
                self.sender,
                self.nonce,
                self.target or b"",
                self.data,
                _wide(self.value_wei),
                self.gas_limit,
                [
                    [
                        a.transaction_hash,
                        a.raw,
                        a.nonce,
                        _wide(a.maximum_fee_wei),
                        _wide(a.maximum_tip_wei),
                        a.signed_ms,
                    ]
                    for a in self.attempts
                ],
                self.state.value,
                []
                if inclusion is None
                else [
                    inclusion.transaction_hash,
                    inclusion.block_number,
                    inclusion.block_hash,
                    inclusion.gas_used,
                    _wide(inclusion.gas_price_wei),
                    int(inclusion.succeeded),
                    inclusion.contract or b"",
                ],
            ]
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the entry that `data` encodes; raises `EncodingError` for anything else."""
        try:
            return cls._parse(decode(data))
        except (TypeError, ValueError, AttributeError, FieldproofError) as error:
            raise EncodingError(f"not an entry of an outbox: {error}") from error

    @classmethod
    def _parse(cls, value: Value) -> Self:
        if not isinstance(value, list):
            raise TypeError("not an array")
        version, *rest = value
        if version != _VERSION:
            raise EncodingError(f"version {version}, this program reads version {_VERSION}")
        key, chain_id, sender, nonce, target, call, amount, gas_limit, attempts, state, inclusion = rest
        mined = None
        if inclusion:
            mined_hash, number, block_hash, gas_used, gas_price, succeeded, contract = inclusion
            mined = Inclusion(
                mined_hash,
                number,
                block_hash,
                gas_used,
                int.from_bytes(gas_price),
                bool(succeeded),
                contract or None,
            )
        return cls(
            key=key,
            chain_id=chain_id,
            sender=sender,
            nonce=nonce,
            target=target or None,
            data=call,
            value_wei=int.from_bytes(amount),
            gas_limit=gas_limit,
            attempts=tuple(
                Attempt(hash_, raw, number, int.from_bytes(fee), int.from_bytes(tip), signed_ms)
                for hash_, raw, number, fee, tip, signed_ms in attempts
            ),
            state=TransactionState(state),
            inclusion=mined,
        )


class Outbox(Protocol):
    """Entries by key. A call that writes returns only when the write is durable (fsync done).

    One process at a time works on an outbox, which hands out its nonces; the store's lock sees to that.

    Calls come from any thread, never two at once for one sender. `OutboxEntry.to_bytes` is one ready way
    to keep an entry; `key`, `chain_id`, `sender`, `nonce` and `state` are what is searched by.
    """

    def get_entry(self, key: str) -> OutboxEntry | None:
        """Return the entry of `key`, or None if there never was one."""

    def add_entry(self, entry: OutboxEntry) -> None:
        """Keep a new entry; a taken `key` or (chain id, sender, nonce) raises `ValueError`: a bug."""

    def replace_entry(self, entry: OutboxEntry) -> None:
        """Replace the entry with the same key; a key that is not there raises `ValueError`: a bug.

        The nonce may change with it (to one that is not taken, or `ValueError`).
        """

    def get_open_entries(self, chain_id: int, sender: bytes) -> Sequence[OutboxEntry]:
        """Return the entries whose state is not final, by rising nonce."""

    def get_entries_from(self, chain_id: int, sender: bytes, nonce: int) -> Sequence[OutboxEntry]:
        """Return all entries with this nonce or a higher one, whatever their state, by rising nonce."""

    def get_next_nonce(self, chain_id: int, sender: bytes) -> int:
        """Return one more than the highest nonce of the sender's entries; 0 without any."""


_VERSION = 1


def _wide(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8)
