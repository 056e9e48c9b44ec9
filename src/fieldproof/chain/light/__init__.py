"""A light client of the chain: its rules in Python, and what brings updates to its contract elsewhere."""

from fieldproof.chain.light.contract import LightClientContract, encode_creation, encode_update
from fieldproof.chain.light.follow import find_block, follow
from fieldproof.chain.light.history import History
from fieldproof.chain.light.reading import read_header, read_light_block
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
    "Header",
    "History",
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
    "read_header",
    "read_light_block",
    "verify_light_block",
]
