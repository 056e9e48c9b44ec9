"""Recomputing an epoch from outside, with a JSON-RPC URL and a CometBFT RPC URL.

What the node says is used only where it is what a header commits to that more than two thirds of a committee
signed, each committee verified from the one before, from genesis on. Seed and committee are computed anew
from the pool, from the beacon's events and from the faults, and compared with what the chain did, and with
who signs.

What this does not guarantee: that genesis is the one you mean (`check_genesis`), and, as with anything that
begins with genesis, that committees whose stakes were given back long ago did not sign a second history
(compare one recent hash).
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

from fieldproof.chain.application.genesis import Genesis, parse_genesis
from fieldproof.chain.application.reading import parse_record
from fieldproof.chain.application.rounds import collect, compute_round, draw
from fieldproof.chain.application.state import Drawn, State, compute_leaves
from fieldproof.chain.application.transition import list_offenders
from fieldproof.chain.commitment import (
    Fault,
    FaultKind,
    Leaf,
    Member,
    compute_application_hash,
    compute_faults_root,
    compute_members_hash,
    compute_randao,
)
from fieldproof.chain.consensus_rpc import ConsensusRpc
from fieldproof.chain.contracts import BEACON
from fieldproof.chain.errors import VerificationError
from fieldproof.chain.genesis.spec import decode_hex
from fieldproof.chain.light import History, LightBlock, TrustedHeader, TrustSettings, Validator
from fieldproof.chain.light.encoding import compute_validators_hash
from fieldproof.chain.light.values import NANOSECONDS
from fieldproof.chain.node.keys import compute_consensus_address
from fieldproof.core.clock import Clock
from fieldproof.settle import ChainClient

_FOR_EVER_S = 2**40
"""Whoever looks back to genesis has no trusting period: see above."""

_DRIFT_S = 60
"""How far the newest block may be ahead of this machine."""


@dataclass(frozen=True, slots=True)
class CheckedRecord:
    """How an epoch began, as a signed header commits to it."""

    epoch: int
    height: int
    seed: bytes
    committee: tuple[Member, ...]
    frozen_pool: tuple[Member, ...]
    faults: tuple[Fault, ...]
    signers: frozenset[bytes]
    """Consensus addresses of the set that signs its second block."""


@dataclass(frozen=True, slots=True)
class CheckedEpoch:
    """An epoch whose seed and committee are what they must be."""

    epoch: int
    height: int
    """Of its first block."""
    seed: bytes
    is_missed: bool
    committee: tuple[Member, ...]
    dealings: int
    """Valid ones that the seed was made of."""


async def check_genesis(consensus: ConsensusRpc, genesis: str) -> None:
    """Raise `VerificationError` if the node's chain did not begin as the text of a genesis file says."""
    try:
        expected = json.loads(genesis)["app_state"]
    except (ValueError, KeyError, TypeError) as failure:
        raise VerificationError("this is no genesis file of such a chain") from failure
    if json.loads(await consensus.get_application_genesis()) != expected:
        raise VerificationError("the node's chain did not begin as the genesis file says")


async def verify_epoch(
    client: ChainClient, consensus: ConsensusRpc, epoch: int, clock: Clock
) -> CheckedEpoch:
    """Return what was recomputed of one epoch; raises what `verify_epochs` raises."""
    (found,) = [found async for found in verify_epochs(client, consensus, range(epoch, epoch + 1), clock)]
    return found


async def verify_epochs(
    client: ChainClient, consensus: ConsensusRpc, epochs: range, clock: Clock
) -> AsyncIterator[CheckedEpoch]:
    """Give what was recomputed of each of some epochs in a row, on one way from genesis.

    Raises `VerificationError` for the first thing that differs, `RefusedHeaderError` for a header that its
    committee did not sign.
    """
    genesis = parse_genesis(await consensus.get_application_genesis())
    reader = _RecordReader(consensus, genesis, await _begin_history(consensus, genesis, clock))
    before = await reader.read(epochs.start - 1) if epochs.start else None
    for epoch in epochs:
        record = await reader.read(epoch)
        yield await _check_epoch(client, genesis, before, record)
        before = record


async def _check_epoch(
    client: ChainClient, genesis: Genesis, before: CheckedRecord | None, record: CheckedRecord
) -> CheckedEpoch:
    """Compare how an epoch began with what the one before it leads to; nothing is before genesis."""
    if before is None:
        state, drawn = genesis.state, Drawn(genesis.seed, genesis.state.committee, is_missed=False)
    else:
        state = await _replay_beacon(client, genesis, before)
        offenders = frozenset(list_offenders(f for f in record.faults if f.height <= state.height))
        drawn = draw(genesis.parameters, state, offenders)
    _compare("seed", drawn.seed, record.seed)
    _compare("committee", compute_members_hash(drawn.committee), compute_members_hash(record.committee))
    _check_signers(record)
    await _check_randao(client, record)
    return CheckedEpoch(
        record.epoch,
        record.height,
        drawn.seed,
        drawn.is_missed,
        drawn.committee,
        len(state.beacon.qualified),
    )


