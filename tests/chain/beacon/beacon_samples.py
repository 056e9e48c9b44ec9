"""Pools of members whose keys hang on nothing but their number."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from fieldproof.chain.beacon import BeaconKey, Dealing, Round, compute_dealing

CHAIN_ID = 31337
EPOCH = 7


def make_bytes(name: str, length: int = 32) -> bytes:
    return hashlib.shake_256(name.encode()).digest(length)


def make_keys(size: int) -> list[BeaconKey]:
    return [BeaconKey(make_bytes(f"beacon key {index}")) for index in range(size)]


def make_round(keys: Sequence[BeaconKey], **changes: object) -> Round:
    beacon_round = Round(
        CHAIN_ID,
        EPOCH,
        make_bytes("previous seed"),
        tuple(key.public_key for key in keys),
        tuple(make_bytes(f"operator {index}", 20) for index in range(len(keys))),
    )
    return replace(beacon_round, **changes)


@cache
def deal(size: int, dealer: int) -> Dealing:
    keys = make_keys(size)
    return compute_dealing(make_round(keys), dealer, keys[dealer])
