"""Bringing epochs to the contract that tells other contracts of them."""

from dataclasses import astuple

from fieldproof.chain.commitment import Leaf
from fieldproof.chain.contracts import COMMITTEE, load_contract
from fieldproof.chain.proofs import Commitments
from fieldproof.chain.sender import Sender
from fieldproof.protocol.transaction import Inclusion
from fieldproof.settle import Call


def encode_record(found: Commitments) -> Call:
    """Return the call that brings epoch, seed and committee, with their proofs."""
    epoch, seed, committee = (found.prove(leaf) for leaf in (Leaf.EPOCH, Leaf.SEED, Leaf.COMMITTEE))
    members = tuple(astuple(member) for member in found.committee)
    proof = (found.next_time_s, epoch.siblings, seed.siblings, committee.siblings)
    record = load_contract("Committee").functions["record"]
    return Call(COMMITTEE, record.encode_call(found.epoch, seed.value, members, proof))


async def record_committee(sender: Sender, found: Commitments) -> Inclusion:
    """Record the epoch of what was read. The contract refuses one that it has."""
    return await sender.send(encode_record(found))
