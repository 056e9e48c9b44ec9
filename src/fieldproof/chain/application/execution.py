"""Driving the execution client: blocks to execute, heads to set, and to give back what it lost."""

import asyncio

import structlog

from fieldproof.chain.application.engine import EngineClient, PayloadStatus, Verdict
from fieldproof.chain.application.payload import Attributes, DecidedBlock, Payload
from fieldproof.chain.application.reading import read_candidates, read_records
from fieldproof.chain.application.rounds import Record
from fieldproof.chain.application.state import State
from fieldproof.chain.application.store import ApplicationStore
from fieldproof.chain.commitment import Member
from fieldproof.chain.contracts import STAKING, load_contract
from fieldproof.chain.errors import EngineError, ExecutionLostError, InvalidPayloadError

SYNCING_PAUSE_S = 0.1
"""Between two questions to a client that does not know a block's parent yet."""

REPLAY_HEAD_EVERY = 32
"""Blocks between two heads while replaying: after 128 without one, geth says for ever that it syncs."""

LOST_AFTER_TRIES = 10
"""Times that a client which has a block's parent is asked to take the block."""

_UNKNOWN = (PayloadStatus.SYNCING, PayloadStatus.ACCEPTED)
"""The client lacks the parent, or the parent's state."""

_REMEMBERED = "links to previously rejected block"
"""Geth's word for a block that it does not execute again: rightly, or because it was at odds with itself."""

_log = structlog.get_logger()


