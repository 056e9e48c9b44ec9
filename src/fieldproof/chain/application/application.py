"""The application between CometBFT and geth: one answer for each ABCI request.

Blocks are decided in this order: `prepare_proposal` (one node) builds, `process_proposal` (all) checks and
has no effect, `finalize_block` executes, `commit` keeps. Only the last changes what this node knows.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast

import structlog

from fieldproof.chain.application.execution import Execution
from fieldproof.chain.application.genesis import Genesis, parse_genesis
from fieldproof.chain.application.payload import DecidedBlock, Payload
from fieldproof.chain.application.proposals import Proposal, compute_attributes, find_fault
from fieldproof.chain.application.queries import answer_query
from fieldproof.chain.application.snapshots import Snapshots, build_snapshot
from fieldproof.chain.application.state import State, compute_leaves
from fieldproof.chain.application.store import ApplicationStore, EpochRecord
from fieldproof.chain.application.transition import Block, Change, Misconduct, compute_result, process_block
from fieldproof.chain.commitment import FaultKind, Member, compute_application_hash
from fieldproof.chain.errors import StateError
from fieldproof.chain.messages.tendermint.abci import types_pb2 as abci
from fieldproof.chain.messages.tendermint.crypto import keys_pb2
from fieldproof.core.errors import EncodingError

VERSION = "1"
"""Of the application's rules."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Timing:
    """When a proposer builds."""

    interval_s: float = 1.0
    """Least time between two blocks; execution blocks count whole seconds."""
    allowance_s: float = 0.35
    """How long the execution client may build. Asked sooner, it gives an empty block."""
    sync_patience_s: float = 3.0
    """How long an execution client that lacks the parent is waited for, before there is no proposal, or a
    refusal."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A finalized block that waits for its commit."""

    state: State
    app_hash: bytes
    block: DecidedBlock
    record: EpochRecord | None


