"""What a prover needs for a job: the statement from the chain, the witness from the log."""

import asyncio
from collections.abc import Callable, Sequence

from fieldproof.protocol import Calendar, StateLayout, Statement, compute_chain_start
from fieldproof.prove import CohortAssembler, NotYetError, PreparedCircuit, StatementBase, Work
from fieldproof.run.errors import RunError
from fieldproof.run.states import StateReader
from fieldproof.settle import (
    CallRevertedError,
    ChainClient,
    Deployment,
    Posting,
    Registry,
    SettlementContract,
    verify_proof,
)
from fieldproof.store import Job, JobState, Store


class WorkLoader:
    """Loads the jobs of one network; afresh at each attempt, for the chain may have moved."""

    def __init__(
        self,
        *,
        store: Store,
        calendar: Calendar,
        client: ChainClient,
        deployment: Deployment,
        program_id: bytes,
        assembler: CohortAssembler,
        circuit: PreparedCircuit,
        layout: StateLayout | None,
        is_posted: Callable[[Job], bool],
    ) -> None:
        """`layout` is None without state; `is_posted` says whether nothing of a job is left to post."""
        self._store = store
        self._calendar = calendar
        self._client = client
        self._deployment = deployment
        self._program_id = program_id
        self._assembler = assembler
        self._circuit = circuit
        self._is_posted = is_posted
        self._registry = Registry(client, deployment.registry)
        self._settlement = SettlementContract(client, deployment.settlement)
        self._states = StateReader(layout, self._settlement, deployment.first_block) if layout else None

    @property
    def has_state(self) -> bool:
        """Whether a proof begins with the state that the one before it left."""
        return self._states is not None

    async def load(self, job: Job) -> Work | None:
        """Return what the proof of a job needs; None if no device of it is left to settle.

        Why devices are void is stored on the way. Raises `RunError` when the contract would not take the
        posting, before minutes are spent on its proof, and `NotYetError` while the state that it begins with
        is not on the chain, or the chain's time lags behind this machine's.
        """
        if self._states is not None:
            await asyncio.to_thread(self._check_turn, job)
        base = await self._get_base(job)
        devices = {entry.device_number: entry for entry in self._store.devices.get_devices(job.network_id)}
        assembled = await asyncio.to_thread(self._assembler.assemble, base, devices, self._store.log)
        if assembled is None:
            return None
        await self._check_statement(assembled.statement)
        if assembled.voids:
            await asyncio.to_thread(self._store.windows.put_voids, assembled.voids)
        return Work(self._circuit, assembled.statement, assembled.witness, self._verify)

    def _check_turn(self, job: Job) -> None:
        """Raise `NotYetError` unless the window before this one is settled as far as it will be here."""
        entries = self._store.jobs.get_jobs(job.network_id)
        earlier = [
            entry
            for entry in entries
            if entry.job.cohort == job.cohort
            and entry.job.window < job.window
            and entry.state is not JobState.GIVEN_UP
        ]
        # Windows of a cohort are posted in rising order: where the last one is, all are.
        if earlier and not (earlier[-1].state is JobState.DONE and self._is_posted(earlier[-1].job)):
            raise NotYetError(f"window {earlier[-1].job.window} of cohort {job.cohort} is not posted yet")

    async def _verify(self, proof: bytes, public_inputs: Sequence[int]) -> bool:
        return await verify_proof(self._client, self._deployment.verifier, proof, public_inputs)

    async def _get_base(self, job: Job) -> StatementBase:
        snapshot = await self._registry.get_cohort(job.cohort, job.window)
        progress = await self._settlement.get_progress(job.cohort)
        chain_id, registry = self._deployment.chain_id, self._deployment.registry
        words = () if self._states is None else await self._states.get_words(job.cohort, progress)
        return StatementBase(
            network_id=job.network_id,
            program_id=self._program_id,
            cohort=job.cohort,
            window=job.window,
            starts_at=self._calendar.compute_start_ms(job.window) // 1000,
            key_commitment=snapshot.commitment,
            count=snapshot.count,
            active=snapshot.active,
            settled=progress.settled if progress.next_window == job.window + 1 else 0,
            previous_state=progress.state_root,
            previous_words=words,
            chain_start=compute_chain_start(chain_id, registry, job.cohort),
        )

    async def _check_statement(self, statement: Statement) -> None:
        try:
            expected = await self._settlement.get_statement(Posting.from_statement(statement))
        except CallRevertedError as error:
            if error.name == "SettlementTooEarly":
                # Blocks' times lag behind this machine's, by up to a block.
                raise NotYetError(error.reason) from error
            raise RunError(f"the contract would refuse this posting now: {error}") from error
        if expected != statement.to_fields():
            raise RunError("bug: the contract builds another statement than the prover")
