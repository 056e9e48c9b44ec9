"""Verifiers: bound to their reference string, to their chain where anyone could forge, of a legal size."""

from pathlib import Path

import pytest

from fieldproof.core import FIELD_ORDER
from fieldproof.core.keccak import keccak256
from fieldproof.prove import (
    Barretenberg,
    CompiledVerifier,
    ProveError,
    ReferenceString,
    StringKind,
    Toolchain,
    VerifierKind,
    WitnessSolver,
    build_verifier,
    compile_circuit,
)
from fieldproof.prove.barretenberg import BarretenbergProof
from fieldproof.prove.reference_string import DEVELOPMENT_G2, IGNITION_G2
from fieldproof.prove.verifier import MAXIMUM_CODE_BYTES, bind_source

from .chain import Chain, DeployedVerifier

Made = tuple[VerifierKind, str, BarretenbergProof]
SQUARE = {"main.nr": "fn main(x: Field, y: pub Field) { assert(x * x == y); }"}


@pytest.fixture(scope="module", params=list(VerifierKind))
def made(
    request: pytest.FixtureRequest,
    toolchain: Toolchain,
    development_string: ReferenceString,
    cache: Path,
    solver: WitnessSolver,
) -> Made:
    """Kind of verifier, its source from bb, a proof and its inputs."""
    kind = request.param
    artifact = compile_circuit(SQUARE, toolchain, cache=cache)
    client = Barretenberg(
        toolchain.bb, development_string, threads=1, optimized_verifier=kind is VerifierKind.OPTIMIZED
    )
    key = client.compute_verification_key(artifact.bytecode)
    proof = client.prove(artifact.bytecode, key, solver.solve(artifact, {"x": 5, "y": 25}))
    source = client.write_verifier(key)
    client.close()
    return kind, source, proof


@pytest.fixture(scope="module")
def verifier(made: Made, toolchain: Toolchain, development_string: ReferenceString) -> CompiledVerifier:
    return build_verifier(made[1], made[0], development_string, toolchain)


def test_a_development_verifier_works_on_its_chain_and_on_no_other(
    made: Made, verifier: CompiledVerifier, toolchain: Toolchain, chain: Chain
) -> None:
    _, _, proof = made
    assert verifier.runtime_bytes <= MAXIMUM_CODE_BYTES
    contract = chain.deploy(verifier)
    if not verifier.libraries:
        assert keccak256(contract.get_code()) == verifier.runtime_code_hash
    assert contract.accepts(proof.proof, proof.public_inputs)
    assert_refuses_all_else(contract, proof)
    elsewhere = Chain.start(toolchain, chain_id=1)
    try:
        foreign = elsewhere.deploy(verifier)
        assert not foreign.accepts(proof.proof, proof.public_inputs)
    finally:
        elsewhere.stop()


def assert_refuses_all_else(contract: DeployedVerifier, proof: BarretenbergProof) -> None:
    for inputs in ([26], [0], [25 + FIELD_ORDER], [], [25, 0]):
        assert not contract.accepts(proof.proof, inputs)
    for position in range(0, len(proof.proof), 32):
        tampered = bytearray(proof.proof)
        tampered[position + 31] ^= 1
        assert not contract.accepts(bytes(tampered), proof.public_inputs), f"word {position // 32}"
    for other in (b"", proof.proof[:-32], proof.proof + bytes(32)):
        assert not contract.accepts(other, proof.public_inputs)


def test_the_code_is_the_same_wherever_it_is_built(
    made: Made, verifier: CompiledVerifier, toolchain: Toolchain, development_string: ReferenceString
) -> None:
    kind, source, _ = made
    assert build_verifier(source, kind, development_string, toolchain) == verifier


def test_only_the_development_verifier_has_the_public_secret(
    made: Made, development_string: ReferenceString
) -> None:
    _, source, _ = made
    ignition = ReferenceString(StringKind.IGNITION, development_string.folder, 1 << 16)
    bound, safe = bind_source(source, development_string), bind_source(source, ignition)
    for word in IGNITION_G2:
        assert f"{word:064x}" in safe
        assert f"{word:064x}" not in bound
    for word in DEVELOPMENT_G2:
        assert f"{word:064x}" in bound
        assert f"{word:064x}" not in safe
    assert "block.chainid == 31337" in bound
    assert "block.chainid == 31337" not in safe


def test_a_source_of_another_shape_is_refused(made: Made, development_string: ReferenceString) -> None:
    _, source, _ = made
    for old, new in (
        ("contract HonkVerifier is", "contract Other is"),
        (f"{IGNITION_G2[2]:064x}", "0"),
        ("function verify(", "function check("),
    ):
        with pytest.raises(ProveError, match="is bb's version right"):
            bind_source(source.replace(old, new), development_string)
