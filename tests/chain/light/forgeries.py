"""Blocks that no light client may take, each with the reason in Python and the contract's error."""

from dataclasses import dataclass, replace

from fieldproof.chain.light import BlockId, LightBlock, Refusal, VoteKind
from fieldproof.chain.messages.tendermint.types.types_pb2 import SignedMsgType
from fieldproof.core.curves import SECP256K1

from .keyed_chain import change_signature, digest, make_committee, make_header, sign, trust

COMMITTEE = make_committee("first", 4)
OTHERS = make_committee("second", 4)
TRUSTED = trust(COMMITTEE, 5)
HEADER = make_header(9, COMMITTEE, OTHERS)
GOOD = sign(HEADER, COMMITTEE)
NOW_S = HEADER.time_ns // 10**9


@dataclass(frozen=True)
class Forgery:
    """A block, why Python refuses it, how the contract calls that, and when it is brought."""

    block: LightBlock
    refusal: Refusal
    error: str
    now_s: int = NOW_S


def take_vote(block: LightBlock) -> LightBlock:
    """Call every vote one for the block."""
    votes = tuple(replace(vote, kind=VoteKind.COMMIT) for vote in block.commit.votes)
    return replace(block, commit=replace(block.commit, votes=votes))


def raise_s(signature: bytes) -> bytes:
    """Return the twin of a signature that anyone can make."""
    s = SECP256K1.order - int.from_bytes(signature[32:64])
    return signature[:32] + s.to_bytes(32) + bytes([1 - signature[64]])


def make_forgeries() -> dict[str, Forgery]:
    signature, validators = "CometCommitWrongSignature", "LightClientWrongValidators"
    nil, absent, commit = VoteKind.NIL, VoteKind.ABSENT, VoteKind.COMMIT
    prevote = SignedMsgType.SIGNED_MSG_TYPE_PREVOTE
    return {
        "prevotes": Forgery(sign(HEADER, COMMITTEE, vote_type=prevote), Refusal.WRONG_SIGNATURE, signature),
        "votes for another chain": Forgery(
            sign(HEADER, COMMITTEE, chain_id="fieldproof-31338"), Refusal.WRONG_SIGNATURE, signature
        ),
        "a header of another chain": Forgery(
            sign(replace(HEADER, chain_id="fieldproof-31338"), COMMITTEE), Refusal.OTHER_CHAIN, signature
        ),
        "a vote for nil in a place for votes": Forgery(
            take_vote(sign(HEADER, COMMITTEE, kinds=[nil] * 4)), Refusal.WRONG_SIGNATURE, signature
        ),
        "votes for nil": Forgery(
            sign(HEADER, COMMITTEE, kinds=[commit, commit, nil, nil]),
            Refusal.TOO_FEW_SIGNERS,
            "LightClientTooFewSigners",
        ),
        "absent members": Forgery(
            sign(HEADER, COMMITTEE, kinds=[absent, commit, absent, commit]),
            Refusal.TOO_FEW_SIGNERS,
            "LightClientTooFewSigners",
        ),
        "an old height": Forgery(
            sign(replace(HEADER, height=5), COMMITTEE),
            Refusal.HEIGHT_NOT_RISING,
            "LightClientHeightNotRising",
        ),
        "an old time": Forgery(
            sign(replace(HEADER, time_ns=TRUSTED.time_ns), COMMITTEE),
            Refusal.TIME_NOT_RISING,
            "LightClientTimeNotRising",
        ),
        "another committee": Forgery(
            sign(make_header(9, OTHERS), OTHERS), Refusal.WRONG_VALIDATORS, signature
        ),
        "another committee under the right name": Forgery(
            sign(HEADER, OTHERS), Refusal.WRONG_VALIDATORS, validators
        ),
        "a member left out": Forgery(sign(HEADER, COMMITTEE[:3]), Refusal.WRONG_VALIDATORS, validators),
        "a member twice": Forgery(
            sign(HEADER, [*COMMITTEE[:2], *COMMITTEE[1:3]]), Refusal.WRONG_VALIDATORS, "CometCommitWrongOrder"
        ),
        "another order": Forgery(
            sign(HEADER, COMMITTEE[::-1]), Refusal.WRONG_VALIDATORS, "CometCommitWrongOrder"
        ),
        "another block": Forgery(
            sign(HEADER, COMMITTEE, block_id=BlockId(digest("other"), 1, digest("parts"))),
            Refusal.OTHER_BLOCK,
            signature,
        ),
        "another round": Forgery(
            replace(GOOD, commit=replace(GOOD.commit, round=1)), Refusal.WRONG_SIGNATURE, signature
        ),
        "a high s": Forgery(change_signature(GOOD, 0, raise_s), Refusal.HIGH_S, "ECDSAInvalidSignatureS"),
        "the other key of a signature": Forgery(
            change_signature(GOOD, 0, lambda data: data[:64] + bytes([1 - data[64]])),
            Refusal.WRONG_SIGNATURE,
            signature,
        ),
        "a key that a signature cannot name": Forgery(
            change_signature(GOOD, 0, lambda data: data[:64] + b"\x02"),
            Refusal.WRONG_SIGNATURE,
            "ECDSAInvalidSignature",
        ),
        "a signature of nobody": Forgery(
            change_signature(GOOD, 0, lambda data: bytes(32) + data[32:]),
            Refusal.WRONG_SIGNATURE,
            "ECDSAInvalidSignature",
        ),
        "another's signature": Forgery(
            change_signature(GOOD, 1, lambda _: GOOD.commit.votes[0].signature),
            Refusal.WRONG_SIGNATURE,
            signature,
        ),
        "an expired trust": Forgery(
            GOOD, Refusal.EXPIRED, "LightClientExpired", TRUSTED.time_ns // 10**9 + 86_400
        ),
        "a header from the future": Forgery(
            GOOD, Refusal.FROM_THE_FUTURE, "LightClientFromTheFuture", NOW_S - 10
        ),
    }


FORGERIES = make_forgeries()
