"""Value types that cross the settle room's border."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """What a transaction does."""

    target: bytes | None
    """Address called, 20 bytes; None creates a contract."""
    data: bytes
    value_wei: int = 0
    """Coins sent along, in wei."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the chain."""

    number: int
    block_hash: bytes
    """32 bytes."""
    time_s: int
    """Its own time, seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Log:
    """An event as the chain keeps it."""

    address: bytes
    """Contract that gave it, 20 bytes."""
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: bytes
    transaction_hash: bytes


@dataclass(frozen=True, slots=True)
class Fees:
    """What a transaction offers for a unit of gas, in wei."""

    maximum_fee_wei: int
    """Most that is paid, tip included."""
    maximum_tip_wei: int
    """Most that the block's maker gets."""


@dataclass(frozen=True, slots=True)
class UnsignedTransaction:
    """An EIP-1559 transaction before its signature."""

    chain_id: int
    nonce: int
    call: Call
    gas_limit: int
    fees: Fees


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """A transaction that can be sent."""

    transaction_hash: bytes
    """32 bytes."""
    raw: bytes
