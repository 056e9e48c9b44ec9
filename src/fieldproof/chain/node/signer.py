"""A signer of the consensus key in a process of its own, over CometBFT's protocol for remote signers.

CometBFT listens (`priv_validator_laddr`) and the signer dials. Only a Unix socket is spoken here: it is for
one machine and another user of it; who opens it can ask for signatures, and gets none that contradicts
another. The signer's folder holds the key and what it signed last, in CometBFT's own two files.
"""

import asyncio
from pathlib import Path
from typing import Self

import structlog
from coincurve import PrivateKey
from google.protobuf.message import DecodeError

from fieldproof.chain.errors import NodeError
from fieldproof.chain.messages.framing import frame_message, read_message
from fieldproof.chain.messages.tendermint.crypto.keys_pb2 import PublicKey
from fieldproof.chain.messages.tendermint.privval import types_pb2 as privval
from fieldproof.chain.messages.tendermint.types import types_pb2 as types
from fieldproof.chain.messages.tendermint.types.canonical_pb2 import (
    CanonicalBlockID,
    CanonicalPartSetHeader,
    CanonicalProposal,
    CanonicalVote,
    CanonicalVoteExtension,
)
from fieldproof.chain.node.keys import read_consensus_key
from fieldproof.chain.node.signed import RefusedSignatureError, SignedState, Step
from fieldproof.core.keccak import keccak256
from fieldproof.core.lock import FileHeldError, FileLock

KEY_NAME = "priv_validator_key.json"
STATE_NAME = "priv_validator_state.json"

MAXIMUM_REQUEST_BYTES = 2**20
"""More than a vote with the longest extension."""

DIAL_EVERY_S = 0.2
"""CometBFT waits three seconds for its signer when it starts."""

_STEPS = {
    types.SIGNED_MSG_TYPE_PREVOTE: Step.PREVOTE,
    types.SIGNED_MSG_TYPE_PRECOMMIT: Step.PRECOMMIT,
}
_log = structlog.get_logger()


