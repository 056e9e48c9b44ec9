"""Takes proving jobs from the store, one at a time, and survives being killed at any moment.

A job is leased, the lease renewed while the proof is made, and ended together with the storing of the proof
in one transaction. A worker that dies loses its lease in time and another one starts anew: nothing of a
half-made proof is kept, and a proof is stored once. Paying once is settlement's promise, not this one's.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from fieldproof.core.bell import Bell
from fieldproof.core.clock import Clock
from fieldproof.core.errors import FieldproofError
from fieldproof.protocol import CohortWitness, Statement
from fieldproof.prove.errors import NotYetError
from fieldproof.prove.prover import PreparedCircuit, Proof, Prover, Reached, Verify
from fieldproof.store import Artefact, Job, Jobs

_FIELD_BYTES = 32
_RENEWALS_PER_LEASE = 3


@dataclass(frozen=True, slots=True)
class Work:
    """All that one proof needs."""

    prepared: PreparedCircuit
    statement: Statement
    witness: CohortWitness
    verify: Verify


LoadWork = Callable[[Job], Awaitable[Work | None]]
"""Builds the statement (from the chain) and the witness (from the log) of a job, afresh at each attempt.

None ends the job without a proof: no device of it is left to settle. Raises `NotYetError` where something
else must come first."""


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """How patient a worker is."""

    name: str
    """Told to the store; unique among the workers of a store."""
    lease_ms: int = 60_000
    """How long a job stays with a worker that says nothing."""
    idle_ms: int = 500
    """Longest pause before looking again when there was nothing to do."""
    retry_ms: int = 2_000
    """Pause before the second attempt; doubles with each."""
    longest_retry_ms: int = 60_000
    """Longest pause before another attempt."""
    maximum_attempts: int = 8
    """After so many a job is given up and an operator must look."""
    in_order: bool = False
    """Whether windows of a cohort are proven one after another, as they must be where a proof begins with
    the state that the one before it left."""


class ProverWorker:
    """One worker; several may share a store."""

    def __init__(
        self,
        jobs: Jobs,
        prover: Prover,
        load: LoadWork,
        clock: Clock,
        settings: WorkerSettings,
        *,
        passing: tuple[type[FieldproofError], ...] = (),
        on_proof: Callable[[Job, Proof], None] = lambda _job, _proof: None,
        reached: Reached = lambda _: None,
    ) -> None:
        """`on_proof` is told of each proof after it was stored.

        `passing` are errors that say nothing of the job, such as a chain out of reach: for them no job is
        ever given up.
        """
        self._jobs = jobs
        self._prover = prover
        self._load = load
        self._clock = clock
        self._settings = settings
        self._passing = passing
        self._on_proof = on_proof
        self._reached = reached
        self._bell = Bell()
        self._log = structlog.get_logger("prove.worker").bind(worker=settings.name)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; a job in hand is finished first. A store that fails is tried again."""
        while not stop.is_set():
            try:
                job = await self.process_one()
            except FieldproofError as failure:
                self._log.error("the store fails, trying again", error=str(failure))
                job = None
            if job is None:
                await self._bell.wait(stop, self._settings.idle_ms / 1000)

    def wake(self) -> None:
        """Look for work at once: a window has closed."""
        self._bell.ring()

    async def process_one(self) -> Job | None:
        """Take and finish, or fail, one job; return it, or None when none is due.

        Raises only what the store raises.
        """
        job = await asyncio.to_thread(
            self._jobs.take,
            self._settings.name,
            now_ms=self._clock.now_ms(),
            lease_ms=self._settings.lease_ms,
            in_order=self._settings.in_order,
        )
        if job is None:
            return None
        self._reached("job taken")
        log = self._log.bind(window=job.window, cohort=job.cohort, attempt=job.attempts)
        proving = asyncio.create_task(self._prove(job))
        renewing = asyncio.create_task(self._keep_lease(job))
        try:
            await asyncio.wait({proving, renewing}, return_when=asyncio.FIRST_COMPLETED)
            if not proving.done():
                log.warning("the lease went to another worker")
                return job
            proof = await proving
        except NotYetError as waits:
            await self._postpone(job, str(waits))
            log.debug("a proof waits", reason=str(waits))
            return job
        except FieldproofError as failure:
            await self._fail(job, str(failure), is_passing=isinstance(failure, self._passing))
            log.warning("a proof failed", error=str(failure))
            return job
        except Exception as failure:
            # One job's bug must not keep all others from being proven.
            await self._fail(job, f"bug: {type(failure).__name__}: {failure}")
            log.exception("a bug stopped a proof")
            return job
        finally:
            await _end(proving)
            await _end(renewing)
        if await self._finish(job, proof):
            if proof is None:
                log.info("nothing was left to prove")
            else:
                log.info("proof stored", seconds=round(proof.witness_seconds + proof.proving_seconds, 2))
                self._on_proof(job, proof)
        else:
            log.warning("the lease went to another worker before the proof was stored")
        return job

    async def _prove(self, job: Job) -> Proof | None:
        work = await self._load(job)
        if work is None:
            return None
        return await self._prover.prove(work.prepared, work.statement, work.witness, work.verify)

    async def _keep_lease(self, job: Job) -> None:
        """Renew the lease for as long as it is ours."""
        held = True
        while held:
            await asyncio.sleep(self._settings.lease_ms / 1000 / _RENEWALS_PER_LEASE)
            until = self._clock.now_ms() + self._settings.lease_ms
            held = await asyncio.to_thread(self._jobs.extend, job, self._settings.name, lease_until_ms=until)

    async def _finish(self, job: Job, proof: Proof | None) -> bool:
        artefact = Artefact(
            network_id=job.network_id,
            window=job.window,
            cohort=job.cohort,
            proof=proof.proof if proof else b"",
            public_inputs=b"".join(
                value.to_bytes(_FIELD_BYTES) for value in (proof.public_inputs if proof else ())
            ),
            stored_ms=self._clock.now_ms(),
        )
        self._reached("storing proof")
        return await asyncio.to_thread(self._jobs.finish, job, self._settings.name, artefact)

    async def _postpone(self, job: Job, reason: str) -> None:
        until_ms = self._clock.now_ms() + self._settings.idle_ms
        await asyncio.to_thread(self._jobs.postpone, job, self._settings.name, reason, until_ms=until_ms)

    async def _fail(self, job: Job, error: str, *, is_passing: bool = False) -> None:
        pause_ms = min(self._settings.retry_ms << min(job.attempts - 1, 10), self._settings.longest_retry_ms)
        is_last = not is_passing and job.attempts >= self._settings.maximum_attempts
        retry_at_ms = None if is_last else self._clock.now_ms() + pause_ms
        await asyncio.to_thread(self._jobs.fail, job, self._settings.name, error, retry_at_ms=retry_at_ms)


async def _end(task: "asyncio.Task[Proof | None] | asyncio.Task[None]") -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await task
