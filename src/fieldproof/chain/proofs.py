"""Statements about consensus that a contract of the chain can check, through the contract of EIP-4788."""

import asyncio
from dataclasses import dataclass
from typing import Any

from fieldproof.chain.commitment import Fault, Leaf, prove_fault, prove_leaf
from fieldproof.chain.consensus_rpc import ConsensusRpc
from fieldproof.chain.sender import LOOK_EVERY_S
from fieldproof.chain.verification import parse_fault
from fieldproof.settle import ChainClient


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


async def read_leaf(
    consensus: ConsensusRpc, client: ChainClient, leaf: Leaf
) -> tuple[LeafProof, dict[str, Any]]:
    """Return the proof of a present value, once the next block carries its hash, and the state it is of."""
    state = await consensus.query("state")
    leaves = [bytes.fromhex(text[2:]) for text in state["leaves"]]
    while (block := await client.get_block(state["height"] + 1)) is None:
        await asyncio.sleep(LOOK_EVERY_S)
    return LeafProof(block.time_s, leaves[leaf], prove_leaf(leaves, leaf)), state


async def read_faults(
    consensus: ConsensusRpc, client: ChainClient, operator: bytes
) -> tuple[FaultProof, ...]:
    """Return the proofs of all faults that stand against an operator, oldest first."""
    leaf, state = await read_leaf(consensus, client, Leaf.FAULTS)
    faults = [parse_fault(item) for item in state["faults"]]
    return tuple(
        FaultProof(leaf, fault, index, len(faults), prove_fault(faults, index))
        for index, fault in enumerate(faults)
        if fault.operator == operator
    )