async def _begin_history(consensus: ConsensusRpc, genesis: Genesis, clock: Clock) -> History:
    """Trust what genesis says: its committee signs the first block, whose time is that of genesis itself."""
    settings = TrustSettings(await consensus.get_consensus_chain_id(), _FOR_EVER_S, _DRIFT_S)
    committee = sorted(genesis.state.committee, key=lambda member: member.consensus)
    validators = [Validator(member.consensus_key, 1) for member in committee]
    app_hash = compute_application_hash(compute_leaves(genesis.parameters, genesis.state).values)
    before_ns = genesis.time_s * NANOSECONDS - 1
    trusted = TrustedHeader(0, before_ns, compute_validators_hash(validators), app_hash)
    return History(consensus, settings, trusted, clock)


class _RecordReader:
    """Asks a node how epochs began, and holds its answers against headers that were signed."""

    def __init__(self, consensus: ConsensusRpc, genesis: Genesis, history: History) -> None:
        self._consensus = consensus
        self._schedule = genesis.parameters.schedule
        self._history = history

    async def read(self, epoch: int) -> CheckedRecord:
        """Return how an epoch began. Epochs rise."""
        document = await self._consensus.query("epoch", str(epoch))
        leaves = [decode_hex(leaf) for leaf in document["leaves"]]
        height = self._schedule.get_first_height(epoch)
        block = await self._take(height + 1)
        _compare("application's hash", compute_application_hash(leaves), block.header.app_hash)
        record = CheckedRecord(
            epoch,
            height,
            leaves[Leaf.SEED],
            tuple(parse_member(item) for item in document["committee"]),
            tuple(parse_member(item) for item in document["frozen_pool"]),
            tuple(parse_fault(item) for item in document["faults"]),
            frozenset(compute_consensus_address(validator.key) for validator in block.validators),
        )
        _compare("epoch", int.from_bytes(leaves[Leaf.EPOCH], "big"), epoch)
        _compare("height", int.from_bytes(leaves[Leaf.HEIGHT], "big"), height)
        _compare("committee", compute_members_hash(record.committee), leaves[Leaf.COMMITTEE])
        _compare("frozen pool", compute_members_hash(record.frozen_pool), leaves[Leaf.POOL])
        _compare("faults", compute_faults_root(record.faults), leaves[Leaf.FAULTS])
        return record

    async def _take(self, height: int) -> LightBlock:
        """Go by the last blocks of epochs: the node is hardly asked for others."""
        schedule = self._schedule
        while (epoch := schedule.get_epoch(self._history.trusted.height + 1)) < schedule.get_epoch(height):
            await self._history.take(schedule.get_first_height(epoch + 1) - 1)
        return await self._history.take(height)


async def _replay_beacon(client: ChainClient, genesis: Genesis, before: CheckedRecord) -> State:
    """Return the state at the draw, as far as the beacon goes, from its events alone."""
    schedule = genesis.parameters.schedule
    last = before.height + schedule.draw
    logs = await client.get_logs(BEACON, [], first_block=before.height, last_block=last)
    state = replace(
        genesis.state,
        height=before.height,
        seed=before.seed,
        committee=before.committee,
        frozen_pool=before.frozen_pool,
    )
    for height in range(before.height + 1, last + 1):
        records = [parse_record(log.topics, log.data) for log in logs if log.block_number == height]
        position = schedule.get_position(height)
        round_ = compute_round(genesis.parameters, state)
        beacon = collect(round_, state, records, is_opening=schedule.is_opening(position))
        state = replace(state, height=height, beacon=beacon)
    return state


def _check_signers(record: CheckedRecord) -> None:
    """Compare who signs with the committee; whoever was caught since the draw may be missing."""
    wanted = {member.consensus for member in record.committee}
    caught = list_offenders(record.faults)
    excused = {member.consensus for member in record.committee if member.operator in caught}
    if not wanted - excused <= record.signers <= wanted:
        raise VerificationError(f"those who sign in epoch {record.epoch} are not its committee")


async def _check_randao(client: ChainClient, record: CheckedRecord) -> None:
    block = await client.request("eth_getBlockByNumber", hex(record.height), False)
    if block is None:
        raise VerificationError(f"the node has no block {record.height}")
    _compare("randomness", decode_hex(block["mixHash"]), compute_randao(record.seed, record.height))


def _compare(name: str, found: object, wanted: object) -> None:
    if found != wanted:
        shown = [item.hex() if isinstance(item, bytes) else str(item) for item in (found, wanted)]
        raise VerificationError(f"the {name} is not what it must be: {shown[0]} instead of {shown[1]}")


def parse_member(document: dict[str, Any]) -> Member:
    """Return a member from its JSON."""
    consensus, beacon = decode_hex(document["consensus_key"]), decode_hex(document["beacon_key"])
    return Member(
        decode_hex(document["operator"]),
        decode_hex(document["consensus"]),
        consensus[0],
        consensus[1:],
        beacon[0],
        beacon[1:],
        int(document["votes"]),
    )


def parse_fault(document: dict[str, Any]) -> Fault:
    """Return a fault from its JSON."""
    return Fault(
        decode_hex(document["id"]),
        FaultKind(document["kind"]),
        decode_hex(document["operator"]),
        document["epoch"],
        document["height"],
        document["time_s"],
    )
