"""What executes in memory instead of geth: one kind of transaction, two contracts, hashes that follow.

A block's events and candidates hang on the transactions of its ancestors and on nothing else, so every
engine that holds a block knows them.
"""

import hashlib
from dataclasses import dataclass, replace

from fieldproof.chain.application import codec
from fieldproof.chain.application.engine import ContractLog
from fieldproof.chain.application.payload import Attributes, Payload
from fieldproof.chain.beacon import MAXIMUM_POOL, PROVEN_POINT_LENGTH, compute_dealing_length
from fieldproof.chain.commitment import Member
from fieldproof.chain.contracts import BEACON, STAKING, load_contract
from fieldproof.chain.genesis.execution import EXCESS_BLOB_GAS
from fieldproof.core.abi import decode_arguments, encode_arguments, parse_type
from fieldproof.core.errors import EncodingError

GAS_PER_TRANSACTION = 21_000


@dataclass(frozen=True, slots=True)
class Transaction:
    """A call of a contract. Nobody signs here."""

    number: int
    """Makes two of the same content different."""
    sender: bytes
    contract: bytes
    data: bytes
    """To `STAKING`: the candidate as it is from now on. To `BEACON`: a call of the real one's functions."""


@dataclass(frozen=True, slots=True)
class Executed:
    """A block with what it left."""

    payload: Payload
    candidates: tuple[Member, ...]
    logs: tuple[ContractLog, ...]
    included: frozenset[bytes]
    """All transactions up to here."""


def hash_block(payload: Payload, beacon_root: bytes) -> bytes:
    """Return the hash that a block must have."""
    return hashlib.sha256(replace(payload, block_hash=bytes(32)).encode() + beacon_root).digest()


def execute(parent: Executed, payload: Payload, beacon_root: bytes) -> Executed:
    """Return what a block leaves; `EncodingError` says what is wrong with it."""
    if payload.number != parent.payload.number + 1 or payload.time_s <= parent.payload.time_s:
        raise EncodingError("invalid timestamp or number")
    candidates, logs = parent.candidates, []
    for raw in payload.transactions:
        if raw in parent.included:
            raise EncodingError("nonce too low")
        transaction = codec.decode(Transaction, raw)
        candidates = _change_candidates(candidates, transaction)
        logs += _emit(candidates, transaction)
    wanted = seal(parent, payload, beacon_root)
    if wanted != payload:
        raise EncodingError("invalid block: what it claims to leave is not what it leaves")
    included = parent.included.union(payload.transactions)
    return Executed(payload, candidates, tuple(logs), included)


def build(parent: Executed, attributes: Attributes, gas_limit: int, waiting: list[bytes]) -> Payload:
    """Return a block with all transactions that wait."""
    draft = Payload(
        parent_hash=parent.payload.block_hash,
        fee_recipient=attributes.fee_recipient,
        state_root=b"",
        receipts_root=b"",
        logs_bloom=bytes(256),
        randao=attributes.randao,
        number=parent.payload.number + 1,
        gas_limit=gas_limit,
        gas_used=0,
        time_s=attributes.time_s,
        extra_data=b"",
        base_fee_wei=7,
        block_hash=b"",
        blob_gas_used=0,
        excess_blob_gas=EXCESS_BLOB_GAS,
        transactions=tuple(raw for raw in waiting if raw not in parent.included),
        withdrawals=(attributes.withdrawal,),
        requests=(),
    )
    return seal(parent, draft, attributes.beacon_root)


def seal(parent: Executed, payload: Payload, beacon_root: bytes) -> Payload:
    """Return the block with roots, gas and hash as its transactions have it."""
    content = b"".join(payload.transactions)
    payload = replace(
        payload,
        state_root=hashlib.sha256(b"state" + parent.payload.state_root + content).digest(),
        receipts_root=hashlib.sha256(b"receipts" + content).digest(),
        gas_used=GAS_PER_TRANSACTION * len(payload.transactions),
    )
    return replace(payload, block_hash=hash_block(payload, beacon_root))


def _change_candidates(candidates: tuple[Member, ...], transaction: Transaction) -> tuple[Member, ...]:
    if transaction.contract != STAKING:
        return candidates
    changed = codec.decode(Member, transaction.data)
    others = {item.operator: item for item in candidates} | {changed.operator: changed}
    return tuple(others.values())


def _emit(candidates: tuple[Member, ...], transaction: Transaction) -> list[ContractLog]:
    """Return the events of a transaction; none where the contract would have refused it."""
    if transaction.contract != BEACON or all(item.operator != transaction.sender for item in candidates):
        return []
    contract = load_contract("Beacon")
    function = next(item for item in contract.functions.values() if item.selector == transaction.data[:4])
    epoch, *named, data = decode_arguments(function.inputs, transaction.data[4:])
    if not _is_possible(function.name, len(data)):
        return []
    event = contract.events[{"deal": "Dealt", "open": "Opened", "share": "Shared"}[function.name]]
    topics = [event.topic, epoch.to_bytes(32, "big")]
    topics += [account.rjust(32, b"\0") for account in (transaction.sender, *named)]
    return [ContractLog(tuple(topics), encode_arguments([parse_type("bytes")], [data]))]


def _is_possible(function: str, length: int) -> bool:
    if function != "deal":
        return length == PROVEN_POINT_LENGTH
    empty, one = compute_dealing_length(0), compute_dealing_length(1)
    return (length - empty) % (one - empty) == 0 and one <= length <= compute_dealing_length(MAXIMUM_POOL)
