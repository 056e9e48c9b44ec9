"""What a prover needs for a job: the statement from the chain, the witness from the log."""

import asyncio
from collections.abc import Sequence

from fieldproof.protocol import Calendar, Statement, compute_chain_start
from fieldproof.prove import CohortAssembler, PreparedCircuit, StatementBase, Work
from fieldproof.run.errors import RunError
from fieldproof.settle import (
    CallRevertedError,
    ChainClient,
    Deployment,
    Posting,
    Registry,
    SettlementContract,
    verify_proof,
)
from fieldproof.store import Job, Store


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
    ) -> None:
        self._store = store
        self._calendar = calendar
        self._client = client
        self._deployment = deployment
        self._program_id = program_id
        self._assembler = assembler
        self._circuit = circuit
        self._registry = Registry(client, deployment.registry)
        self._settlement = SettlementContract(client, deployment.settlement)

    async def load(self, job: Job) -> Work | None:
        """Return what the proof of a job needs; None if no device of it is left to settle.

        Why devices are void is stored on the way. Raises `RunError` when the contract would not take the
        posting, before minutes are spent on its proof.
        """
        base = await self._get_base(job)
        devices = {entry.device_number: entry for entry in self._store.devices.get_devices(job.network_id)}
        assembled = await asyncio.to_thread(self._assembler.assemble, base, devices, self._store.log)
        if assembled is None:
            return None
        await self._check_statement(assembled.statement)
        if assembled.voids:
            await asyncio.to_thread(self._store.windows.put_voids, assembled.voids)
        return Work(self._circuit, assembled.statement, assembled.witness, self._verify)

    async def _verify(self, proof: bytes, public_inputs: Sequence[int]) -> bool:
        return await verify_proof(self._client, self._deployment.verifier, proof, public_inputs)

    async def _get_base(self, job: Job) -> StatementBase:
        snapshot = await self._registry.get_cohort(job.cohort, job.window)
        progress = await self._settlement.get_progress(job.cohort)
        chain_id, registry = self._deployment.chain_id, self._deployment.registry
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
            chain_start=compute_chain_start(chain_id, registry, job.cohort),
        )

    async def _check_statement(self, statement: Statement) -> None:
        try:
            expected = await self._settlement.get_statement(Posting.from_statement(statement))
        except CallRevertedError as error:
            raise RunError(f"the contract would refuse this posting now: {error}") from error
        if expected != statement.to_fields():
            raise RunError("bug: the contract builds another statement than the prover")
