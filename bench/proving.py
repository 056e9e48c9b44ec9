"""One device's window proven for real: sealed, solved, proven by bb, accepted by its contract on a chain."""

import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fieldproof.core import GRUMPKIN
from fieldproof.protocol import (
    CohortWitness,
    DeviceWitness,
    Row,
    SealContent,
    Statement,
    compute_digest,
    compute_leaf,
    compute_seal_key,
    compute_window_root,
    extend_chain,
    sign_seal,
    to_raw_rows,
)
from fieldproof.prove import Barretenberg, Proof, Verify, WitnessSolver
from fieldproof.run import Blueprint, Tools
from fieldproof.run.tools import make_prover
from fieldproof.settle import Anvil, AnvilSettings, Call, verify_proof

ROUNDS = 3
_NETWORK_ID = (0xF1E1D << 200).to_bytes(32)
_SECRET = GRUMPKIN.order // 3
_SALT = bytes(range(16))
_VERIFIER = bytes.fromhex("f1" * 20)


@dataclass(frozen=True, slots=True)
class ProvenWindow:
    """A window that the contract accepted."""

    gate_count: int
    proof: Proof


def make_rows(values: Sequence[int], window_s: int) -> tuple[Row, ...]:
    """Return readings of these values at even times."""
    step_ms = window_s * 1000 // len(values)
    return tuple((step_ms * index, value) for index, value in enumerate(values))


async def prove_window(tools: Tools, blueprint: Blueprint, rows: Sequence[Row], points: int) -> ProvenWindow:
    """Prove one device's window; return the median of three proofs, made when all tools have started."""
    statement, witness = _make_statement(blueprint, rows, points)
    prover = make_prover(tools)
    try:
        prepared = await prover.prepare(blueprint.circuit)
        async with _deploy(tools, prepared.verifier.creation_code) as verify:
            proofs = [await prover.prove(prepared, statement, witness, verify) for _ in range(1 + ROUNDS)]
        proofs = sorted(proofs[1:], key=lambda each: each.witness_seconds + each.proving_seconds)
        return ProvenWindow(prepared.gate_count, proofs[ROUNDS // 2])
    finally:
        prover.close()


async def prove_circuit(
    tools: Tools, sources: Mapping[str, str], inputs: Mapping[str, int | list[int]]
) -> tuple[int, float]:
    """Prove a circuit that is no network's; return its gates and the median seconds of three proofs."""
    prover, solver = make_prover(tools), WitnessSolver(tools.toolchain)
    try:
        prepared = await prover.prepare(sources)
        artifact, key = prepared.artifact, prepared.verification_key
        bb = Barretenberg(tools.toolchain.bb, prepared.reference_string, optimized_verifier=True)
        seconds = []
        try:
            async with _deploy(tools, prepared.verifier.creation_code) as verify:
                for _ in range(1 + ROUNDS):
                    started = time.monotonic()
                    made = bb.prove(artifact.bytecode, key, solver.solve(artifact, inputs))
                    seconds.append(time.monotonic() - started)
                    if not await verify(made.proof, made.public_inputs):
                        raise RuntimeError("the contract does not accept the proof")
        finally:
            bb.close()
    finally:
        solver.close()
        prover.close()
    return prepared.gate_count, sorted(seconds[1:])[ROUNDS // 2]


@asynccontextmanager
async def _deploy(tools: Tools, creation_code: bytes) -> AsyncIterator[Verify]:
    """Put a verifier on a chain of its own and give what asks it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = AnvilSettings(tools.toolchain.anvil, Path(folder) / "chain.json")
        async with await Anvil.start(settings) as anvil:
            code = await anvil.client.call(Call(None, creation_code))
            await anvil.client.request("anvil_setCode", f"0x{_VERIFIER.hex()}", f"0x{code.hex()}")

            async def verify(proof: bytes, public_inputs: Sequence[int]) -> bool:
                return await verify_proof(anvil.client, _VERIFIER, proof, public_inputs)

            yield verify


def _make_statement(
    blueprint: Blueprint, rows: Sequence[Row], points: int
) -> tuple[Statement, CohortWitness]:
    schema, settings = blueprint.schema, blueprint.settings
    slots = settings.readings_per_window
    digest = compute_digest(rows, _SALT, schema, window_s=settings.window_s, readings_per_window=slots)
    content = SealContent(_NETWORK_ID, 0, 9, 0, len(rows), _SALT, digest)
    seal, key = sign_seal(content, _SECRET, bytes(32)), compute_seal_key(_SECRET)
    statement = Statement(
        capacity=1,
        network_id=int.from_bytes(_NETWORK_ID),
        program_id=int.from_bytes(blueprint.program_id),
        cohort=0,
        window=9,
        starts_at=1_767_225_600,
        key_commitment=extend_chain(4711, compute_leaf(0, key, 0)),
        count=1,
        active=1,
        settled=0,
        previous_state=0,
        window_root=compute_window_root([content.compute_message()]),
        sealed=1,
        next_state=0,
        points=(points,),
    )
    raw = tuple(to_raw_rows(rows, schema))
    device = DeviceWitness(key, (), 0, int.from_bytes(_SALT), seal.signature, raw)
    return statement, CohortWitness(4711, (device,), 1 + len(schema.reading), slots)
