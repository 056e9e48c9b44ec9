"""Proposals that no correct node makes: each must be refused by all of them."""

import random
from dataclasses import replace
from typing import Any

from fieldproof.chain.application.payload import Payload

BYTES = ("parent_hash", "fee_recipient", "state_root", "receipts_root", "logs_bloom", "randao", "block_hash")
NUMBERS = ("number", "gas_limit", "gas_used", "time_s", "base_fee_wei", "blob_gas_used", "excess_blob_gas")


def forge(honest: bytes | None, chance: random.Random) -> list[bytes]:
    """Return the transactions of a block that is wrong in one thing; anything where none is honest."""
    if honest is None:
        return chance.choice([[], [b""], [chance.randbytes(40)], [b"", b""]])
    payload = Payload.decode(honest)
    wrongs: list[list[bytes]] = [
        [],
        [honest, honest],
        [honest, b""],
        [honest[:-1]],
        [honest + b"\0"],
        [replace(payload, extra_data=b"another").encode()],
        [replace(payload, transactions=(*payload.transactions, b"\3blobs")).encode()],
        [replace(payload, withdrawals=()).encode()],
        [replace(payload, withdrawals=payload.withdrawals * 2).encode()],
        [replace(payload, requests=(*payload.requests, b"\xfemore")).encode()],
        [replace(payload, requests=(b"",)).encode()],
        [replace(payload, requests=(b"\2more", b"\1more")).encode()],
    ]
    for name in BYTES:
        value = bytearray(getattr(payload, name))
        value[chance.randrange(len(value))] ^= 1 << chance.randrange(8)
        wrongs.append([_change(payload, name, bytes(value))])
    for name in NUMBERS:
        value = getattr(payload, name)
        wrongs.append([_change(payload, name, value + 1 if value == 0 else value + chance.choice([-1, 1]))])
    return chance.choice(wrongs)


def _change(payload: Payload, name: str, value: Any) -> bytes:
    return replace(payload, **{name: value}).encode()
