"""From a circuit's sources to proofs that its contract accepts.

Barretenberg proves a witness that does not satisfy its circuit without complaint, and its native check
fails under the development string. So there is one judge: the real verifier contract, executed in a call.
Nothing leaves `prove` that it has not accepted.
"""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fieldproof.protocol import CohortWitness, Statement
from fieldproof.prove.barretenberg import Barretenberg
from fieldproof.prove.errors import RefusedProofError
from fieldproof.prove.estimate import Estimate, estimate_proof, load_calibration, record_proof
from fieldproof.prove.inputs import count_public_inputs, shape_inputs
from fieldproof.prove.noir import Artifact, compile_circuit
from fieldproof.prove.reference_string import ReferenceString
from fieldproof.prove.solver import WitnessSolver
from fieldproof.prove.toolchain import Toolchain
from fieldproof.prove.verifier import (
    CompiledVerifier,
    Library,
    VerifierKind,
    build_verifier,
    compute_recipe_hash,
)

Verify = Callable[[bytes, Sequence[int]], Awaitable[bool]]
"""Executes the deployed verifier on (proof, public inputs) in a call; a revert is False."""
GetReferenceString = Callable[[int], ReferenceString]
"""Returns a reference string with at least so many points."""
Reached = Callable[[str], None]
"""Told the name of each point that the work passes; tests kill the process there."""

_SPARE_GATES = 64


@dataclass(frozen=True, slots=True)
class PreparedCircuit:
    """Everything about a circuit that does not depend on a witness."""

    artifact: Artifact
    verification_key: bytes
    gate_count: int
    public_input_count: int
    verifier: CompiledVerifier
    verifier_kind: VerifierKind
    reference_string: ReferenceString


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that the real contract has accepted."""

    proof: bytes
    public_inputs: tuple[int, ...]
    witness_seconds: float
    """Time to solve the witness."""
    proving_seconds: float
    """Time in bb."""
    peak_bytes: int
    """Greatest resident memory of bb so far."""


class Prover:
    """Prepares circuits and proves them, one at a time, with one bb process and one solver."""

    def __init__(
        self,
        toolchain: Toolchain,
        get_reference_string: GetReferenceString,
        *,
        cache: Path,
        threads: int = 2,
        verifier_kind: VerifierKind = VerifierKind.OPTIMIZED,
        reached: Reached = lambda _: None,
    ) -> None:
        self._toolchain = toolchain
        self._get_reference_string = get_reference_string
        self._cache = cache
        self._threads = threads
        self._kind = verifier_kind
        self._reached = reached
        self._solver = WitnessSolver(toolchain)
        self._barretenberg: Barretenberg | None = None

    async def prepare(self, sources: Mapping[str, str]) -> PreparedCircuit:
        """Compile a circuit (path below `src/` → text) and build its verifier; seconds, then cached.

        Raises `CircuitError` (`SoundnessError` among them) for what does not compile.
        """
        artifact = await asyncio.to_thread(compile_circuit, sources, self._toolchain, cache=self._cache)
        bb = self._get_barretenberg(0)
        gate_count = await bb.in_thread(bb.count_gates, artifact.bytecode)
        bb = self._get_barretenberg(gate_count)
        kept = self._cache / self._get_name(artifact, bb.reference_string)
        parts = _read_parts(kept)
        if parts is None:
            key = await bb.in_thread(bb.compute_verification_key, artifact.bytecode)
            source = await bb.in_thread(bb.write_verifier, key)
            verifier = await asyncio.to_thread(
                build_verifier, source, self._kind, bb.reference_string, self._toolchain
            )
            parts = (key, verifier)
            _write_parts(kept, key, verifier)
        return PreparedCircuit(
            artifact,
            parts[0],
            gate_count,
            count_public_inputs(artifact),
            parts[1],
            self._kind,
            bb.reference_string,
        )

    async def prove(
        self, prepared: PreparedCircuit, statement: Statement, witness: CohortWitness, verify: Verify
    ) -> Proof:
        """Prove a statement by its witness and have the contract judge the proof.

        Raises `UnsatisfiedError` when they do not satisfy the circuit, `RefusedProofError` when the contract
        does not accept the proof, `ProcessError` and `LimitError` when a tool failed (try again).
        """
        fields = statement.to_fields()
        inputs = shape_inputs(prepared.artifact, fields, witness.to_inputs())
        started = time.monotonic()
        solved = await asyncio.to_thread(self._solver.solve, prepared.artifact, inputs)
        witness_seconds = time.monotonic() - started
        self._reached("witness solved")
        bb = self._get_barretenberg(prepared.gate_count)
        started = time.monotonic()
        made = await bb.in_thread(bb.prove, prepared.artifact.bytecode, prepared.verification_key, solved)
        proving_seconds = time.monotonic() - started
        if made.public_inputs != fields:
            raise RefusedProofError("bug: the proof speaks of another statement than the one asked for")
        if not await verify(made.proof, made.public_inputs):
            raise RefusedProofError(
                "the verifier contract does not accept the proof",
                hint="Is the contract at that address this circuit's, under this reference string?",
            )
        self._reached("proof verified")
        record_proof(self._cache, prepared.gate_count, proving_seconds, bb.peak_resident_bytes)
        return Proof(made.proof, made.public_inputs, witness_seconds, proving_seconds, bb.peak_resident_bytes)

    def estimate(self, prepared: PreparedCircuit) -> Estimate:
        """Predict what one proof takes on this machine."""
        return estimate_proof(prepared.gate_count, load_calibration(self._cache))

    def close(self) -> None:
        """End the processes."""
        self._solver.close()
        if self._barretenberg is not None:
            self._barretenberg.close()

    def _get_barretenberg(self, gate_count: int) -> Barretenberg:
        # The key and the polynomials have the next power of two above the gates and a few rows for blinding.
        points = 1 << (gate_count + _SPARE_GATES - 1).bit_length()
        current = self._barretenberg
        if current is not None and current.reference_string.point_count >= points:
            return current
        if current is not None:
            current.close()
        self._barretenberg = Barretenberg(
            self._toolchain.bb,
            self._get_reference_string(points),
            threads=self._threads,
            optimized_verifier=self._kind is VerifierKind.OPTIMIZED,
        )
        return self._barretenberg

    def _get_name(self, artifact: Artifact, string: ReferenceString) -> str:
        recipe = f"{string.kind.value}-{self._kind.value}-{compute_recipe_hash()[:16]}"
        return f"prepared-{artifact.content_hash}-{recipe}.json"


def _write_parts(path: Path, key: bytes, verifier: CompiledVerifier) -> None:
    content = {
        "verification_key": key.hex(),
        "creation_code": verifier.creation_code.hex(),
        "runtime_code_hash": verifier.runtime_code_hash.hex(),
        "runtime_bytes": verifier.runtime_bytes,
        "source": verifier.source,
        "libraries": [
            [library.name, library.creation_code.hex(), library.positions] for library in verifier.libraries
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file)
    os.replace(name, path)


def _read_parts(path: Path) -> tuple[bytes, CompiledVerifier] | None:
    if not path.is_file():
        return None
    content = json.loads(path.read_text())
    libraries = tuple(
        Library(name, bytes.fromhex(code), tuple(positions)) for name, code, positions in content["libraries"]
    )
    verifier = CompiledVerifier(
        bytes.fromhex(content["creation_code"]),
        bytes.fromhex(content["runtime_code_hash"]),
        content["runtime_bytes"],
        content["source"],
        libraries,
    )
    return bytes.fromhex(content["verification_key"]), verifier
