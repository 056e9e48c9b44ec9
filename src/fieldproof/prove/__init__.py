"""From a circuit to a proof that its contract accepts: toolchain, reference string, prover, worker."""

from fieldproof.prove.assemble import AssembledCohort, CohortAssembler, StatementBase
from fieldproof.prove.barretenberg import Barretenberg, BarretenbergArithmetic
from fieldproof.prove.errors import (
    CircuitError,
    LimitError,
    NotYetError,
    ProcessError,
    ProveError,
    ReferenceStringError,
    RefusedProofError,
    SoundnessError,
    ToolchainError,
    UnsatisfiedError,
)
from fieldproof.prove.estimate import Calibration, Estimate, estimate_proof, load_calibration
from fieldproof.prove.gadgets import get_gadgets
from fieldproof.prove.noir import Artifact, compile_circuit
from fieldproof.prove.outcomes import AuthorProgram
from fieldproof.prove.process import Finished, GuardedProcess, Limits, run_limited
from fieldproof.prove.prover import PreparedCircuit, Proof, Prover, Verify
from fieldproof.prove.reference_string import (
    ReferenceString,
    StringKind,
    ensure_development_string,
    load_ignition_string,
)
from fieldproof.prove.solver import WitnessSolver
from fieldproof.prove.toolchain import VERSIONS, Toolchain, ensure, find_toolchain, get_cache_folder
from fieldproof.prove.verifier import (
    DEVELOPMENT_CHAIN_ID,
    CompiledVerifier,
    Library,
    VerifierKind,
    build_verifier,
)
from fieldproof.prove.worker import LoadWork, ProverWorker, Work, WorkerSettings

__all__ = [
    "DEVELOPMENT_CHAIN_ID",
    "VERSIONS",
    "Artifact",
    "AssembledCohort",
    "AuthorProgram",
    "Barretenberg",
    "BarretenbergArithmetic",
    "Calibration",
    "CircuitError",
    "CohortAssembler",
    "CompiledVerifier",
    "Estimate",
    "Finished",
    "GuardedProcess",
    "Library",
    "LimitError",
    "Limits",
    "LoadWork",
    "NotYetError",
    "PreparedCircuit",
    "ProcessError",
    "Proof",
    "ProveError",
    "Prover",
    "ProverWorker",
    "ReferenceString",
    "ReferenceStringError",
    "RefusedProofError",
    "SoundnessError",
    "StatementBase",
    "StringKind",
    "Toolchain",
    "ToolchainError",
    "UnsatisfiedError",
    "VerifierKind",
    "Verify",
    "WitnessSolver",
    "Work",
    "WorkerSettings",
    "build_verifier",
    "compile_circuit",
    "ensure",
    "ensure_development_string",
    "estimate_proof",
    "find_toolchain",
    "get_cache_folder",
    "get_gadgets",
    "load_calibration",
    "load_ignition_string",
    "run_limited",
]
