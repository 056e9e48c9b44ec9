"""A node that begins from another's snapshot, after attempts that come to nothing."""

import random

from chain.harness.grammar import expand
from chain.harness.ledger import Ledger
from chain.harness.node import Node
from fieldproof.chain.messages.tendermint.abci import types_pb2 as abci

OFFER = abci.ResponseOfferSnapshot
APPLY = abci.ResponseApplySnapshotChunk


class _Attempts:
    """How often it is tried in vain: the number of chunks is the snapshot's own."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def count(self, first: str, least: int, most: int | None) -> int:
        if first == "state-sync-attempt":
            return self._chance.choice([0, 0, 1, 2])
        return 0 if least == 0 else 1

    def pick(self, number: int) -> int:
        return self._chance.randrange(number)


async def take_snapshot(node: Node, giver: Node, ledger: Ledger, chance: random.Random) -> None:
    """Let a node restore the giver's latest or earlier snapshot."""
    attempts = expand("state-sync", _Attempts(chance)).count("OfferSnapshot") - 1
    listed = await giver.look("ListSnapshots", abci.RequestListSnapshots())
    snapshot = chance.choice(list(listed.snapshots))
    chunks = [await _load(giver, snapshot, index) for index in range(snapshot.chunks)]
    app_hash = ledger.get_app_hash(snapshot.height)
    for _ in range(attempts):
        await _fail(node, snapshot, chunks, app_hash, chance)
    assert await _offer(node, snapshot, app_hash) == OFFER.ACCEPT
    for index, chunk in enumerate(chunks):
        assert (await _apply(node, index, chunk)).result == APPLY.ACCEPT
    assert node.application.state == ledger.states[snapshot.height]
    await node.restore(snapshot.height)


async def _load(giver: Node, snapshot: abci.Snapshot, index: int) -> bytes:
    request = abci.RequestLoadSnapshotChunk(height=snapshot.height, format=snapshot.format, chunk=index)
    return bytes((await giver.look("LoadSnapshotChunk", request)).chunk)


async def _offer(node: Node, snapshot: abci.Snapshot, app_hash: bytes) -> int:
    request = abci.RequestOfferSnapshot(snapshot=snapshot, app_hash=app_hash)
    return int((await node.call("OfferSnapshot", request)).result)


async def _apply(node: Node, index: int, chunk: bytes) -> abci.ResponseApplySnapshotChunk:
    request = abci.RequestApplySnapshotChunk(index=index, chunk=chunk, sender="peer")
    response: abci.ResponseApplySnapshotChunk = await node.call("ApplySnapshotChunk", request)
    return response


async def _fail(
    node: Node, snapshot: abci.Snapshot, chunks: list[bytes], app_hash: bytes, chance: random.Random
) -> None:
    """Offer something that cannot be restored, or stop in the middle."""
    other = abci.Snapshot()
    other.CopyFrom(snapshot)
    match chance.randrange(5):
        case 0:
            other.format += 1
            assert await _offer(node, other, app_hash) == OFFER.REJECT_FORMAT
        case 1:
            other.hash = bytes(32)
            assert await _offer(node, other, app_hash) == OFFER.REJECT
        case 2:
            assert await _offer(node, snapshot, app_hash) == OFFER.ACCEPT
            response = await _apply(node, 0, chunks[0][:-1])
            assert response.result == APPLY.RETRY
            assert list(response.refetch_chunks) == [0]
        case 3:
            assert await _offer(node, snapshot, app_hash) == OFFER.ACCEPT
            for index, chunk in enumerate(chunks[:-1]):
                assert (await _apply(node, index, chunk)).result == APPLY.ACCEPT
        case _:
            assert await _offer(node, snapshot, bytes(32)) == OFFER.ACCEPT
            results = [(await _apply(node, index, chunk)).result for index, chunk in enumerate(chunks)]
            assert results == [APPLY.ACCEPT] * (len(chunks) - 1) + [APPLY.REJECT_SNAPSHOT]
