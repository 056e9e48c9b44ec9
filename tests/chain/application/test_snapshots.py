"""Snapshots: what a node offers, and what it takes from strangers."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chain.application.application_samples import (
    PARAMETERS,
    accuse,
    advance,
    make_genesis,
    make_payload,
    process,
)
from fieldproof.chain.application import codec, snapshots
from fieldproof.chain.application.payload import DecidedBlock
from fieldproof.chain.application.proposals import Proposal, compute_attributes
from fieldproof.chain.application.snapshots import FORMAT, MAXIMUM_CHUNKS, Content, Snapshots, build_snapshot
from fieldproof.chain.application.state import Dealt, State, compute_leaves
from fieldproof.chain.application.store import ApplicationStore, EpochRecord
from fieldproof.chain.application.transition import compute_result
from fieldproof.chain.commitment import compute_application_hash
from fieldproof.chain.messages.tendermint.abci import types_pb2 as abci

OFFER = abci.ResponseOfferSnapshot
APPLY = abci.ResponseApplySnapshotChunk


def compute_hash(state: State) -> bytes:
    return compute_application_hash(compute_leaves(PARAMETERS, state).values)


def make_content(height: int = 13) -> Content:
    """Return what a node that was there keeps of an epoch's first block."""
    before = advance(make_genesis().state, 3)
    before, _ = process(before, misconduct=accuse(before.committee[0]))
    before = advance(before, height - 1)
    proposal = Proposal(height, before.time_s + 1, before.validators[0])
    payload = make_payload(compute_attributes(PARAMETERS, before, proposal, compute_hash(before)), before)
    state, _ = process(before, execution_hash=payload.block_hash, time_s=payload.time_s)
    record = EpochRecord.of_state(
        PARAMETERS, state, is_missed=True, result=compute_result(PARAMETERS, before)
    )
    return Content(state, DecidedBlock(payload, compute_hash(before)), record)


