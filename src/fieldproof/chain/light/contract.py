"""The light client's contract on another EVM chain: deploying it, reading it, bringing it updates."""

from dataclasses import dataclass
from typing import Any, Self

from coincurve import PublicKey

from fieldproof.chain.contracts import load_contract
from fieldproof.chain.errors import ChainError
from fieldproof.chain.light.encoding import build_timestamp, combine_hashes, encode_header_fields, hash_leaf
from fieldproof.chain.light.values import (
    NANOSECONDS,
    Header,
    LightBlock,
    TrustedHeader,
    TrustSettings,
    VoteKind,
)
from fieldproof.core.keccak import keccak256
from fieldproof.protocol.transaction import Inclusion
from fieldproof.settle import Call, ChainClient, Submitter

CONTRACT = "LightClient"


def encode_update(block: LightBlock) -> bytes:
    """Return the data of a transaction that brings a block, with no more signatures than are needed."""
    return (
        load_contract(CONTRACT)
        .functions["update"]
        .encode_call(_describe_header(block.header), _describe_commit(block))
    )


def encode_creation(settings: TrustSettings, unbonding_period_s: int, trusted: TrustedHeader) -> bytes:
    """Return the data of a transaction that creates a light client.

    `unbonding_period_s` is that of the chain that is followed: for so long stakes can still be slashed.
    """
    time_s, nanos = divmod(trusted.time_ns, NANOSECONDS)
    return load_contract(CONTRACT).encode_creation(
        {
            "chainId": settings.chain_id,
            "trustingPeriod": settings.trusting_period_s,
            "unbondingPeriod": unbonding_period_s,
            "maximumDrift": settings.maximum_drift_s,
        },
        {
            "height": trusted.height,
            "timeS": time_s,
            "timeNanos": nanos,
            "nextValidatorsHash": trusted.next_validators_hash,
            "appHash": trusted.app_hash,
        },
    )


@dataclass(frozen=True, slots=True)
class LightClientContract:
    """A deployed light client, and the account that pays for its updates."""

    client: ChainClient
    submitter: Submitter
    address: bytes

    @classmethod
    async def deploy(
        cls,
        client: ChainClient,
        submitter: Submitter,
        settings: TrustSettings,
        *,
        unbonding_period_s: int,
        trusted: TrustedHeader,
    ) -> Self:
        """Create one that trusts `trusted`, which its users must have compared with the chain itself."""
        creation = encode_creation(settings, unbonding_period_s, trusted)
        key = f"light:{client.chain_id}:{keccak256(creation).hex()[:16]}"
        inclusion = await submitter.submit(key, Call(None, creation))
        if inclusion.contract is None:
            raise ChainError("the node names no address for the light client, which was created")
        await client.verify_code(CONTRACT, inclusion.contract)
        return cls(client, submitter, inclusion.contract)

    async def get_settings(self) -> TrustSettings:
        """Return what it was deployed with."""
        (chain_id,) = await self._read("chainId")
        (trusting_period_s,) = await self._read("trustingPeriod")
        (maximum_drift_s,) = await self._read("maximumDrift")
        return TrustSettings(chain_id, trusting_period_s, maximum_drift_s)

    async def get_trusted(self) -> TrustedHeader:
        """Return the newest header that it accepted."""
        height, time_s, nanos, next_validators_hash = await self._read("latest")
        app_hash, _ = await self._read("headerAt", height)
        return TrustedHeader(height, time_s * NANOSECONDS + nanos, next_validators_hash, app_hash)

    async def submit(self, block: LightBlock) -> Inclusion:
        """Bring a block, and wait until that is final. Raises what `Submitter.submit` raises."""
        key = f"light:{self.client.chain_id}:{self.address.hex()}:{block.header.height}"
        return await self.submitter.submit(key, Call(self.address, encode_update(block)))

    async def _read(self, name: str, *values: object) -> tuple[Any, ...]:
        return await self.client.read(self.address, load_contract(CONTRACT).functions[name], *values)


def _describe_header(header: Header) -> dict[str, object]:
    leaves = [hash_leaf(field) for field in encode_header_fields(header)]
    time_s, nanos = divmod(header.time_ns, NANOSECONDS)
    return {
        "height": header.height,
        "timeS": time_s,
        "timeNanos": nanos,
        "nextValidatorsHash": header.next_validators_hash,
        "appHash": header.app_hash,
        "siblings": [
            leaves[0],
            combine_hashes(leaves[4:6]),
            leaves[6],
            leaves[9],
            leaves[11],
            combine_hashes(leaves[12:14]),
        ],
    }


def _describe_commit(block: LightBlock) -> dict[str, object]:
    commit, members = block.commit, bytearray()
    missing = 2 * len(block.validators) // 3 + 1
    for validator, vote in zip(block.validators, commit.votes, strict=True):
        if vote.kind is VoteKind.COMMIT and missing:
            time = build_timestamp(vote.time_ns).SerializeToString(deterministic=True)
            key = PublicKey(validator.key).format(compressed=False)
            members += key + vote.signature + bytes([len(time)]) + time
            missing -= 1
        else:
            members += validator.key
    return {
        "round": commit.round,
        "partCount": commit.block_id.part_count,
        "partsHash": commit.block_id.parts_hash,
        "members": bytes(members),
    }
