"""The hand-written cohort circuit: proven by bb, accepted by its real contract, and nothing else accepted."""

import pytest

from fieldproof.prove.prover import Prover

from .chain import Chain
from .cohorts import get_benchmark_sources, make_cohort

FIELD_ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617


@pytest.mark.parametrize("capacity", [1, 4])
async def test_a_cohort_is_proven_and_its_contract_accepts_the_proof_alone(
    capacity: int, prover: Prover, chain: Chain
) -> None:
    prepared = await prover.prepare(get_benchmark_sources(capacity))
    contract = chain.deploy(prepared.verifier)
    cohort = make_cohort(capacity)
    statement, _ = cohort.compute()
    assert len(statement) == prepared.public_input_count

    proof = await prover.prove(prepared, *cohort.to_protocol(), contract.verify)

    assert contract.accepts(proof.proof, proof.public_inputs)
    for index, value in enumerate(statement):
        for other in ((value + 1) % FIELD_ORDER, value ^ 1, value + FIELD_ORDER):
            tampered = [*statement[:index], other, *statement[index + 1 :]]
            assert not contract.accepts(proof.proof, tampered), f"public input {index}"
    assert not contract.accepts(proof.proof, statement[:-1])
    assert not contract.accepts(proof.proof, [*statement, 0])
    for position in range(0, len(proof.proof), 32):
        tampered_proof = bytearray(proof.proof)
        tampered_proof[position + 31] ^= 1
        assert not contract.accepts(bytes(tampered_proof), statement), f"word {position // 32} of the proof"
    assert not contract.accepts(proof.proof[:-32], statement)