CONTENT = make_content()
TRUSTED = compute_hash(CONTENT.state)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small state has several chunks here."""
    monkeypatch.setattr(snapshots, "CHUNK_BYTES", 1000)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ApplicationStore]:
    store = ApplicationStore.open(tmp_path / "application.sqlite")
    yield store
    store.close()


@pytest.fixture
def restoring(store: ApplicationStore) -> Snapshots:
    return Snapshots(store, PARAMETERS)


def describe(content: Content) -> tuple[abci.Snapshot, list[bytes]]:
    """Return what a peer says of this content, honest or not, and its chunks."""
    data = codec.encode(content)
    chunks = [data[start : start + 1000] for start in range(0, len(data), 1000)]
    metadata = b"".join(hashlib.sha256(chunk).digest() for chunk in chunks)
    digest = hashlib.sha256(metadata).digest()
    height = content.state.height
    return (
        abci.Snapshot(height=height, format=FORMAT, chunks=len(chunks), hash=digest, metadata=metadata),
        chunks,
    )


def offer(restoring: Snapshots, snapshot: abci.Snapshot, app_hash: bytes = TRUSTED) -> int:
    return restoring.offer(abci.RequestOfferSnapshot(snapshot=snapshot, app_hash=app_hash)).result


def apply(restoring: Snapshots, index: int, chunk: bytes) -> tuple[APPLY, State | None]:
    return restoring.apply(abci.RequestApplySnapshotChunk(index=index, chunk=chunk, sender="peer"))


def restore(restoring: Snapshots, content: Content, app_hash: bytes = TRUSTED) -> tuple[int, State | None]:
    """Offer and apply all; return the last answer."""
    snapshot, chunks = describe(content)
    assert offer(restoring, snapshot, app_hash) == OFFER.ACCEPT
    for index, chunk in enumerate(chunks[:-1]):
        assert apply(restoring, index, chunk)[0].result == APPLY.ACCEPT
    response, state = apply(restoring, len(chunks) - 1, chunks[-1])
    return response.result, state


def test_a_node_that_restores_has_the_state_the_block_and_the_record(
    restoring: Snapshots, store: ApplicationStore
) -> None:
    assert restore(restoring, CONTENT) == (APPLY.ACCEPT, CONTENT.state)
    assert store.get_state() == CONTENT.state
    assert store.get_block(13) == CONTENT.block
    assert store.get_record(1) == CONTENT.record


def test_what_one_node_offers_another_takes(restoring: Snapshots, tmp_path: Path) -> None:
    giver = ApplicationStore.open(tmp_path / "giver.sqlite")
    content = build_snapshot(CONTENT.state, CONTENT.block, CONTENT.record)
    giver.save(CONTENT.state, CONTENT.block, CONTENT.record, content)
    offering = Snapshots(giver, PARAMETERS)
    (snapshot,) = offering.list().snapshots
    assert snapshot == describe(CONTENT)[0]
    assert offer(restoring, snapshot) == OFFER.ACCEPT
    state = None
    for index in range(snapshot.chunks):
        request = abci.RequestLoadSnapshotChunk(height=13, format=FORMAT, chunk=index)
        response, state = apply(restoring, index, offering.load(request).chunk)
        assert response.result == APPLY.ACCEPT
    assert state == CONTENT.state


@pytest.mark.parametrize(
    ("height", "form", "chunk"),
    [(12, FORMAT, 0), (13, FORMAT + 1, 0), (13, FORMAT, 99), (2**64 - 1, FORMAT, 2**32 - 1)],
)
def test_a_chunk_that_is_not_there_is_empty(
    store: ApplicationStore, height: int, form: int, chunk: int
) -> None:
    store.save(CONTENT.state, CONTENT.block, CONTENT.record, codec.encode(CONTENT))
    request = abci.RequestLoadSnapshotChunk(height=height, format=form, chunk=chunk)
    assert Snapshots(store, PARAMETERS).load(request).chunk == b""


def test_another_format_is_refused_as_such(restoring: Snapshots) -> None:
    snapshot, _ = describe(CONTENT)
    snapshot.format = FORMAT + 1
    assert offer(restoring, snapshot) == OFFER.REJECT_FORMAT


@pytest.mark.parametrize(
    ("count", "answer"),
    [
        (0, OFFER.REJECT),
        (1, OFFER.ACCEPT),
        (MAXIMUM_CHUNKS, OFFER.ACCEPT),
        (MAXIMUM_CHUNKS + 1, OFFER.REJECT),
    ],
)
def test_a_snapshot_has_from_one_to_the_most_chunks(restoring: Snapshots, count: int, answer: int) -> None:
    metadata = bytes(32 * count)
    digest = hashlib.sha256(metadata).digest()
    snapshot = abci.Snapshot(height=13, format=FORMAT, chunks=count, hash=digest, metadata=metadata)
    assert offer(restoring, snapshot) == answer


@pytest.mark.parametrize("difference", [-32, -1, 1, 32])
def test_metadata_that_are_not_one_digest_for_each_chunk_are_refused(
    restoring: Snapshots, difference: int
) -> None:
    snapshot, _ = describe(CONTENT)
    snapshot.metadata = (snapshot.metadata + bytes(32))[: len(snapshot.metadata) + difference]
    snapshot.hash = hashlib.sha256(snapshot.metadata).digest()
    assert offer(restoring, snapshot) == OFFER.REJECT


def test_metadata_that_are_not_what_the_hash_says_are_refused(restoring: Snapshots) -> None:
    snapshot, _ = describe(CONTENT)
    snapshot.hash = bytes(32)
    assert offer(restoring, snapshot) == OFFER.REJECT


def test_whoever_sent_a_corrupted_chunk_is_not_asked_again_and_the_chunk_is(restoring: Snapshots) -> None:
    snapshot, chunks = describe(CONTENT)
    offer(restoring, snapshot)
    response, _ = apply(restoring, 0, chunks[0])
    for wrong in (b"", chunks[0], chunks[1][:-1] + bytes([chunks[1][-1] ^ 1])):
        response, state = apply(restoring, 1, wrong)
        assert state is None
        assert response.result == APPLY.RETRY
        assert list(response.refetch_chunks) == [1]
        assert list(response.reject_senders) == ["peer"]
    assert apply(restoring, 1, chunks[1])[0].result == APPLY.ACCEPT


def test_a_chunk_larger_than_any_is_refused_before_it_is_kept(restoring: Snapshots) -> None:
    metadata = hashlib.sha256(bytes(1001)).digest()
    digest = hashlib.sha256(metadata).digest()
    snapshot = abci.Snapshot(height=13, format=FORMAT, chunks=1, hash=digest, metadata=metadata)
    offer(restoring, snapshot)
    response, _ = apply(restoring, 0, bytes(1001))
    assert response.result == APPLY.REJECT_SNAPSHOT
    assert list(response.reject_senders) == ["peer"]
    assert apply(restoring, 0, bytes(1000))[0].result == APPLY.ABORT


@pytest.mark.parametrize("index", [0, 2, 5])
def test_a_chunk_out_of_order_ends_the_attempt(restoring: Snapshots, index: int) -> None:
    snapshot, chunks = describe(CONTENT)
    offer(restoring, snapshot)
    apply(restoring, 0, chunks[0])
    assert apply(restoring, index, chunks[1])[0].result == APPLY.ABORT


def test_a_chunk_of_nothing_that_was_offered_ends_the_attempt(restoring: Snapshots) -> None:
    assert apply(restoring, 0, b"")[0].result == APPLY.ABORT


def test_an_attempt_that_was_given_up_leaves_nothing_for_the_next(restoring: Snapshots) -> None:
    snapshot, chunks = describe(CONTENT)
    offer(restoring, snapshot)
    apply(restoring, 0, chunks[0])
    assert restore(restoring, CONTENT) == (APPLY.ACCEPT, CONTENT.state)


def test_a_state_that_the_trusted_hash_does_not_commit_to_is_refused(
    restoring: Snapshots, store: ApplicationStore
) -> None:
    assert restore(restoring, CONTENT, bytes(32)) == (APPLY.REJECT_SNAPSHOT, None)
    assert store.get_state() is None
    assert restore(restoring, CONTENT) == (APPLY.ACCEPT, CONTENT.state)


STATE, BLOCK, RECORD = CONTENT.state, CONTENT.block, CONTENT.record
LIES = {
    "another block": replace(
        CONTENT, block=replace(BLOCK, payload=replace(BLOCK.payload, block_hash=bytes(32)))
    ),
    "a block of another height": replace(
        CONTENT, block=replace(BLOCK, payload=replace(BLOCK.payload, number=12))
    ),
    "a block of another time": replace(
        CONTENT, block=replace(BLOCK, payload=replace(BLOCK.payload, time_s=1))
    ),
    "another time": replace(CONTENT, state=replace(STATE, time_s=1)),
    "a beacon that has begun": replace(
        CONTENT, state=replace(STATE, beacon=replace(STATE.beacon, dealt=(Dealt(0, b""),)))
    ),
    "a draw": replace(CONTENT, state=replace(STATE, drawn=advance(STATE, 24).drawn)),
    "counts of another pool": replace(CONTENT, state=replace(STATE, proposed=(0,))),
    "a record of another epoch": replace(CONTENT, record=replace(RECORD, epoch=2)),
    "a record of another height": replace(CONTENT, record=replace(RECORD, height=25)),
    "a record with other leaves": replace(CONTENT, record=replace(RECORD, leaves=(bytes(32),) * 8)),
    "a record with another committee": replace(CONTENT, record=replace(RECORD, committee=())),
    "a record with another pool": replace(CONTENT, record=replace(RECORD, frozen_pool=())),
    "a record without faults": replace(CONTENT, record=replace(RECORD, faults=())),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_contradicts_the_trusted_part_is_refused(
    restoring: Snapshots, store: ApplicationStore, lie: str
) -> None:
    assert compute_hash(LIES[lie].state) == TRUSTED
    assert restore(restoring, LIES[lie]) == (APPLY.REJECT_SNAPSHOT, None)
    assert store.get_state() is None


def test_a_snapshot_said_to_be_of_another_height_is_refused(restoring: Snapshots) -> None:
    snapshot, chunks = describe(CONTENT)
    snapshot.height = 25
    assert offer(restoring, snapshot) == OFFER.ACCEPT
    results = [apply(restoring, index, chunk)[0].result for index, chunk in enumerate(chunks)]
    assert results[-1] == APPLY.REJECT_SNAPSHOT


def test_a_state_from_the_middle_of_an_epoch_is_refused(restoring: Snapshots) -> None:
    content = make_content(14)
    assert restore(restoring, content, compute_hash(content.state)) == (APPLY.REJECT_SNAPSHOT, None)


def test_chunks_that_are_no_snapshot_are_refused(restoring: Snapshots) -> None:
    chunk = random.Random(2).randbytes(500)
    metadata = hashlib.sha256(chunk).digest()
    digest = hashlib.sha256(metadata).digest()
    snapshot = abci.Snapshot(height=13, format=FORMAT, chunks=1, hash=digest, metadata=metadata)
    offer(restoring, snapshot)
    assert apply(restoring, 0, chunk)[0].result == APPLY.REJECT_SNAPSHOT