class Signer:
    """One key for one chain. One process at a time has its folder."""

    def __init__(self, secret: bytes, state: SignedState, chain_id: str, lock: FileLock) -> None:
        self._key = PrivateKey(secret)
        self._state = state
        self._chain_id = chain_id
        self._lock = lock

    @classmethod
    def open(cls, folder: Path, chain_id: str) -> Self:
        """Open a signer's folder; `NodeError` without key and state, or if another process has it."""
        secret = read_consensus_key(folder / KEY_NAME)
        try:
            lock = FileLock(folder / "signer.lock")
        except FileHeldError as failure:
            raise NodeError(f"another signer has this key: {failure}", hint=failure.hint) from failure
        try:
            return cls(secret, SignedState.load(folder / STATE_NAME), chain_id, lock)
        except NodeError:
            lock.release()
            raise

    def close(self) -> None:
        """Let another process have the folder."""
        self._lock.release()

    async def serve(self, socket: Path) -> None:
        """Answer the CometBFT that listens there, and dial again whenever it goes, until cancelled."""
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(socket)
            except OSError:
                await asyncio.sleep(DIAL_EVERY_S)
                continue
            _log.info("signer connected", socket=str(socket))
            try:
                await self._answer_all(reader, writer)
            except (OSError, asyncio.IncompleteReadError, DecodeError, NodeError) as failure:
                _log.warning("signer disconnected", cause=str(failure))
            finally:
                writer.close()
            await asyncio.sleep(DIAL_EVERY_S)

    async def _answer_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (data := await read_message(reader, MAXIMUM_REQUEST_BYTES)) is not None:
            writer.write(frame_message(self.answer(privval.Message.FromString(data))))
            await writer.drain()

    def answer(self, request: privval.Message) -> privval.Message:
        """Answer one request; a refusal is an answer too. `NodeError` for what is no request."""
        kind = request.WhichOneof("sum")
        if kind == "ping_request":
            return privval.Message(ping_response=privval.PingResponse())
        if kind == "pub_key_request":
            return self._show_key(request.pub_key_request)
        if kind == "sign_vote_request":
            return self._sign_vote(request.sign_vote_request)
        if kind == "sign_proposal_request":
            return self._sign_proposal(request.sign_proposal_request)
        raise NodeError(f"CometBFT asks its signer for {kind}")

    def _show_key(self, request: privval.PubKeyRequest) -> privval.Message:
        error = self._find_wrong_chain(request.chain_id)
        key = PublicKey() if error else PublicKey(secp256k1eth=self._key.public_key.format())
        return privval.Message(pub_key_response=privval.PubKeyResponse(pub_key=key, error=error))

    def _sign_vote(self, request: privval.SignVoteRequest) -> privval.Message:
        vote, error = request.vote, self._find_wrong_chain(request.chain_id)
        if error is None:
            try:
                self._fill_vote(vote)
            except RefusedSignatureError as failure:
                error = _report(failure)
        response = privval.SignedVoteResponse(vote=types.Vote() if error else vote, error=error)
        return privval.Message(signed_vote_response=response)

    def _sign_proposal(self, request: privval.SignProposalRequest) -> privval.Message:
        proposal, error = request.proposal, self._find_wrong_chain(request.chain_id)
        if error is None:
            try:
                self._fill_proposal(proposal)
            except RefusedSignatureError as failure:
                error = _report(failure)
        response = privval.SignedProposalResponse(
            proposal=types.Proposal() if error else proposal, error=error
        )
        return privval.Message(signed_proposal_response=response)

    def _find_wrong_chain(self, chain_id: str) -> privval.RemoteSignerError | None:
        if chain_id == self._chain_id:
            return None
        return _report(RefusedSignatureError(f"this key signs for {self._chain_id}, not for {chain_id}"))

    def _fill_vote(self, vote: types.Vote) -> None:
        step = _STEPS.get(vote.type)
        if step is None:
            raise RefusedSignatureError(f"a vote of type {vote.type} is none")
        message = CanonicalVote(
            type=vote.type,
            height=vote.height,
            round=vote.round,
            block_id=_build_block_id(vote.block_id),
            timestamp=vote.timestamp,
            chain_id=self._chain_id,
        )
        signed, signature = self._state.sign(vote.height, vote.round, step, message, self._sign)
        vote.timestamp.CopyFrom(signed.timestamp)
        vote.signature = signature
        if step is Step.PRECOMMIT and message.HasField("block_id"):
            vote.extension_signature = self._sign(frame_message(self._build_extension(vote)))
        elif vote.extension:
            raise RefusedSignatureError("only the precommit of a block has an extension")

    def _fill_proposal(self, proposal: types.Proposal) -> None:
        message = CanonicalProposal(
            type=types.SIGNED_MSG_TYPE_PROPOSAL,
            height=proposal.height,
            round=proposal.round,
            pol_round=proposal.pol_round,
            block_id=_build_block_id(proposal.block_id),
            timestamp=proposal.timestamp,
            chain_id=self._chain_id,
        )
        signed, signature = self._state.sign(
            proposal.height, proposal.round, Step.PROPOSE, message, self._sign
        )
        proposal.timestamp.CopyFrom(signed.timestamp)
        proposal.signature = signature

    def _build_extension(self, vote: types.Vote) -> CanonicalVoteExtension:
        return CanonicalVoteExtension(
            extension=vote.extension, height=vote.height, round=vote.round, chain_id=self._chain_id
        )

    def _sign(self, data: bytes) -> bytes:
        return self._key.sign_recoverable(keccak256(data), hasher=None)


def _build_block_id(block_id: types.BlockID) -> CanonicalBlockID | None:
    """Return what is signed of a block's id; nothing for a vote for no block."""
    parts = block_id.part_set_header
    if not (block_id.hash or parts.total or parts.hash):
        return None
    return CanonicalBlockID(
        hash=block_id.hash, part_set_header=CanonicalPartSetHeader(total=parts.total, hash=parts.hash)
    )


def _report(failure: RefusedSignatureError) -> privval.RemoteSignerError:
    _log.warning("signature refused", cause=str(failure))
    return privval.RemoteSignerError(code=privval.ERRORS_UNKNOWN, description=str(failure))