class Application:
    """One node's application. `state` is what the last committed block left."""

    def __init__(
        self,
        genesis: Genesis,
        store: ApplicationStore,
        execution: Execution,
        timing: Timing,
        wait_until: Callable[[float], Awaitable[None]],
        on_commit: Callable[[State], None],
    ) -> None:
        self._genesis = genesis
        self._parameters = genesis.parameters
        self._store = store
        self._execution = execution
        self._timing = timing
        self._wait_until = wait_until
        self._on_commit = on_commit
        self._snapshots = Snapshots(store, genesis.parameters)
        self.state = store.get_state() or genesis.state
        self._app_hash = self._compute_hash(self.state)
        self._pending: _Pending | None = None

    async def start(self) -> None:
        """Give the execution client what it lost, before CometBFT asks where this node stands."""
        await self._execution.start(self.state.height)
        self._on_commit(self.state)

    async def handle(self, request: abci.Request) -> abci.Response:
        """Answer one request."""
        name = cast(str, request.WhichOneof("value"))
        answer = getattr(self, f"_{name}", None)
        if answer is None:
            return abci.Response(exception=abci.ResponseException(error=f"no such request: {name}"))
        response = await answer(getattr(request, name))
        return abci.Response(**{name: response})

    async def _echo(self, request: abci.RequestEcho) -> abci.ResponseEcho:
        return abci.ResponseEcho(message=request.message)

    async def _flush(self, _: abci.RequestFlush) -> abci.ResponseFlush:
        return abci.ResponseFlush()

    async def _info(self, _: abci.RequestInfo) -> abci.ResponseInfo:
        height = self.state.height
        return abci.ResponseInfo(
            data="fieldproof",
            version=VERSION,
            app_version=int(VERSION),
            last_block_height=height,
            last_block_app_hash=self._app_hash if height else b"",
        )

    async def _init_chain(self, request: abci.RequestInitChain) -> abci.ResponseInitChain:
        if parse_genesis(request.app_state_bytes) != self._genesis:
            raise StateError(
                "CometBFT's genesis is not the application's", hint="Give both the same genesis.json."
            )
        return abci.ResponseInitChain(app_hash=self._app_hash)

    async def _check_tx(self, _: abci.RequestCheckTx) -> abci.ResponseCheckTx:
        return abci.ResponseCheckTx(code=1, log="transactions go to the execution client's JSON-RPC")

    async def _prepare_proposal(self, request: abci.RequestPrepareProposal) -> abci.ResponsePrepareProposal:
        proposal = Proposal(request.height, request.time.seconds, request.proposer_address)
        attributes = compute_attributes(self._parameters, self.state, proposal, self._app_hash)
        slot_s = self.state.time_s + self._timing.interval_s
        await self._wait_until(slot_s - self._timing.allowance_s)
        payload = await self._execution.build(
            self.state, attributes, self._timing.allowance_s, self._timing.sync_patience_s
        )
        if payload is None:
            _log.warning("cannot propose: the execution client is syncing", height=request.height)
            return abci.ResponsePrepareProposal()
        return abci.ResponsePrepareProposal(txs=[payload.encode()])

    async def _process_proposal(self, request: abci.RequestProcessProposal) -> abci.ResponseProcessProposal:
        wrong = await self._find_fault(request)
        if wrong is not None:
            _log.warning("proposal refused", height=request.height, wrong=wrong)
        accepted = (
            abci.ResponseProcessProposal.ACCEPT if wrong is None else abci.ResponseProcessProposal.REJECT
        )
        return abci.ResponseProcessProposal(status=accepted)

    async def _find_fault(self, request: abci.RequestProcessProposal) -> str | None:
        if len(request.txs) != 1:
            return f"{len(request.txs)} payloads instead of one"
        try:
            payload = Payload.decode(request.txs[0])
        except EncodingError as failure:
            return str(failure)
        proposal = Proposal(request.height, request.time.seconds, request.proposer_address)
        wanted = compute_attributes(self._parameters, self.state, proposal, self._app_hash)
        wrong = find_fault(self._parameters, self.state, wanted, payload)
        if wrong is not None:
            return wrong
        return await self._execution.check(payload, self._app_hash, self._timing.sync_patience_s)

    async def _extend_vote(self, _: abci.RequestExtendVote) -> abci.ResponseExtendVote:
        return abci.ResponseExtendVote()

    async def _verify_vote_extension(
        self, _: abci.RequestVerifyVoteExtension
    ) -> abci.ResponseVerifyVoteExtension:
        return abci.ResponseVerifyVoteExtension(status=abci.ResponseVerifyVoteExtension.ACCEPT)

    async def _finalize_block(self, request: abci.RequestFinalizeBlock) -> abci.ResponseFinalizeBlock:
        block = DecidedBlock(Payload.decode(request.txs[0]), self._app_hash)
        await self._execution.apply(block)
        state, changes = process_block(self._parameters, self.state, await self._read(request, block.payload))
        record = None
        if self._parameters.schedule.get_position(request.height) == 0:
            record = self._record_epoch(state)
        app_hash = self._compute_hash(state)
        self._pending = _Pending(state, app_hash, block, record)
        return abci.ResponseFinalizeBlock(
            tx_results=[abci.ExecTxResult(gas_used=block.payload.gas_used)],
            validator_updates=[_describe_change(change) for change in changes],
            app_hash=app_hash,
        )

    async def _read(self, request: abci.RequestFinalizeBlock, payload: Payload) -> Block:
        is_first = self._parameters.schedule.get_position(request.height) == 0
        candidates: tuple[Member, ...] = ()
        if is_first:
            candidates = await self._execution.read_candidates(payload.block_hash)
        return Block(
            height=request.height,
            execution_hash=payload.block_hash,
            time_s=payload.time_s,
            proposer=request.proposer_address,
            misconduct=tuple(
                Misconduct(FaultKind(item.type), item.validator.address) for item in request.misbehavior
            ),
            records=await self._execution.read_records(payload.block_hash),
            candidates=candidates,
        )

    def _record_epoch(self, state: State) -> EpochRecord:
        before = self.state
        return EpochRecord.of_state(
            self._parameters,
            state,
            is_missed=before.drawn is not None and before.drawn.is_missed,
            result=compute_result(self._parameters, before) if before.height else None,
        )

    async def _commit(self, _: abci.RequestCommit) -> abci.ResponseCommit:
        pending = self._pending
        if pending is None:
            raise StateError("CometBFT commits a block that was not finalized: this is a bug")
        state, block, record = pending.state, pending.block, pending.record
        snapshot = b"" if record is None else build_snapshot(state, block, record)
        self._store.save(state, block, record, snapshot)
        self.state, self._app_hash, self._pending = state, pending.app_hash, None
        self._on_commit(self.state)
        return abci.ResponseCommit()

    async def _query(self, request: abci.RequestQuery) -> abci.ResponseQuery:
        return answer_query(self._genesis, self.state, self._store, request)

    async def _list_snapshots(self, _: abci.RequestListSnapshots) -> abci.ResponseListSnapshots:
        return self._snapshots.list()

    async def _load_snapshot_chunk(
        self, request: abci.RequestLoadSnapshotChunk
    ) -> abci.ResponseLoadSnapshotChunk:
        return self._snapshots.load(request)

    async def _offer_snapshot(self, request: abci.RequestOfferSnapshot) -> abci.ResponseOfferSnapshot:
        return self._snapshots.offer(request)

    async def _apply_snapshot_chunk(
        self, request: abci.RequestApplySnapshotChunk
    ) -> abci.ResponseApplySnapshotChunk:
        response, restored = self._snapshots.apply(request)
        if restored is not None:
            self.state = restored
            self._app_hash = self._compute_hash(restored)
        return response

    def _compute_hash(self, state: State) -> bytes:
        return compute_application_hash(compute_leaves(self._parameters, state).values)


def _describe_change(change: Change) -> abci.ValidatorUpdate:
    member = change.member
    key = bytes([member.consensus_prefix]) + member.consensus_x
    return abci.ValidatorUpdate(pub_key=keys_pb2.PublicKey(secp256k1eth=key), power=int(change.is_seated))
