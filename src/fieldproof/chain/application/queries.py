"""What anyone may ask through CometBFT's RPC (`abci_query`): the present state, and how an epoch began.

Answers are JSON. An epoch's answer is checked against a signed header by whoever asks: see `light`.
"""

import json
from collections.abc import Sequence
from typing import Any

from fieldproof.chain.application.genesis import Genesis
from fieldproof.chain.application.state import State, compute_leaves
from fieldproof.chain.application.store import ApplicationStore, EpochRecord
from fieldproof.chain.commitment import Fault, Member, Result
from fieldproof.chain.messages.tendermint.abci import types_pb2 as abci

_UNKNOWN = 1
_ABSENT = 2
_EPOCH_DIGITS = 18
"""Fit into 64 bits with their sign. Strangers ask: a larger number must not end the process."""


def answer_query(
    genesis: Genesis, state: State, store: ApplicationStore, request: abci.RequestQuery
) -> abci.ResponseQuery:
    """Answer `state`, or `epoch` with the epoch's number as data."""
    match request.path.strip("/"):
        case "state":
            document = describe_state(genesis, state)
        case "epoch" if request.data.isdigit() and len(request.data) <= _EPOCH_DIGITS:
            record = store.get_record(int(request.data))
            if record is None:
                return abci.ResponseQuery(code=_ABSENT, log="this node does not know how that epoch began")
            document = describe_record(record)
        case _:
            return abci.ResponseQuery(
                code=_UNKNOWN, log="ask for the path state, or epoch with its number as data"
            )
    return abci.ResponseQuery(value=json.dumps(document).encode(), height=state.height)


def describe_state(genesis: Genesis, state: State) -> dict[str, Any]:
    """Return what an operator looks at."""
    schedule = genesis.parameters.schedule
    beacon = state.beacon
    return {
        "chain_id": genesis.parameters.chain_id,
        "height": state.height,
        "time_s": state.time_s,
        "execution_hash": _hex(state.execution_hash),
        "epoch": schedule.get_epoch(max(state.height, 1)),
        "position": schedule.get_position(max(state.height, 1)),
        "epoch_blocks": schedule.epoch_blocks,
        "seed": _hex(state.seed),
        "committee": describe_members(state.committee),
        "validators": [_hex(address) for address in state.validators],
        "proposed": dict(zip((_hex(item.operator) for item in state.pool), state.proposed, strict=True)),
        "frozen_pool": describe_members(state.frozen_pool),
        "beacon": {
            "dealt": len(beacon.dealt),
            "qualified": len(beacon.qualified),
            "known": len(beacon.known),
        },
        "next_committee": None if state.drawn is None else describe_members(state.drawn.committee),
        "faults": describe_faults(state.faults),
        "results": _hex(state.results),
        "leaves": [_hex(leaf) for leaf in compute_leaves(genesis.parameters, state).values],
    }


def describe_record(record: EpochRecord) -> dict[str, Any]:
    """Return how an epoch began."""
    return {
        "epoch": record.epoch,
        "height": record.height,
        "leaves": [_hex(leaf) for leaf in record.leaves],
        "committee": describe_members(record.committee),
        "is_missed": record.is_missed,
        "frozen_pool": describe_members(record.frozen_pool),
        "faults": describe_faults(record.faults),
        "result": None if record.result is None else _describe_result(record.result),
    }


def _describe_result(result: Result) -> dict[str, Any]:
    entries = [
        {
            "operator": _hex(entry.operator),
            "votes": str(entry.votes),
            "proposed": entry.proposed,
            "expected": entry.expected,
        }
        for entry in result.entries
    ]
    return {"epoch": result.epoch, "entries": entries}


def describe_faults(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    """Return faults as JSON."""
    return [
        {
            "id": _hex(fault.id),
            "kind": int(fault.kind),
            "operator": _hex(fault.operator),
            "epoch": fault.epoch,
            "height": fault.height,
            "time_s": fault.time_s,
        }
        for fault in faults
    ]


def describe_members(members: Sequence[Member]) -> list[dict[str, Any]]:
    """Return members as JSON; votes are text, they outgrow what JSON's numbers hold."""
    return [
        {
            "operator": _hex(member.operator),
            "consensus": _hex(member.consensus),
            "consensus_key": _hex(bytes([member.consensus_prefix]) + member.consensus_x),
            "beacon_key": _hex(bytes([member.beacon_prefix]) + member.beacon_x),
            "votes": str(member.votes),
        }
        for member in members
    ]


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
