"""A prover's process that ends itself with SIGKILL at a named point.

Called as: proving_process.py STORE CACHE PORT ADDRESS POINT LEASE_MS
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

sys.path.extend([str(Path(__file__).parents[depth]) for depth in (1, 2)])

from fieldproof.core.clock import SystemClock
from fieldproof.prove import (
    Prover,
    ProverWorker,
    Work,
    WorkerSettings,
    ensure,
    ensure_development_string,
)
from fieldproof.store import Job, open_store
from prove.chain import Chain, DeployedVerifier
from prove.cohorts import get_benchmark_sources, make_cohort


async def main(folder: str, cache: str, port: str, address: str, point: str, lease_ms: str) -> None:
    def reached(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    prover = Prover(
        ensure(),
        lambda points: ensure_development_string(points, Path(cache)),
        cache=Path(cache),
        threads=1,
        reached=reached,
    )
    contract = DeployedVerifier(Chain.connect(int(port)), address)

    async def load(job: Job) -> Work:
        prepared = await prover.prepare(get_benchmark_sources(1))
        return Work(prepared, *make_cohort(1).to_protocol(), contract.verify)

    settings = WorkerSettings(name=f"worker {os.getpid()}", lease_ms=int(lease_ms))
    with open_store(Path(folder), role="prover", reached=reached) as store:
        worker = ProverWorker(store.jobs, prover, load, SystemClock(), settings, reached=reached)
        await worker.process_one()
    prover.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
