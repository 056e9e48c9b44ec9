"""Candidates whose keys hang on nothing but their number, a small chain of them, and its blocks."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from coincurve import PrivateKey

from fieldproof.chain import beacon
from fieldproof.chain.application.genesis import Genesis
from fieldproof.chain.application.payload import Attributes, Payload
from fieldproof.chain.application.rounds import Record, RecordKind, compute_round
from fieldproof.chain.application.state import Parameters, State
from fieldproof.chain.application.transition import Block, Change, Misconduct, process_block
from fieldproof.chain.commitment import Member
from fieldproof.chain.node.keys import compute_consensus_address

PARAMETERS = Parameters(
    chain_id=31337,
    epoch_blocks=12,
    committee_size=3,
    pool_size=5,
    gas_limit=30_000_000,
    block_reward_gwei=10**9,
    epoch_reward_gwei=5 * 10**9,
    fault_expiry_blocks=30,
)
CLOSE, DRAW, LAST = 4, 10, 11
"""Positions of an epoch of twelve blocks."""


def make_bytes(name: str, length: int = 32) -> bytes:
    return hashlib.shake_256(name.encode()).digest(length)


def compute_address(secret: bytes) -> bytes:
    return compute_consensus_address(PrivateKey(secret).public_key.format())


@cache
def get_operator_secret(index: int) -> bytes:
    return make_bytes(f"operator {index}")


@cache
def get_beacon_key(index: int) -> beacon.BeaconKey:
    return beacon.BeaconKey(make_bytes(f"beacon {index}"))


@cache
def make_member(index: int, votes: int = 0) -> Member:
    """Return candidate `index`; without `votes` it has more than the next ones."""
    consensus = PrivateKey(make_bytes(f"consensus {index}")).public_key.format()
    beacon_key = get_beacon_key(index).public_key
    return Member(
        operator=compute_address(get_operator_secret(index)),
        consensus=compute_consensus_address(consensus),
        consensus_prefix=consensus[0],
        consensus_x=consensus[1:],
        beacon_prefix=beacon_key[0],
        beacon_x=beacon_key[1:],
        votes=votes or (100 - index) * 10**20,
    )


def make_members(size: int) -> tuple[Member, ...]:
    return tuple(make_member(index) for index in range(size))


def make_genesis(size: int = 5, **changes: int) -> Genesis:
    return Genesis(
        parameters=replace(PARAMETERS, **changes),
        time_s=1_700_000_000,
        execution_hash=make_bytes("execution genesis"),
        seed=make_bytes("seed"),
        pool=make_members(size),
    )


def find_index(operator: bytes) -> int:
    """Return the number of the candidate with this operator."""
    return next(index for index in range(100) if make_member(index).operator == operator)


def make_block(state: State, **changes: object) -> Block:
    """Return the next block of a chain on which nothing happens: the first validator proposes."""
    height = state.height + 1
    is_first = PARAMETERS.schedule.get_position(height) == 0
    block = Block(
        height=height,
        execution_hash=make_bytes(f"execution {height}"),
        time_s=state.time_s + 1,
        proposer=state.validators[0],
        misconduct=(),
        records=(),
        candidates=state.frozen_pool if is_first else (),
    )
    return replace(block, **changes)  # type: ignore[arg-type]


def advance(state: State, height: int, parameters: Parameters = PARAMETERS) -> State:
    """Return the state after quiet blocks up to `height`."""
    while state.height < height:
        state, _ = process(state, parameters=parameters)
    return state


def process(
    state: State, *, parameters: Parameters = PARAMETERS, **changes: object
) -> tuple[State, tuple[Change, ...]]:
    return process_block(parameters, state, make_block(state, **changes))


def accuse(member: Member, kind: int = 1) -> tuple[Misconduct, ...]:
    from fieldproof.chain.commitment import FaultKind

    return (Misconduct(FaultKind(kind), member.consensus),)


def deal(state: State, places: Sequence[int], parameters: Parameters = PARAMETERS) -> tuple[Record, ...]:
    """Return the dealings of these places of the frozen pool, for the round that follows `state`."""
    round_ = compute_round(parameters, state)
    return tuple(
        make_record(RecordKind.DEALT, round_, place, place, compute_dealing(round_, place).encode())
        for place in places
    )


def open_dealings(
    state: State, places: Sequence[int], parameters: Parameters = PARAMETERS
) -> tuple[Record, ...]:
    round_ = compute_round(parameters, state)
    return tuple(
        make_record(
            RecordKind.OPENED,
            round_,
            place,
            place,
            beacon.compute_opening(round_, place, get_key(round_, place)).encode(),
        )
        for place in places
    )


def share_dealing(
    state: State, dealer: int, members: Sequence[int], parameters: Parameters = PARAMETERS
) -> tuple[Record, ...]:
    round_ = compute_round(parameters, state)
    dealing = compute_dealing(round_, dealer)
    return tuple(
        make_record(
            RecordKind.SHARED,
            round_,
            member,
            dealer,
            beacon.compute_share(round_, member, dealer, dealing, get_key(round_, member)).encode(),
        )
        for member in members
    )


def make_record(kind: RecordKind, round_: beacon.Round, sender: int, dealer: int, data: bytes) -> Record:
    return Record(kind, round_.epoch, round_.operators[sender], round_.operators[dealer], data)


def get_key(round_: beacon.Round, place: int) -> beacon.BeaconKey:
    return get_beacon_key(find_index(round_.operators[place]))


@cache
def compute_dealing(round_: beacon.Round, place: int) -> beacon.Dealing:
    return beacon.compute_dealing(round_, place, get_key(round_, place))


def make_payload(attributes: Attributes, state: State, parameters: Parameters = PARAMETERS) -> Payload:
    """Return an empty block that has what its attributes say."""
    return Payload(
        parent_hash=state.execution_hash,
        fee_recipient=attributes.fee_recipient,
        state_root=make_bytes("state root"),
        receipts_root=make_bytes("receipts root"),
        logs_bloom=bytes(256),
        randao=attributes.randao,
        number=state.height + 1,
        gas_limit=parameters.gas_limit,
        gas_used=0,
        time_s=attributes.time_s,
        extra_data=b"",
        base_fee_wei=7,
        block_hash=make_bytes(f"block {state.height + 1}"),
        blob_gas_used=0,
        excess_blob_gas=0,
        transactions=(),
        withdrawals=(attributes.withdrawal,),
        requests=(),
    )
