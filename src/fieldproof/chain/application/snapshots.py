"""Snapshots for state sync: the state after an epoch's first block, with that block, in chunks.

A node that restores one has the application's state from strangers, checked against the hash that a trusted
header carries; the execution client then syncs from its own peers. Epochs before it are not in it.

Not all of a state is in that hash: the pool before the last, seats, seated keys and counts are taken on a
stranger's word. Where it lied, this node comes to another hash than the others, and stops.
"""

import hashlib
from dataclasses import dataclass

from fieldproof.chain.application import codec
from fieldproof.chain.application.payload import DecidedBlock
from fieldproof.chain.application.state import BeaconState, Parameters, State, compute_leaves
from fieldproof.chain.application.store import ApplicationStore, EpochRecord
from fieldproof.chain.commitment import compute_application_hash
from fieldproof.chain.messages.tendermint.abci import types_pb2 as abci
from fieldproof.core.errors import EncodingError

FORMAT = 1
CHUNK_BYTES = 256 * 1024
MAXIMUM_CHUNKS = 1024
"""A snapshot of more is refused: a state has a few megabytes with the largest pool."""

_DIGEST = 32


@dataclass(frozen=True, slots=True)
class Content:
    """What a snapshot carries."""

    state: State
    block: DecidedBlock
    record: EpochRecord


class Snapshots:
    """Those that this node offers, and the one that it may be restoring."""

    def __init__(self, store: ApplicationStore, parameters: Parameters) -> None:
        self._store = store
        self._parameters = parameters
        self._offered: abci.Snapshot | None = None
        self._app_hash = b""
        self._chunks: list[bytes] = []

    def list(self) -> abci.ResponseListSnapshots:
        """Answer which there are."""
        return abci.ResponseListSnapshots(
            snapshots=[_describe(height, content) for height, content in self._store.list_snapshots()]
        )

    def load(self, request: abci.RequestLoadSnapshotChunk) -> abci.ResponseLoadSnapshotChunk:
        """Answer one chunk; empty where there is none."""
        found = dict(self._store.list_snapshots()).get(request.height, b"")
        start = request.chunk * CHUNK_BYTES
        wanted = found[start : start + CHUNK_BYTES] if request.format == FORMAT else b""
        return abci.ResponseLoadSnapshotChunk(chunk=wanted)

    def offer(self, request: abci.RequestOfferSnapshot) -> abci.ResponseOfferSnapshot:
        """Say whether this node restores what a peer offers."""
        snapshot = request.snapshot
        answers = abci.ResponseOfferSnapshot
        if snapshot.format != FORMAT:
            return answers(result=answers.REJECT_FORMAT)
        if not 0 < snapshot.chunks <= MAXIMUM_CHUNKS or len(snapshot.metadata) != snapshot.chunks * _DIGEST:
            return answers(result=answers.REJECT)
        if hashlib.sha256(snapshot.metadata).digest() != snapshot.hash:
            return answers(result=answers.REJECT)
        self._offered, self._app_hash, self._chunks = snapshot, request.app_hash, []
        return answers(result=answers.ACCEPT)

    def apply(
        self, request: abci.RequestApplySnapshotChunk
    ) -> tuple[abci.ResponseApplySnapshotChunk, State | None]:
        """Take the next chunk; with the last one, restore. Whoever sent a wrong chunk is not asked again."""
        answers = abci.ResponseApplySnapshotChunk
        offered = self._offered
        if offered is None or request.index != len(self._chunks):
            return answers(result=answers.ABORT), None
        if len(request.chunk) > CHUNK_BYTES:
            self._offered, self._chunks = None, []
            return answers(result=answers.REJECT_SNAPSHOT, reject_senders=[request.sender]), None
        start = request.index * _DIGEST
        if hashlib.sha256(request.chunk).digest() != offered.metadata[start : start + _DIGEST]:
            response = answers(
                result=answers.RETRY, refetch_chunks=[request.index], reject_senders=[request.sender]
            )
            return response, None
        self._chunks.append(request.chunk)
        if len(self._chunks) < offered.chunks:
            return answers(result=answers.ACCEPT), None
        content = self._decode(b"".join(self._chunks), offered.height)
        self._offered, self._chunks = None, []
        if content is None:
            return answers(result=answers.REJECT_SNAPSHOT), None
        self._store.restore(content.state, content.block, content.record)
        return answers(result=answers.ACCEPT), content.state

    def _decode(self, data: bytes, height: int) -> Content | None:
        """Return what the chunks say, if it is what the trusted header commits to."""
        try:
            content = codec.decode(Content, data)
        except EncodingError:
            return None
        leaves = compute_leaves(self._parameters, content.state).values
        is_trusted = compute_application_hash(leaves) == self._app_hash
        return content if is_trusted and self._is_whole(content, height) else None

    def _is_whole(self, content: Content, height: int) -> bool:
        """Say whether all that follows from what is trusted is as it must be after an epoch's first block."""
        state, payload, record = content.state, content.block.payload, content.record
        return (
            state.height == payload.number == height
            and self._parameters.schedule.get_position(height) == 0
            and (payload.block_hash, payload.time_s) == (state.execution_hash, state.time_s)
            and (state.beacon, state.drawn) == (BeaconState(), None)
            and len(state.proposed) == len(state.pool)
            and record
            == EpochRecord.of_state(self._parameters, state, is_missed=record.is_missed, result=record.result)
        )


def build_snapshot(state: State, block: DecidedBlock, record: EpochRecord) -> bytes:
    """Return the bytes of a snapshot."""
    return codec.encode(Content(state, block, record))


def _describe(height: int, content: bytes) -> abci.Snapshot:
    chunks = [content[start : start + CHUNK_BYTES] for start in range(0, len(content), CHUNK_BYTES)]
    digests = b"".join(hashlib.sha256(chunk).digest() for chunk in chunks)
    return abci.Snapshot(
        height=height,
        format=FORMAT,
        chunks=len(chunks),
        hash=hashlib.sha256(digests).digest(),
        metadata=digests,
    )
