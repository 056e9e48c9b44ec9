"""A light client of the chain: its rules in Python, and what brings updates to its contract elsewhere."""

from fieldproof.chain.light.contract import LightClientContract, encode_creation, encode_update
from fieldproof.chain.light.follow import find_block, follow, trace
from fieldproof.chain.light.rpc import ConsensusRpc
from fieldproof.chain.light.values import (
    BlockId,
    Commit,
    Header,
    LightBlock,
    TrustedHeader,
    TrustSettings,
    Validator,
    Vote,
    VoteKind,
)
from fieldproof.chain.light.verifier import Refusal, RefusedHeaderError, verify_light_block

__all__ = [
    "BlockId",
    "Commit",
    "ConsensusRpc",
    "Header",
    "LightBlock",
    "LightClientContract",
    "Refusal",
    "RefusedHeaderError",
    "TrustSettings",
    "TrustedHeader",
    "Validator",
    "Vote",
    "VoteKind",
    "encode_creation",
    "encode_update",
    "find_block",
    "follow",
    "trace",
    "verify_light_block",
]
