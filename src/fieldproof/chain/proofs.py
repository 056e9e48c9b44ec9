"""Statements about consensus that a contract of the chain can check, through the contract of EIP-4788.

What a node says is held against the application's hash that its next block carries, so that no proof is given
that a contract would refuse. Whether that block is the chain's is for `light` and `verification` to say.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from fieldproof.chain.commitment import (
    Fault,
    Leaf,
    Member,
    compute_application_hash,
    compute_faults_root,
    prove_fault,
    prove_leaf,
)
from fieldproof.chain.consensus_rpc import ConsensusRpc
from fieldproof.chain.errors import ProofError
from fieldproof.chain.genesis.spec import decode_hex
from fieldproof.chain.sender import LOOK_EVERY_S
from fieldproof.chain.verification import parse_fault, parse_member
from fieldproof.settle import Call, CallRevertedError, ChainClient

BEACON_ROOTS = bytes.fromhex("000f3df6d732807ef1319fb7b8bb8522d0beac02")
"""The contract of EIP-4788: the time of a block → the application's hash before it, for 8,191 blocks."""


@dataclass(frozen=True, slots=True)
class LeafProof:
    """One value of the application's hash after a height, and where a contract finds that hash."""

    time_s: int
    """Of the execution block after that height: the key under which the hash is kept for 8,191 blocks."""
    value: bytes
    siblings: tuple[bytes, ...]
    """The three hashes beside the way to the root, lowest first."""


@dataclass(frozen=True, slots=True)
class FaultProof:
    """A standing fault, and the way from it to the application's hash."""

    leaf: LeafProof
    fault: Fault
    index: int
    """Its place among all that stand."""
    count: int
    """How many stand."""
    siblings: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Commitments:
    """All that the application's hash after one height commits to."""

    height: int
    next_time_s: int
    """Of the execution block after it."""
    application_hash: bytes
    leaves: tuple[bytes, ...]
    """The eight values."""
    committee: tuple[Member, ...]
    pool: tuple[Member, ...]
    """Frozen last."""
    faults: tuple[Fault, ...]
    """That stand."""

    @property
    def epoch(self) -> int:
        """The epoch of the height."""
        return int.from_bytes(self.leaves[Leaf.EPOCH], "big")

    def prove(self, leaf: Leaf) -> LeafProof:
        """Return the proof of one value."""
        return LeafProof(self.next_time_s, self.leaves[leaf], prove_leaf(self.leaves, leaf))

    def prove_fault(self, fault: Fault) -> FaultProof:
        """Return the proof of one fault that stands."""
        index = self.faults.index(fault)
        siblings = prove_fault(self.faults, index)
        return FaultProof(self.prove(Leaf.FAULTS), fault, index, len(self.faults), siblings)

    def list_faults(self, operator: bytes | None = None) -> tuple[Fault, ...]:
        """Return all faults that stand, or one operator's, oldest first."""
        return tuple(fault for fault in self.faults if operator in (None, fault.operator))


async def read_commitments(
    consensus: ConsensusRpc, client: ChainClient, height: int | None = None
) -> Commitments:
    """Return what stands in the application's hash after a height, or after the last one.

    Waits for the block that carries the hash. Raises `ProofError` for a height that is not decided, or where
    the node's answers do not give the hash; `ConsensusRpcError` for an epoch whose beginning the node did not
    see.
    """
    state = await consensus.query("state")
    if height is None or height == state["height"]:
        return await _complete(client, _parse(state))
    if not 1 <= height < state["height"]:
        raise ProofError(f"block {height} is not decided; the last one is {state['height']}")
    epoch, position = divmod(height - 1, state["epoch_blocks"])
    began = _parse(await consensus.query("epoch", str(epoch)))
    if position == 0:
        return await _complete(client, began)
    is_over = epoch < state["epoch"]
    later = _parse(await consensus.query("epoch", str(epoch + 1)) if is_over else state)
    is_last = position == state["epoch_blocks"] - 1
    return await _complete(client, await _rebuild(client, height, began, later, has_results=is_last))


async def read_leaf(
    consensus: ConsensusRpc, client: ChainClient, leaf: Leaf
) -> tuple[LeafProof, dict[str, Any]]:
    """Return the proof of a present value, once the next block carries its hash, and the state it is of."""
    state = await consensus.query("state")
    return (await _complete(client, _parse(state))).prove(leaf), state


async def read_application_hash(client: ChainClient, next_time_s: int) -> bytes | None:
    """Return what contracts are told of a block's time; None once the contract of EIP-4788 has forgotten."""
    try:
        return await client.call(Call(BEACON_ROOTS, next_time_s.to_bytes(32, "big")))
    except CallRevertedError:
        return None


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the application says of a height; the hash that it leads to stands in no answer."""

    height: int
    leaves: tuple[bytes, ...]
    committee: tuple[Member, ...]
    pool: tuple[Member, ...]
    faults: tuple[Fault, ...]


def _parse(document: dict[str, Any]) -> _Answer:
    """Read an answer to `state` or to `epoch`, see `application.queries`."""
    return _Answer(
        document["height"],
        tuple(decode_hex(leaf) for leaf in document["leaves"]),
        tuple(parse_member(item) for item in document["committee"]),
        tuple(parse_member(item) for item in document["frozen_pool"]),
        tuple(parse_fault(item) for item in document["faults"]),
    )


async def _rebuild(
    client: ChainClient, height: int, began: _Answer, later: _Answer, *, has_results: bool
) -> _Answer:
    """Return what stood after a height within an epoch, from how the epoch began and how it went on.

    Seed, committee and pool stay; faults come, and go in an epoch's second block alone; results come with
    its last one.
    """
    block = await client.get_block(height)
    if block is None:
        raise ProofError(f"the node has no block {height}")
    faults = tuple(fault for fault in later.faults if fault.height <= height)
    leaves = list(began.leaves)
    leaves[Leaf.EXECUTION_HASH] = block.block_hash
    leaves[Leaf.HEIGHT] = height.to_bytes(32, "big")
    leaves[Leaf.FAULTS] = compute_faults_root(faults)
    if has_results:
        leaves[Leaf.RESULTS] = later.leaves[Leaf.RESULTS]
    return _Answer(height, tuple(leaves), began.committee, began.pool, faults)


async def _complete(client: ChainClient, answer: _Answer) -> Commitments:
    """Wait for the block that carries the hash, and compare."""
    number = hex(answer.height + 1)
    while (block := await client.request("eth_getBlockByNumber", number, False)) is None:
        await asyncio.sleep(LOOK_EVERY_S)
    root = compute_application_hash(answer.leaves)
    if block["parentBeaconBlockRoot"] != "0x" + root.hex():
        raise ProofError(f"what the node says of block {answer.height} is not what the next one commits to")
    return Commitments(
        height=answer.height,
        next_time_s=int(block["timestamp"], 16),
        application_hash=root,
        leaves=answer.leaves,
        committee=answer.committee,
        pool=answer.pool,
        faults=answer.faults,
    )
