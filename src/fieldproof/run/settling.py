"""The settler's work: post stored proofs in order, credit postings whose deadline is over.

Every step is an intent of the outbox, so that whatever is killed wherever, it happens once.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

import structlog

from fieldproof.core import Bell, Clock, FieldproofError
from fieldproof.protocol import Calendar, NetworkSettings
from fieldproof.protocol.transaction import Inclusion, OutboxEntry, TransactionState
from fieldproof.settle import (
    CallRevertedError,
    ChainClient,
    Deployment,
    EmptyPurseError,
    Posted,
    Posting,
    RpcError,
    SettlementContract,
    Submitter,
    TransactionRevertedError,
)
from fieldproof.store import Artefact, Job, JobState, Store, StoreError

LOOK_EVERY_S = 0.25
"""Longest pause between two looks for proofs to post and postings to credit."""
LOOK_BACK_EVERY_S = 5.0
"""How often the chain is asked whether it still has what was final."""
POSTING_ATTEMPTS = 3
"""Transactions of one posting that may be mined in vain: each costs its gas."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Settled:
    """A posting or crediting that is final."""

    window: int
    cohort: int
    kind: str
    """"post" or "credit"."""
    inclusion: Inclusion


class _Progress(Enum):
    """How far a cohort's window has come."""

    NOT_POSTED = auto()
    POSTED = auto()
    """Its credit waits for the deadline."""
    DONE = auto()


_STOPS_ALL = (RpcError, EmptyPurseError, StoreError)
"""What is not the matter of one cohort: all wait."""
_TOO_EARLY = "SettlementTooEarly"
"""The chain's clock, which moves with its blocks, is behind ours: the posting is tried again."""
_SETTLED = "SettlementAlreadySettled"
"""Another operator settled some of the devices, the others may still be."""


