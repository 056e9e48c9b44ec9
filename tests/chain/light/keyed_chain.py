"""A chain whose committees are keys of these tests, to be signed and bent at will."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from coincurve import PrivateKey

from fieldproof.chain.light import (
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
from fieldproof.chain.light.encoding import compute_header_hash, compute_validators_hash, encode_vote
from fieldproof.chain.messages.tendermint.types.types_pb2 import SignedMsgType
from fieldproof.core.keccak import keccak256
from fieldproof.core.signatures import compute_address

START_S = 1_700_000_000
SETTINGS = TrustSettings("fieldproof-31337", trusting_period_s=86_400, maximum_drift_s=10)
PRECOMMIT = SignedMsgType.SIGNED_MSG_TYPE_PRECOMMIT


def digest(*parts: object) -> bytes:
    return hashlib.sha256(repr(parts).encode()).digest()


def make_committee(name: str, size: int) -> list[PrivateKey]:
    """Keys in CometBFT's order, by address."""
    keys = [PrivateKey(digest("key", name, number)) for number in range(size)]
    return sorted(keys, key=lambda key: compute_address(key.public_key.point()))


def make_validators(committee: Sequence[PrivateKey], power: int = 1) -> tuple[Validator, ...]:
    return tuple(Validator(key.public_key.format(), power) for key in committee)


def make_header(
    height: int, committee: Sequence[PrivateKey], following: Sequence[PrivateKey] | None = None
) -> Header:
    """A header that `committee` signs, a second after the one before."""
    next_validators = make_validators(committee if following is None else following)
    return Header(
        block_version=11,
        application_version=1,
        chain_id=SETTINGS.chain_id,
        height=height,
        time_ns=(START_S + height) * 10**9 + 500,
        last_block_id=BlockId(digest("last", height), 1, digest("last parts", height)),
        last_commit_hash=digest("last commit", height),
        data_hash=digest("data", height),
        validators_hash=compute_validators_hash(make_validators(committee)),
        next_validators_hash=compute_validators_hash(next_validators),
        consensus_hash=digest("consensus"),
        app_hash=digest("application", height),
        last_results_hash=digest("results", height),
        evidence_hash=digest("evidence", height),
        proposer=digest("proposer", height)[:20],
    )


def sign(
    header: Header,
    committee: Sequence[PrivateKey],
    *,
    kinds: Sequence[VoteKind] = (),
    vote_type: SignedMsgType = PRECOMMIT,
    chain_id: str = SETTINGS.chain_id,
    block_id: BlockId | None = None,
    validators: tuple[Validator, ...] | None = None,
) -> LightBlock:
    """The block of a header that `committee` signed; members vote for it unless `kinds` says otherwise."""
    block_id = block_id or BlockId(compute_header_hash(header), 3, digest("parts", header.height))
    commit = Commit(header.height, 0, block_id, ())
    votes = []
    for number, key in enumerate(committee):
        kind = kinds[number] if kinds else VoteKind.COMMIT
        vote = Vote(kind, (START_S + header.height) * 10**9 + number * 1000, b"")
        if kind is not VoteKind.ABSENT:
            message = keccak256(encode_vote(chain_id, commit, vote, vote_type))
            vote = replace(vote, signature=key.sign_recoverable(message, hasher=None))
        votes.append(vote)
    given = make_validators(committee) if validators is None else validators
    return LightBlock(header, replace(commit, votes=tuple(votes)), given)


def trust(committee: Sequence[PrivateKey], height: int = 1) -> TrustedHeader:
    """A trusted header that names `committee` as next."""
    return TrustedHeader.of(make_header(height, committee))


def change_signature(block: LightBlock, place: int, change: Callable[[bytes], bytes]) -> LightBlock:
    """Return the block with one signature changed."""
    votes = list(block.commit.votes)
    votes[place] = replace(votes[place], signature=change(votes[place].signature))
    return replace(block, commit=replace(block.commit, votes=tuple(votes)))
