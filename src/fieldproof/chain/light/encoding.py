"""The bytes that CometBFT hashes and signs, made with its own messages.

Source: CometBFT 0.40.0, types/block.go (`Header.Hash`), types/validator.go, types/canonical.go,
crypto/merkle. Zero fields are left out, as Protocol Buffers do; messages that CometBFT holds by value are
there even when empty.
"""

import hashlib
from collections.abc import Sequence

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.protobuf.wrappers_pb2 import BytesValue, Int64Value, StringValue

from fieldproof.chain.light.values import NANOSECONDS, BlockId, Commit, Header, Validator, Vote, VoteKind
from fieldproof.chain.messages.framing import frame_message
from fieldproof.chain.messages.tendermint.crypto.keys_pb2 import PublicKey
from fieldproof.chain.messages.tendermint.types.canonical_pb2 import (
    CanonicalBlockID,
    CanonicalPartSetHeader,
    CanonicalVote,
)
from fieldproof.chain.messages.tendermint.types.types_pb2 import BlockID, PartSetHeader, SignedMsgType
from fieldproof.chain.messages.tendermint.types.validator_pb2 import SimpleValidator
from fieldproof.chain.messages.tendermint.version.types_pb2 import Consensus

_LEAF = b"\x00"
_NODE = b"\x01"


def encode_header_fields(header: Header) -> tuple[bytes, ...]:
    """Return the fourteen leaves of a header's tree before they are hashed."""
    last = header.last_block_id
    parts = PartSetHeader(total=last.part_count, hash=last.parts_hash)
    hashes = (
        header.last_commit_hash,
        header.data_hash,
        header.validators_hash,
        header.next_validators_hash,
        header.consensus_hash,
        header.app_hash,
        header.last_results_hash,
        header.evidence_hash,
        header.proposer,
    )
    messages: list[Message] = [
        Consensus(block=header.block_version, app=header.application_version),
        StringValue(value=header.chain_id),
        Int64Value(value=header.height),
        build_timestamp(header.time_ns),
        BlockID(hash=last.hash, part_set_header=parts),
        *(BytesValue(value=value) for value in hashes),
    ]
    return tuple(message.SerializeToString(deterministic=True) for message in messages)


def compute_header_hash(header: Header) -> bytes:
    """Return what a block id names a header by."""
    return compute_merkle_root(encode_header_fields(header))


def compute_validators_hash(validators: Sequence[Validator]) -> bytes:
    """Return what a header names a set of validators by."""
    return compute_merkle_root(
        [
            SimpleValidator(
                pub_key=PublicKey(secp256k1eth=validator.key), voting_power=validator.power
            ).SerializeToString(deterministic=True)
            for validator in validators
        ]
    )


def encode_vote(
    chain_id: str,
    commit: Commit,
    vote: Vote,
    kind: SignedMsgType = SignedMsgType.SIGNED_MSG_TYPE_PRECOMMIT,
) -> bytes:
    """Return the bytes that a validator signed, by Keccak-256 of them, with a vote that is not absent."""
    block_id = None if vote.kind is VoteKind.NIL else _build_canonical(commit.block_id)
    message = CanonicalVote(
        type=kind,
        height=commit.height,
        round=commit.round,
        block_id=block_id,
        timestamp=build_timestamp(vote.time_ns),
        chain_id=chain_id,
    )
    return frame_message(message)


def build_timestamp(time_ns: int) -> Timestamp:
    """Return a time as messages carry it."""
    seconds, nanos = divmod(time_ns, NANOSECONDS)
    return Timestamp(seconds=seconds, nanos=nanos)


def compute_merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root of RFC 6962's tree with SHA-256."""
    return combine_hashes([hash_leaf(leaf) for leaf in leaves])


def combine_hashes(hashes: Sequence[bytes]) -> bytes:
    """Return the root over the hashes of leaves; a tree splits at the largest power of two below its size."""
    if not hashes:
        return hashlib.sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(_NODE + combine_hashes(hashes[:split]) + combine_hashes(hashes[split:])).digest()


def hash_leaf(leaf: bytes) -> bytes:
    """Return the hash of one leaf."""
    return hashlib.sha256(_LEAF + leaf).digest()


def _build_canonical(block_id: BlockId) -> CanonicalBlockID:
    parts = CanonicalPartSetHeader(total=block_id.part_count, hash=block_id.parts_hash)
    return CanonicalBlockID(hash=block_id.hash, part_set_header=parts)
