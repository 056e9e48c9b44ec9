"""Proves the benchmark twin at several sizes with the real tools and prints what it took.

Run: python bench/twins/measure.py [CAPACITY …]. Prints the medians of three proofs; a first one is left
out, because it also warms the solver and bb.
"""

import asyncio
import os
import platform
import statistics
import sys
import time
from pathlib import Path

sys.path.extend([str(Path(__file__).parents[2] / folder) for folder in ("tests", "")])

from fieldproof.protocol import CohortWitness, Statement
from fieldproof.prove import (
    VERSIONS,
    Prover,
    ReferenceString,
    ensure,
    ensure_development_string,
    get_cache_folder,
)
from prove.chain import Chain, DeployedVerifier
from prove.cohorts import get_benchmark_sources, make_cohort

ROUNDS = 3


async def main(capacities: list[int]) -> None:
    toolchain, cache = ensure(progress=print), get_cache_folder()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(", ".join(f"{name} {version}" for name, version in VERSIONS.items()))

    def get_string(points: int) -> ReferenceString:
        return ensure_development_string(points, cache)

    chain = Chain.start(toolchain)
    print("devices    gates  prepare s  witness s  prove s  peak MiB  verifier bytes  verify gas")
    try:
        for capacity in capacities:
            await measure(capacity, Prover(toolchain, get_string, cache=cache), chain)
    finally:
        chain.stop()


async def measure(capacity: int, prover: Prover, chain: Chain) -> None:
    started = time.monotonic()
    prepared = await prover.prepare(get_benchmark_sources(capacity))
    prepare_seconds = time.monotonic() - started
    contract: DeployedVerifier = chain.deploy(prepared.verifier)
    values: tuple[Statement, CohortWitness] = make_cohort(capacity).to_protocol()
    proofs = [await prover.prove(prepared, *values, contract.verify) for _ in range(1 + ROUNDS)][1:]
    prover.close()
    gas = contract.estimate_gas(proofs[0].proof, proofs[0].public_inputs)
    print(
        f"{capacity:7} {prepared.gate_count:8} {prepare_seconds:10.2f} "
        f"{statistics.median(proof.witness_seconds for proof in proofs):10.2f} "
        f"{statistics.median(proof.proving_seconds for proof in proofs):8.2f} "
        f"{max(proof.peak_bytes for proof in proofs) // 2**20:9} "
        f"{prepared.verifier.runtime_bytes:15} {gas:11}",
        flush=True,
    )


if __name__ == "__main__":
    asyncio.run(main([int(each) for each in sys.argv[1:]] or [1, 16, 64, 256]))
