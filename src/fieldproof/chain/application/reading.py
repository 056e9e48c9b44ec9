"""What the application reads of contracts, at the hash of a block: candidates and the beacon's events."""

from collections.abc import Sequence

from fieldproof.chain.application.engine import EngineClient
from fieldproof.chain.application.rounds import Record, RecordKind
from fieldproof.chain.commitment import Member
from fieldproof.chain.contracts import BEACON, STAKING, load_contract

CANDIDATES_PER_CALL = 200
"""Candidates read at once: a call's gas is bounded by the client (50 million)."""


async def read_candidates(engine: EngineClient, block_hash: bytes) -> tuple[Member, ...]:
    """Return all candidates as they stand after a block, in order of registration."""
    view = load_contract("Staking").functions["getCandidates"]
    found: list[Member] = []
    while True:
        data = view.encode_call(len(found), CANDIDATES_PER_CALL)
        (page,) = view.decode_result(await engine.call(STAKING, data, block_hash))
        found += [Member(*values) for values in page]
        if len(page) < CANDIDATES_PER_CALL:
            return tuple(found)


async def read_records(engine: EngineClient, block_hash: bytes) -> tuple[Record, ...]:
    """Return the beacon's events of a block, in order."""
    return tuple(parse_record(log.topics, log.data) for log in await engine.get_logs(BEACON, block_hash))


def parse_record(topics: Sequence[bytes], data: bytes) -> Record:
    """Return what an event of the beacon contract says."""
    events = load_contract("Beacon").events
    kind = next(kind for kind in RecordKind if events[kind.value].topic == topics[0])
    values = events[kind.value].decode_event(topics, data)
    sender = values["member"] if kind is RecordKind.SHARED else values["dealer"]
    return Record(kind, values["epoch"], sender, values["dealer"], values[_DATA[kind]])


_DATA = {RecordKind.DEALT: "dealing", RecordKind.OPENED: "opening", RecordKind.SHARED: "share"}
