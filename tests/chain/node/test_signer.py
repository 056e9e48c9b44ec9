"""The signer of a consensus key: what it signs is on the disk first, and nothing contradicts it."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from coincurve import PublicKey

from fieldproof.chain import NodeError, Signer
from fieldproof.chain.messages.framing import frame_message
from fieldproof.chain.messages.tendermint.privval import types_pb2 as privval
from fieldproof.chain.messages.tendermint.types import types_pb2 as types
from fieldproof.chain.messages.tendermint.types.canonical_pb2 import CanonicalVoteExtension
from fieldproof.chain.node import keys
from fieldproof.chain.node.signer import KEY_NAME, STATE_NAME
from fieldproof.core.keccak import keccak256

CHAIN = "signing-1"
SECRET = b"\x11" * 32
BLOCK = types.BlockID(hash=b"\x01" * 32, part_set_header=types.PartSetHeader(total=1, hash=b"\x02" * 32))
OTHER = types.BlockID(hash=b"\x03" * 32, part_set_header=types.PartSetHeader(total=1, hash=b"\x02" * 32))
PREVOTE, PRECOMMIT = types.SIGNED_MSG_TYPE_PREVOTE, types.SIGNED_MSG_TYPE_PRECOMMIT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keys.write_consensus_key(tmp_path / KEY_NAME, SECRET)
    (tmp_path / STATE_NAME).write_text('{"height": "0", "round": 0, "step": 0}')
    return tmp_path


@pytest.fixture
def signer(folder: Path) -> Iterator[Signer]:
    signer = Signer.open(folder, CHAIN)
    yield signer
    signer.close()


def build_vote(
    height: int = 5,
    round_number: int = 1,
    kind: int = PRECOMMIT,
    block: types.BlockID | None = BLOCK,
    seconds: int = 7,
) -> types.Vote:
    vote = types.Vote(type=kind, height=height, round=round_number, block_id=block)  # type: ignore[arg-type]
    vote.timestamp.seconds = seconds
    return vote


def ask_vote(signer: Signer, vote: types.Vote, chain: str = CHAIN) -> privval.SignedVoteResponse:
    request = privval.Message(sign_vote_request=privval.SignVoteRequest(vote=vote, chain_id=chain))
    return signer.answer(request).signed_vote_response


def ask_proposal(signer: Signer, block: types.BlockID, seconds: int = 7) -> privval.SignedProposalResponse:
    proposal = types.Proposal(type=types.SIGNED_MSG_TYPE_PROPOSAL, height=5, round=1, pol_round=-1)
    proposal.block_id.CopyFrom(block)
    proposal.timestamp.seconds = seconds
    request = privval.SignProposalRequest(proposal=proposal, chain_id=CHAIN)
    return signer.answer(privval.Message(sign_proposal_request=request)).signed_proposal_response


def test_the_signature_stands_on_the_disk_under_the_key_that_is_shown(signer: Signer, folder: Path) -> None:
    shown = signer.answer(privval.Message(pub_key_request=privval.PubKeyRequest(chain_id=CHAIN)))
    answer = ask_vote(signer, build_vote())
    state = json.loads((folder / STATE_NAME).read_text())
    assert (state["height"], state["round"], state["step"]) == ("5", 1, 3)
    assert base64.b64decode(state["signature"]) == answer.vote.signature
    digest = keccak256(bytes.fromhex(state["signbytes"]))
    found = PublicKey.from_signature_and_message(answer.vote.signature, digest, hasher=None)
    assert found.format() == shown.pub_key_response.pub_key.secp256k1eth


def test_the_precommit_of_a_block_carries_the_signature_of_its_extension(signer: Signer) -> None:
    signed = ask_vote(signer, build_vote()).vote
    data = frame_message(CanonicalVoteExtension(height=5, round=1, chain_id=CHAIN))
    key = PublicKey.from_signature_and_message(signed.extension_signature, keccak256(data), hasher=None)
    assert key == PublicKey.from_secret(SECRET)
    assert not ask_vote(signer, build_vote(height=6, kind=PREVOTE)).vote.extension_signature
    assert not ask_vote(signer, build_vote(height=6, block=None)).vote.extension_signature


@pytest.mark.parametrize(
    ("vote", "wrong"),
    [
        (build_vote(block=OTHER), "other content"),
        (build_vote(block=None), "other content"),
        (build_vote(kind=PREVOTE), "comes before height 5, round 1, precommit"),
        (build_vote(round_number=0), "comes before"),
        (build_vote(height=4, round_number=9), "comes before"),
        (build_vote(kind=types.SIGNED_MSG_TYPE_PROPOSAL, height=6), "is none"),
    ],
)
@pytest.mark.parametrize("is_restarted", [False, True])
def test_nothing_that_contradicts_a_signature_is_signed(
    signer: Signer, folder: Path, vote: types.Vote, wrong: str, is_restarted: bool
) -> None:
    ask_vote(signer, build_vote())
    before = (folder / STATE_NAME).read_bytes()
    if is_restarted:
        signer.close()
        signer = Signer.open(folder, CHAIN)
    answer = ask_vote(signer, vote)
    assert wrong in answer.error.description
    assert not answer.vote.signature
    assert (folder / STATE_NAME).read_bytes() == before


def test_what_differs_in_time_alone_gets_the_first_time_and_signature(signer: Signer) -> None:
    first = ask_vote(signer, build_vote())
    again = ask_vote(signer, build_vote(seconds=8))
    assert again.vote.timestamp.seconds == 7
    assert again.vote.signature == first.vote.signature
    assert ask_vote(signer, build_vote(round_number=2, seconds=8)).vote.signature != first.vote.signature


def test_a_proposal_is_signed_once_and_before_the_votes_of_its_round(signer: Signer) -> None:
    first = ask_proposal(signer, BLOCK)
    assert ask_proposal(signer, BLOCK, seconds=9).proposal == first.proposal
    assert "other content" in ask_proposal(signer, OTHER).error.description
    ask_vote(signer, build_vote(kind=PREVOTE))
    assert "comes before" in ask_proposal(signer, BLOCK).error.description


def test_another_chain_gets_neither_key_nor_signature(signer: Signer) -> None:
    shown = signer.answer(privval.Message(pub_key_request=privval.PubKeyRequest(chain_id="other-1")))
    assert "signs for signing-1" in shown.pub_key_response.error.description
    assert not shown.pub_key_response.pub_key.WhichOneof("sum")
    assert ask_vote(signer, build_vote(), "other-1").error.description
    assert not ask_vote(signer, build_vote(), "other-1").vote.signature


def test_a_key_without_its_last_signature_is_not_used(folder: Path) -> None:
    (folder / STATE_NAME).unlink()
    for _ in range(2):
        with pytest.raises(NodeError, match="does not say what the key signed last"):
            Signer.open(folder, CHAIN)
    (folder / STATE_NAME).write_text('{"height": "5", "rou')
    with pytest.raises(NodeError, match="does not say what the key signed last"):
        Signer.open(folder, CHAIN)


def test_a_state_without_content_repeats_nothing(folder: Path) -> None:
    (folder / STATE_NAME).write_text('{"height": "5", "round": 1, "step": 3}')
    signer = Signer.open(folder, CHAIN)
    assert "other content" in ask_vote(signer, build_vote()).error.description
    assert ask_vote(signer, build_vote(height=6)).vote.signature


@pytest.mark.usefixtures("signer")
def test_two_signers_do_not_have_one_folder(folder: Path) -> None:
    with pytest.raises(NodeError, match="another signer has this key"):
        Signer.open(folder, CHAIN)


def test_what_is_no_request_is_not_answered(signer: Signer) -> None:
    with pytest.raises(NodeError, match="asks its signer for ping_response"):
        signer.answer(privval.Message(ping_response=privval.PingResponse()))
