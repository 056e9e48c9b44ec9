"""The hand-written cohort circuit: proven by bb, accepted by its real contract, and nothing else accepted."""

import pytest

from fieldproof.core.curves import GRUMPKIN
from fieldproof.prove.prover import Prover

from .chain import Chain
from .cohorts import change, get_benchmark_sources, make_cohort

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


OFFSET_POINT = (
    0xFB76E5904E203FE96CF620F86739E685C85C56774B23C1E7C86FBA3290AE42B,
    0x2A32122A08E2DCC594F4B657EB5E2E4F84CB67F06AB4B2D432C5F61C22330A3F,
)
"""The third of Barretenberg's `cycle_group_offset_generator` points, hashed to the curve from that name: its
multiplication begins the table of multiples of a seal key there. Nobody knows its secret."""


@pytest.mark.parametrize("multiple", [1, -1, -pow(2, -1, GRUMPKIN.order), -pow(14, -1, GRUMPKIN.order)])
async def test_a_key_that_was_chosen_against_the_prover_stops_nobody(
    multiple: int, prover: Prover, chain: Chain
) -> None:
    """Any registration could have made its cohort unprovable for ever: equal points have no sum there."""
    prepared = await prover.prepare(get_benchmark_sources(4))
    contract = chain.deploy(prepared.verifier)
    hostile = GRUMPKIN.multiply(multiple, OFFSET_POINT)
    cohort = change(make_cohort(4), 2, sealed=False, key_override=hostile)
    proof = await prover.prove(prepared, *cohort.to_protocol(), contract.verify)
    assert contract.accepts(proof.proof, proof.public_inputs)


async def test_sealed_keys_and_nonces_at_the_edges_of_the_group_stop_nobody(
    prover: Prover, chain: Chain
) -> None:
    """A device knows its secret and nonce: neither may bring the multiplication to a sum it cannot take."""
    prepared = await prover.prepare(get_benchmark_sources(4))
    contract = chain.deploy(prepared.verifier)
    order = GRUMPKIN.order
    edges = [
        (1, 1),
        (1, 0),
        (order - 1, 1),
        (2, order - 1),
        (order - 1, 0),
        (3, 2),
        (order // 2, 1),
        (1, 2**128),
    ]
    for at in range(0, len(edges), 4):
        cohort = make_cohort(4)
        for slot, (secret, nonce) in enumerate(edges[at : at + 4]):
            cohort = change(cohort, slot, secret=secret, nonce=nonce)
        proof = await prover.prove(prepared, *cohort.to_protocol(), contract.verify)
        assert contract.accepts(proof.proof, proof.public_inputs)