class Execution:
    """One execution client, fed from one application's store."""

    def __init__(self, engine: EngineClient, store: ApplicationStore, genesis_hash: bytes) -> None:
        self._engine = engine
        self._store = store
        self._genesis_hash = genesis_hash

    async def check(self, payload: Payload, beacon_root: bytes, within_s: float) -> str | None:
        """Have a proposed block executed; return what is wrong with it, None if nothing.

        A client that lacks the parent is given what it lost, for `within_s` seconds: unseen is not accepted.
        What a client answers with an error instead of a verdict (geth does where execution requests are empty
        or out of order) is the proposer's doing as well: it must not end those who check it.
        """
        try:
            async with asyncio.timeout(within_s):
                verdict = await self._execute(DecidedBlock(payload, beacon_root))
        except TimeoutError:
            return "the execution client is still syncing"
        except ExecutionLostError:
            raise
        except EngineError as failure:
            return str(failure)
        return None if verdict.status is PayloadStatus.VALID else verdict.error or verdict.status

    async def apply(self, block: DecidedBlock) -> None:
        """Execute a decided block and make it the head; `InvalidPayloadError` if it does not execute."""
        number = block.payload.number
        while True:
            verdict = await self._execute(block)
            _check_valid(number, verdict)
            head = await self._engine.set_head(block.payload.block_hash)
            if head.status is PayloadStatus.INVALID:
                raise InvalidPayloadError(f"decided block {number} cannot be the head: {head.error}")
            if head.status is PayloadStatus.VALID and await self._engine.get_head_number() >= number:
                return
            # It was killed after it had executed the block.
            await self.catch_up(number - 1)
            await asyncio.sleep(SYNCING_PAUSE_S)

    async def build(
        self, parent: State, attributes: Attributes, allowance_s: float, within_s: float
    ) -> Payload | None:
        """Return a block built in `allowance_s` seconds on what `parent` left.

        None if the client does not know the parent, and cannot be given it in `within_s` seconds. It is never
        told of a head that it lacks: geth would fetch states from its peers, and where that fails call blocks
        invalid for as long as it runs.
        """
        for _ in range(2):
            # Geth asks its peers for a head that it does not know: it would get them from two sides.
            if await self._engine.get_block_hash(parent.height) == parent.execution_hash:
                verdict = await self._engine.set_head(parent.execution_hash, attributes)
                if verdict.payload_id is not None:
                    await asyncio.sleep(allowance_s)
                    return await self._engine.get_payload(verdict.payload_id)
            try:
                async with asyncio.timeout(within_s):
                    await self.catch_up(parent.height)
            except TimeoutError:
                break
        return None

    async def start(self, height: int) -> None:
        """Give the client back what it lost; `ExecutionLostError` if it cannot be read at this height.

        It may be far ahead of an application whose file is older: the blocks that come again are read with
        states that geth keeps of the last 128 blocks only.
        """
        await self.catch_up(height)
        last = self._store.get_block(height)
        block_hash = self._genesis_hash if last is None else last.payload.block_hash
        count = load_contract("Staking").functions["getCandidateCount"]
        try:
            await self._engine.call(STAKING, count.encode_call(), block_hash)
        except EngineError as failure:
            raise ExecutionLostError(f"no state of block {height}: {failure}") from failure

    async def catch_up(self, height: int) -> None:
        """Give the client back what it lacks up to a height: from the store, or from its peers."""
        while not await self._try_catch_up(height):
            await asyncio.sleep(SYNCING_PAUSE_S)

    async def _try_catch_up(self, height: int) -> bool:
        """Return whether the client has the block of the height as its head, or behind it."""
        first = self._store.get_first_block_height() or 1
        known = min(await self._engine.get_head_number(), height)
        while known >= first and not await self._holds(known):
            known -= 1
        if first <= known + 1:
            await self._replay(known, height)
        last = self._store.get_block(height)
        if last is not None:
            # A head that geth has never heard of starts no sync.
            await self._engine.submit_payload(last.payload, last.beacon_root)
        target = self._genesis_hash if last is None else last.payload.block_hash
        verdict = await self._engine.set_head(target)
        return verdict.status not in _UNKNOWN

    async def read_candidates(self, block_hash: bytes) -> tuple[Member, ...]:
        """Return all candidates as they stand after a block."""
        return await read_candidates(self._engine, block_hash)

    async def read_records(self, block_hash: bytes) -> tuple[Record, ...]:
        """Return the beacon's events of a block, in order."""
        return await read_records(self._engine, block_hash)

    async def _execute(self, block: DecidedBlock) -> Verdict:
        """Have a block executed that follows the last one of the store."""
        verdict = await self._engine.submit_payload(block.payload, block.beacon_root)
        if verdict.status in _UNKNOWN:
            await self.catch_up(block.payload.number - 1)
            verdict = await self._submit(block)
        return verdict

    async def _replay(self, known: int, last: int) -> None:
        """Give the client the blocks from the one that it has on."""
        parent = self._store.get_block(known)
        # Geth that was killed takes no head above its own before it has heard that one.
        await self._engine.set_head(parent.payload.block_hash if parent else self._genesis_hash)
        if known < last:
            _log.info("replaying blocks into the execution client", first=known + 1, last=last)
        for height in range(known + 1, last + 1):
            block = self._store.get_block(height)
            if block is None:
                raise LookupError(f"the store lacks block {height} between those it has: this is a bug")
            verdict = await self._submit(block)
            if verdict.status is not PayloadStatus.VALID:
                # It was valid when this node decided it.
                raise ExecutionLostError(f"the execution client refuses block {height}: {verdict.error}")
            if height % REPLAY_HEAD_EVERY == 0:
                await self._engine.set_head(block.payload.block_hash)

    async def _submit(self, block: DecidedBlock) -> Verdict:
        """Have a block executed whose parent the client has been given; else `ExecutionLostError`.

        A geth that was killed may know blocks whose state it lost: it calls them valid, takes none on top of
        them, and executes them again when they become the head. One that was killed before it wrote any state
        begins at block 0, still has headers of later ones, waits for peers to send the state and takes no
        block from us. Where nobody has that state, it would wait for ever.
        """
        for _ in range(LOST_AFTER_TRIES):
            verdict = await self._engine.submit_payload(block.payload, block.beacon_root)
            if verdict.status not in _UNKNOWN:
                return verdict
            await self._engine.set_head(block.payload.parent_hash)
            await asyncio.sleep(SYNCING_PAUSE_S)
        raise ExecutionLostError("the execution client has a block's parent and still does not take it")

    async def _holds(self, height: int) -> bool:
        block = self._store.get_block(height)
        return block is not None and await self._engine.get_block_hash(height) == block.payload.block_hash


def _check_valid(number: int, verdict: Verdict) -> None:
    """Raise unless a decided block was executed."""
    if verdict.status is PayloadStatus.VALID:
        return
    if verdict.error == _REMEMBERED:
        raise ExecutionLostError(f"the execution client refuses block {number} for what it remembers of it")
    raise InvalidPayloadError(f"decided block {number} does not execute: {verdict.error}")
