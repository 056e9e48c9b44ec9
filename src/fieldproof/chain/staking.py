"""The contracts of stake and reward, as commands and nodes use them."""

import asyncio
from dataclasses import astuple, dataclass
from typing import Any

from fieldproof.chain.commitment import Entry, Leaf, Result, compute_result_hash
from fieldproof.chain.consensus_rpc import ConsensusRpc
from fieldproof.chain.contracts import REWARDS, STAKING, load_contract
from fieldproof.chain.errors import StakingError
from fieldproof.chain.genesis.spec import Party, decode_hex
from fieldproof.chain.proofs import FaultProof, LeafProof, read_faults, read_leaf
from fieldproof.chain.sender import LOOK_EVERY_S, Sender
from fieldproof.protocol.transaction import Inclusion
from fieldproof.settle import Call, ChainClient

RATE_UNIT = 10**27
"""A share is worth rate / RATE_UNIT wei."""

RESULTS_PER_SETTLEMENT = 6
"""Epochs credited by one transaction, of later ones it brings the hashes.

More of a pool of 100 would pass the gas that a transaction may use: contracts/snapshots/chain-epoch.json.
"""


@dataclass(frozen=True, slots=True)
class CandidateStanding:
    """What stands behind a candidate."""

    operator: bytes
    owner: bytes
    commission: int
    """In hundredths of a percent."""
    stake_wei: int
    """All coins behind it, its owner's among them."""
    self_stake_wei: int
    jailed_until_s: int
    """0: it never was in jail."""
    has_resigned: bool


class StakingContract:
    """The contracts on one chain."""

    def __init__(self, client: ChainClient) -> None:
        self._client = client

    async def get_standing(self, operator: bytes) -> CandidateStanding:
        """Return how a candidate stands; `StakingError` if there is none of that operator."""
        info = await self._read("getCandidate", operator)
        if not any(info["owner"]):
            raise StakingError(f"nobody registered the operator 0x{operator.hex()}")
        return CandidateStanding(
            operator=operator,
            owner=info["owner"],
            commission=info["commission"],
            stake_wei=info["shares"] * info["rate"] // RATE_UNIT,
            self_stake_wei=info["selfShares"] * info["rate"] // RATE_UNIT,
            jailed_until_s=info["jailedUntil"],
            has_resigned=info["hasResigned"],
        )

    async def register(
        self, sender: Sender, party: Party, stake_wei: int, lock_days: int, *, renews: bool
    ) -> Inclusion:
        """Make the sender, who must be the party's owner, the owner of a new candidate."""
        keys = (astuple(key.parse()) for key in (party.consensus, party.beacon))
        values = (decode_hex(party.operator), *keys)
        return await self._send(
            sender, "register", *values, party.commission, lock_days, renews, value_wei=stake_wei
        )

    async def stake(
        self, sender: Sender, operator: bytes, amount_wei: int, lock_days: int, *, renews: bool
    ) -> Inclusion:
        """Put coins behind a candidate."""
        return await self._send(sender, "stake", operator, lock_days, renews, value_wei=amount_wei)

    async def unstake(self, sender: Sender, bucket: int) -> Inclusion:
        """Take a bucket's coins from behind their candidate, to be withdrawn once nothing is at risk."""
        return await self._send(sender, "unstake", bucket)

    async def withdraw(self, sender: Sender, bucket: int) -> Inclusion:
        """Pay out a bucket that was unstaked."""
        return await self._send(sender, "withdraw", bucket)

    async def slash(self, sender: Sender, consensus: ConsensusRpc, operator: bytes) -> Inclusion:
        """Prove the oldest fault of a candidate that stands and was not proven; `StakingError` if none is."""
        is_punished = load_contract("Staking").functions["isPunished"]
        for found in await read_faults(consensus, self._client, operator):
            if not (await self._client.read(STAKING, is_punished, found.fault.id))[0]:
                return await self.prove_fault(sender, found)
        raise StakingError(f"no unpunished fault stands against 0x{operator.hex()}")

    async def prove_fault(self, sender: Sender, found: FaultProof) -> Inclusion:
        """Bring one fault; the contract refuses one that it punished before."""
        proof = (found.index, found.count, found.siblings, _leaf(found.leaf))
        return await self._send(sender, "slash", astuple(found.fault), proof)

    async def settle(self, sender: Sender, consensus: ConsensusRpc) -> int:
        """Credit the epochs that ended since the last settlement, and return how many those were."""
        rewards = load_contract("Rewards").functions
        settled = 0
        while True:
            next_epoch, _ = await self._client.read(REWARDS, rewards["getProgress"])
            # In its last block an epoch is in the chain of results, and its result not yet to be asked for.
            proof, state = await read_leaf(consensus, self._client, Leaf.RESULTS)
            if state["position"] == state["epoch_blocks"] - 1:
                await asyncio.sleep(LOOK_EVERY_S)
                continue
            missing = [await _read_result(consensus, epoch) for epoch in range(next_epoch, state["epoch"])]
            if not missing:
                return settled
            now, later = missing[:RESULTS_PER_SETTLEMENT], missing[RESULTS_PER_SETTLEMENT:]
            hashes = [compute_result_hash(result) for result in later]
            values = [(result.epoch, tuple(astuple(entry) for entry in result.entries)) for result in now]
            data = rewards["settle"].encode_call(tuple(values), tuple(hashes), _leaf(proof))
            await sender.send(Call(REWARDS, data))
            settled += len(now)

    async def claim(self, sender: Sender, operators: tuple[bytes, ...]) -> Inclusion:
        """Pay what the sender has earned as a candidate's owner, and as a voter for `operators`."""
        return await sender.send(
            Call(REWARDS, load_contract("Rewards").functions["claim"].encode_call(operators))
        )

    async def list_buckets(self, owner: bytes) -> dict[int, dict[str, Any]]:
        """Return the buckets of an account by number, with what each is worth now."""
        count = (await self._client.read(STAKING, load_contract("Staking").functions["getBucketCount"]))[0]
        found = {}
        for number in range(count):
            bucket = await self._read("getBucket", number)
            if bucket["owner"] == owner:
                amount = load_contract("Staking").functions["getAmount"]
                bucket["amountWei"] = (await self._client.read(STAKING, amount, number))[0]
                found[number] = bucket
        return found

    async def _read(self, view: str, *values: Any) -> dict[str, Any]:
        from fieldproof.core.abi import name_members

        function = load_contract("Staking").functions[view]
        (answer,) = await self._client.read(STAKING, function, *values)
        return name_members(function.outputs[0], answer)

    async def _send(self, sender: Sender, function: str, *values: Any, value_wei: int = 0) -> Inclusion:
        data = load_contract("Staking").functions[function].encode_call(*values)
        return await sender.send(Call(STAKING, data, value_wei))


async def _read_result(consensus: ConsensusRpc, epoch: int) -> Result:
    document = (await consensus.query("epoch", str(epoch + 1)))["result"]
    entries = tuple(
        Entry(bytes.fromhex(item["operator"][2:]), int(item["votes"]), item["proposed"], item["expected"])
        for item in document["entries"]
    )
    return Result(document["epoch"], entries)


def _leaf(proof: LeafProof) -> tuple[int, tuple[bytes, ...]]:
    return (proof.time_s, proof.siblings)