class Settler:
    """Brings one network's proofs onto its chain."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        calendar: Calendar,
        settings: NetworkSettings,
        client: ChainClient,
        deployment: Deployment,
        submitter: Submitter,
        on_settled: Callable[[Settled], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._calendar = calendar
        self._settings = settings
        self._client = client
        self._deployment = deployment
        self._submitter = submitter
        self._contract = SettlementContract(client, deployment.settlement)
        self._on_settled = on_settled
        self._done: set[tuple[int, int]] = set()
        self._lock = asyncio.Lock()
        self._bell = Bell()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set. What the chain or the disk refuses for now is tried again."""
        looked_s = 0.0
        while not stop.is_set():
            try:
                if time.monotonic() - looked_s >= LOOK_BACK_EVERY_S:
                    # A rearrangement may have dropped what was final; the submitter takes it up again.
                    await self._submitter.process()
                    looked_s = time.monotonic()
                await self.settle_due()
            except FieldproofError as error:
                _log.warning("settling waits", error=str(error)[:500])
            await self._bell.wait(stop, LOOK_EVERY_S)

    def wake(self) -> None:
        """Look for what is due at once: a proof was stored."""
        self._bell.ring()

    async def settle_due(self) -> int:
        """Do what can be done now; return how many cohorts' windows wait for something."""
        async with self._lock:
            return await self._settle_jobs()

    def is_posted(self, job: Job) -> bool:
        """Say whether nothing of a job is left to post."""
        if (job.window, job.cohort) in self._done:
            return True
        _, entry = self._find_attempt(job.window, job.cohort)
        return entry is not None and entry.state.is_final

    def _name(self, what: str, window: int, cohort: int) -> str:
        return f"{what}:{self._deployment.network_id.hex()[:16]}:{window}:{cohort}"

    def _find_attempt(self, window: int, cohort: int) -> tuple[str, OutboxEntry | None]:
        """A posting's first attempt that did not fail on the chain, else the last: key and entry."""
        name = self._name("post", window, cohort)
        key, entry = name, self._store.outbox.get_entry(name)
        for attempt in range(2, POSTING_ATTEMPTS + 1):
            if entry is None or entry.state is not TransactionState.REVERTED:
                break
            key = f"{name}:{attempt}"
            entry = self._store.outbox.get_entry(key)
        return key, entry

    async def _settle_jobs(self) -> int:
        waiting = 0
        # Windows of a cohort are posted in rising order: one posted too soon would shut out those before it.
        held_back: set[int] = set()
        for entry in await asyncio.to_thread(self._store.jobs.get_jobs, self._deployment.network_id):
            job = entry.job
            place = (job.window, job.cohort)
            if place in self._done or entry.state is JobState.GIVEN_UP:
                continue
            if entry.state is not JobState.DONE or job.cohort in held_back:
                held_back.add(job.cohort)
                waiting += 1
                continue
            try:
                progress = await self._settle(*place)
            except _STOPS_ALL:
                raise
            except FieldproofError as error:
                # What is wrong with one cohort must not hold up the others.
                _log.error("a cohort waits", window=job.window, cohort=job.cohort, error=str(error)[:500])
                progress = _Progress.NOT_POSTED
            if progress is _Progress.DONE:
                self._done.add(place)
                continue
            waiting += 1
            if progress is _Progress.NOT_POSTED:
                held_back.add(job.cohort)
        return waiting

    async def _settle(self, window: int, cohort: int) -> _Progress:
        artefact = await asyncio.to_thread(
            self._store.artefacts.get_artefact, self._deployment.network_id, window, cohort
        )
        if artefact is None or not artefact.proof:
            return _Progress.DONE
        posting = read_posting(artefact, self._settings.cohort)
        key, known = await asyncio.to_thread(self._find_attempt, window, cohort)
        try:
            inclusion = await self._submitter.submit(
                key, self._contract.build_posting(posting, artefact.proof)
            )
        except (CallRevertedError, TransactionRevertedError) as error:
            if error.reason.startswith(_TOO_EARLY):
                return _Progress.NOT_POSTED
            if (await asyncio.to_thread(self._find_attempt, window, cohort))[0] != key:
                # What came before it in its block changed the outcome: the next attempt shows what now holds.
                _log.warning("posting mined in vain", window=window, cohort=cohort, error=str(error))
                return _Progress.NOT_POSTED
            if isinstance(error, CallRevertedError) and await self._has_moved(posting, artefact):
                _log.warning("the chain has moved on, proving anew", window=window, cohort=cohort)
                job = Job(self._deployment.network_id, window, cohort, attempts=0)
                await asyncio.to_thread(self._store.jobs.reopen, job)
                return _Progress.NOT_POSTED
            # Late, or settled by another operator: what is on the chain stands.
            _log.error("posting refused", window=window, cohort=cohort, error=str(error))
            return _Progress.DONE
        if known is None or known.state is not TransactionState.CONFIRMED:
            self._on_settled(Settled(window, cohort, "post", inclusion))
        if self._settings.settle_s == 0:
            return _Progress.DONE
        due_s = self._calendar.compute_start_ms(window + 1) // 1000 + self._settings.settle_s
        if self._clock.now_ms() <= due_s * 1000:
            return _Progress.POSTED
        try:
            await self._credit(posting, inclusion)
        except CallRevertedError as error:
            if error.reason.startswith(_TOO_EARLY):
                return _Progress.POSTED
            raise
        return _Progress.DONE

    async def _has_moved(self, posting: Posting, artefact: Artefact) -> bool:
        """Say whether a proof is of a statement that the contract no longer makes, but might make another.

        Postings of others settle devices and move states; a rearranged chain takes both back.
        """
        try:
            expected = await self._contract.get_statement(posting)
        except CallRevertedError as error:
            return error.reason.startswith(_SETTLED)
        return expected != _read_words(artefact)

    async def _credit(self, posting: Posting, inclusion: Inclusion) -> None:
        key = self._name("credit", posting.window, posting.cohort)
        known = await asyncio.to_thread(self._store.outbox.get_entry, key)
        posted = await self._find_posted(posting, inclusion)
        if known is None and not await self._contract.is_credit_due(posted):
            return
        try:
            credited = await self._submitter.submit(key, self._contract.build_credit(posted))
        except (CallRevertedError, TransactionRevertedError):
            if await self._contract.is_credit_due(posted):
                raise
            # Anyone may credit, and somebody was first.
            return
        self._on_settled(Settled(posting.window, posting.cohort, "credit", credited))

    async def _find_posted(self, posting: Posting, inclusion: Inclusion) -> Posted:
        number = inclusion.block_number
        for event in await self._contract.get_events(number, number):
            if isinstance(event, Posted) and event.transaction_hash == inclusion.transaction_hash:
                return event
        raise FieldproofError(
            f"the posting of window {posting.window} is not where it was mined: the chain is being rearranged"
        )


def read_posting(artefact: Artefact, capacity: int) -> Posting:
    """Return the operator's part of the statement from the public inputs of a stored proof."""
    words = _read_words(artefact)
    limbs = -(-capacity // 128)
    own = words[8 + 2 * limbs :]
    result_words = -(-capacity // 7)
    return Posting(
        cohort=artefact.cohort,
        window=artefact.window,
        window_root=own[0],
        sealed=sum(word << 128 * i for i, word in enumerate(own[1 : 1 + limbs])),
        next_state=own[1 + limbs],
        result=tuple(own[2 + limbs : 2 + limbs + result_words]),
        state=tuple(own[2 + limbs + result_words :]),
    )


def _read_words(artefact: Artefact) -> tuple[int, ...]:
    data = artefact.public_inputs
    return tuple(int.from_bytes(data[start : start + 32]) for start in range(0, len(data), 32))
