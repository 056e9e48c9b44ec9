"""The contracts of stake and reward, as commands and nodes use them."""

import asyncio
import datetime
from dataclasses import astuple, dataclass
from typing import Any

from fieldproof.chain.commitment import Entry, Leaf, Result, compute_result_hash
from fieldproof.chain.consensus_rpc import ConsensusRpc
from fieldproof.chain.contracts import REWARDS, STAKING, load_contract
from fieldproof.chain.errors import ConsensusRpcError, StakingError
from fieldproof.chain.genesis.spec import Party, decode_hex
from fieldproof.chain.proofs import FaultProof, LeafProof, read_commitments, read_leaf
from fieldproof.chain.sender import LOOK_EVERY_S, Sender
from fieldproof.core.abi import name_members
from fieldproof.protocol.transaction import Inclusion
from fieldproof.settle import Call, CallRevertedError, ChainClient, TransactionRevertedError

RATE_UNIT = 10**27
"""A share is worth rate / RATE_UNIT wei."""

BUCKETS_PER_REQUEST = 200
"""Buckets that are looked through at once: there may be millions."""

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


@dataclass(frozen=True, slots=True)
class StakeBucket:
    """Coins that one account put somewhere at once."""

    number: int
    operator: bytes | None
    """The candidate behind which they are; None once they were unstaked."""
    amount_wei: int
    """What they are worth now."""
    lock_days: int
    renews: bool
    """While it is set, the days do not begin."""
    unlocks_at_s: int
    """The end of the lock if it does not renew, seconds since 1970."""
    at_risk_until_s: int
    """Until when they answer for a candidate that they left, seconds since 1970; 0: they never left one."""


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
        """Make the sender, who must be the party's owner, the owner of a new candidate.

        Raises `StakingError` for another sender: the keys of the party are proven for one owner.
        """
        if sender.address != decode_hex(party.owner):
            raise StakingError(
                f"the owner of this party is {party.owner}, not the account 0x{sender.address.hex()}",
                hint="Use the owner's keystore, or make new keys with `fieldproof chain init --owner`.",
            )
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

    async def end_renewal(self, sender: Sender, number: int) -> Inclusion:
        """Let the days of a bucket's lock begin now; `StakingError` if it does not renew."""
        bucket = await self.get_bucket(number)
        if not bucket.renews:
            raise StakingError(f"the lock of bucket {number} does not renew")
        return await self._send(sender, "renew", number, bucket.lock_days, False)

    async def unstake(self, sender: Sender, number: int) -> Inclusion:
        """Take a bucket's coins from behind their candidate, to be withdrawn once nothing is at risk.

        Raises `StakingError` while it is locked.
        """
        try:
            return await self._send(sender, "unstake", number)
        except CallRevertedError as refused:
            if refused.name != "StakingLocked":
                raise
            bucket = await self.get_bucket(number)
            if bucket.renews:
                raise StakingError(
                    f"the lock of bucket {number} renews: its {bucket.lock_days} days have not begun",
                    hint=f"`fieldproof chain unstake {number} --end-renewal` begins them.",
                ) from refused
            until = _format_time(bucket.unlocks_at_s)
            raise StakingError(f"bucket {number} is locked until {until}") from refused

    async def withdraw(self, sender: Sender, number: int) -> Inclusion:
        """Pay out a bucket that was unstaked; `StakingError` if it was not, or is still at risk."""
        try:
            return await self._send(sender, "withdraw", number)
        except CallRevertedError as refused:
            if refused.name == "StakingLocked":
                hint = f"`fieldproof chain unstake {number}` comes first."
                raise StakingError(f"bucket {number} was not unstaked", hint=hint) from refused
            if refused.name != "StakingAtRisk":
                raise
            until = _format_time((await self.get_bucket(number)).at_risk_until_s)
            raise StakingError(f"bucket {number} answers for its candidate until {until}") from refused

    async def resign(self, sender: Sender, operator: bytes) -> Inclusion:
        """End a candidacy for ever; for its owner."""
        return await self._send(sender, "resign", operator)

    async def slash(self, sender: Sender, consensus: ConsensusRpc, operator: bytes) -> Inclusion:
        """Prove the oldest fault of a candidate that stands and was not proven; `StakingError` if none is."""
        found = await self.list_unpunished(consensus, operator)
        if not found:
            raise StakingError(f"no unpunished fault stands against 0x{operator.hex()}")
        return await self.prove_fault(sender, found[0])

    async def list_unpunished(
        self, consensus: ConsensusRpc, operator: bytes | None = None
    ) -> list[FaultProof]:
        """Return the proofs of what stands against one or all and was not proven yet, oldest first."""
        found = await read_commitments(consensus, self._client)
        faults = found.list_faults(operator)
        is_punished = load_contract("Staking").functions["isPunished"]
        answers = await self._client.read_many(STAKING, is_punished, [(fault.id,) for fault in faults])
        standing = [fault for fault, (is_over,) in zip(faults, answers, strict=True) if not is_over]
        return [found.prove_fault(fault) for fault in standing]

    async def prove_fault(self, sender: Sender, found: FaultProof) -> Inclusion:
        """Bring one fault; the contract refuses one that it punished before."""
        proof = (found.index, found.count, found.siblings, _leaf(found.leaf))
        return await self._send(sender, "slash", astuple(found.fault), proof)

    async def settle(self, sender: Sender, consensus: ConsensusRpc) -> int:
        """Credit the epochs that ended since the last settlement, and return how many those were.

        Those that somebody else credits meanwhile do not count.
        """
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
            try:
                await sender.send(Call(REWARDS, data))
            except (CallRevertedError, TransactionRevertedError):
                # Somebody else may have brought them first.
                if (await self._client.read(REWARDS, rewards["getProgress"]))[0] == next_epoch:
                    raise
            else:
                settled += len(now)

    async def claim(self, sender: Sender, operators: tuple[bytes, ...]) -> Inclusion:
        """Pay what the sender has earned as a candidate's owner, and as a voter for `operators`."""
        return await sender.send(
            Call(REWARDS, load_contract("Rewards").functions["claim"].encode_call(operators))
        )

    async def get_bucket(self, number: int) -> StakeBucket:
        """Return a bucket; all zero for one that never was or was paid out."""
        staking = load_contract("Staking").functions
        (amount_wei,) = await self._client.read(STAKING, staking["getAmount"], number)
        return _parse_bucket(number, await self._read("getBucket", number), amount_wei)

    async def list_buckets(self, owner: bytes) -> list[StakeBucket]:
        """Return the buckets of an account, in the order of their numbers."""
        staking = load_contract("Staking").functions
        get_bucket, get_amount = staking["getBucket"], staking["getAmount"]
        (count,) = await self._client.read(STAKING, staking["getBucketCount"])
        found = {}
        for first in range(0, count, BUCKETS_PER_REQUEST):
            numbers = range(first, min(count, first + BUCKETS_PER_REQUEST))
            answers = await self._client.read_many(STAKING, get_bucket, [(number,) for number in numbers])
            for number, (answer,) in zip(numbers, answers, strict=True):
                bucket = name_members(get_bucket.outputs[0], answer)
                if bucket["owner"] == owner:
                    found[number] = bucket
        amounts = await self._client.read_many(STAKING, get_amount, [(number,) for number in found])
        return [
            _parse_bucket(number, bucket, amount_wei)
            for (number, bucket), (amount_wei,) in zip(found.items(), amounts, strict=True)
        ]

    async def _read(self, view: str, *values: Any) -> dict[str, Any]:
        function = load_contract("Staking").functions[view]
        (answer,) = await self._client.read(STAKING, function, *values)
        return name_members(function.outputs[0], answer)

    async def _send(self, sender: Sender, function: str, *values: Any, value_wei: int = 0) -> Inclusion:
        data = load_contract("Staking").functions[function].encode_call(*values)
        return await sender.send(Call(STAKING, data, value_wei))


async def _read_result(consensus: ConsensusRpc, epoch: int) -> Result:
    document = (await consensus.query("epoch", str(epoch + 1)))["result"]
    if document is None:
        raise ConsensusRpcError(f"this node does not know the result of epoch {epoch}")
    entries = tuple(
        Entry(bytes.fromhex(item["operator"][2:]), int(item["votes"]), item["proposed"], item["expected"])
        for item in document["entries"]
    )
    return Result(document["epoch"], entries)


def _parse_bucket(number: int, answer: dict[str, Any], amount_wei: int) -> StakeBucket:
    return StakeBucket(
        number=number,
        operator=answer["operator"] if any(answer["operator"]) else None,
        amount_wei=amount_wei,
        lock_days=answer["lockDays"],
        renews=answer["autoRenew"],
        unlocks_at_s=answer["unlocksAt"],
        at_risk_until_s=answer["riskUntil"],
    )


def _format_time(moment_s: int) -> str:
    return datetime.datetime.fromtimestamp(moment_s, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _leaf(proof: LeafProof) -> tuple[int, tuple[bytes, ...]]:
    return (proof.time_s, proof.siblings)
