"""One real proof for each ready-made network, and nothing beside it that its contract accepts.

Under the development string. Each test changes one thing at a time: a public input, the proof's bytes, the
key it was made with, the contract. A new network joins by standing in `fieldproof.networks.NETWORKS`.
"""

import random
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fieldproof.core import FIELD_ORDER, GRUMPKIN, FieldproofError, keccak256
from fieldproof.networks import NETWORKS
from fieldproof.prove import PreparedCircuit, Proof, Prover, StringKind
from fieldproof.prove.reference_string import DEVELOPMENT_G2, IGNITION_G2

from .chain import Chain, DeployedVerifier
from .cohorts import get_benchmark_sources
from .examples import EACH, Example, make_example

MODULI = {"field": FIELD_ORDER, "curve": GRUMPKIN.order}


@dataclass(frozen=True)
class Proven:
    """A proof with its contract, which has accepted it."""

    example: Example
    prepared: PreparedCircuit
    contract: DeployedVerifier
    proof: Proof


_proven: dict[str, Proven] = {}


@pytest.fixture
async def proven(request: pytest.FixtureRequest, tmp_path: Path, prover: Prover, chain: Chain) -> Proven:
    """The network's proof, made once a session."""
    name = request.param
    if name not in _proven:
        example = make_example(name, tmp_path / "store")
        prepared = await prover.prepare(example.sources)
        assert prepared.reference_string.kind is StringKind.DEVELOPMENT
        contract = chain.deploy(prepared.verifier)
        proof = await prover.prove(prepared, example.statement, example.witness, contract.verify)
        assert proof.public_inputs == example.statement.to_fields()
        _proven[name] = Proven(example, prepared, contract, proof)
    each = _proven[name]
    assert each.contract.accepts(each.proof.proof, each.proof.public_inputs)
    return each


@pytest.mark.parametrize("proven", EACH, indirect=True)
async def test_every_public_input_is_bound(proven: Proven) -> None:
    proof, inputs = proven.proof.proof, proven.proof.public_inputs
    for index, value in enumerate(inputs):
        others = {(value + 1) % FIELD_ORDER, (value - 1) % FIELD_ORDER, value ^ 1, value ^ 1 << 127, 0}
        for other in (*(others - {value}), value + FIELD_ORDER):
            tampered = [*inputs[:index], other, *inputs[index + 1 :]]
            assert not proven.contract.accepts(proof, tampered), f"public input {index}: {other}"
        if index and inputs[index - 1] != value:
            swapped = [*inputs[: index - 1], value, inputs[index - 1], *inputs[index + 1 :]]
            assert not proven.contract.accepts(proof, swapped), f"public inputs {index - 1} and {index}"
    for other in ([], inputs[:-1], inputs[1:], [*inputs, 0], [0, *inputs]):
        assert not proven.contract.accepts(proof, other)


@pytest.mark.parametrize("proven", EACH, indirect=True)
async def test_every_word_of_the_proof_is_bound_in_its_one_form(proven: Proven) -> None:
    """The lowest and the highest bit of every word, words that mean the same modulo an order, and lengths."""
    proof, inputs = proven.proof.proof, proven.proof.public_inputs
    for place in range(0, len(proof), 32):
        word = int.from_bytes(proof[place : place + 32])
        others = {word ^ 1, word ^ 1 << 255, 0, *(word + modulus for modulus in MODULI.values())}
        for other in others - {word}:
            if other < 2**256:
                tampered = proof[:place] + other.to_bytes(32) + proof[place + 32 :]
                assert not proven.contract.accepts(tampered, inputs), f"word {place // 32}: {other:x}"
    for other_proof in (
        b"",
        proof[:-32],
        proof[32:],
        proof[:-1],
        proof + bytes(32),
        proof + b"\0",
        bytes(len(proof)),
    ):
        assert not proven.contract.accepts(other_proof, inputs)


@pytest.mark.slow
@pytest.mark.parametrize("proven", NETWORKS, indirect=True)
async def test_every_byte_of_the_proof_is_bound(proven: Proven) -> None:
    source = random.Random(7)
    for place in range(len(proven.proof.proof)):
        tampered = bytearray(proven.proof.proof)
        tampered[place] ^= 1 << source.randrange(8)
        accepted = proven.contract.accepts(bytes(tampered), proven.proof.public_inputs)
        assert not accepted, f"byte {place % 32} of word {place // 32}"


@pytest.mark.parametrize("proven", EACH, indirect=True)
async def test_another_circuits_key_is_worth_nothing(proven: Proven, prover: Prover, chain: Chain) -> None:
    """Neither a contract with another key takes the proof, nor the contract a proof with another key."""
    other = await prover.prepare(get_benchmark_sources(1))
    assert other.verification_key != proven.prepared.verification_key
    stranger = chain.deploy(other.verifier)
    assert not stranger.accepts(proven.proof.proof, proven.proof.public_inputs)
    mixed = replace(proven.prepared, verification_key=other.verification_key)
    statement, witness = proven.example.statement, proven.example.witness
    with pytest.raises(FieldproofError):
        await prover.prove(mixed, statement, witness, proven.contract.verify)


@pytest.mark.parametrize("proven", EACH, indirect=True)
async def test_a_contract_with_another_word_of_the_key_or_the_string_refuses(
    proven: Proven, chain: Chain
) -> None:
    """And whatever else its code may do, its hash, which a network names at birth, is another one."""
    code, key = proven.contract.get_code(), proven.prepared.verification_key
    assert keccak256(code) == proven.prepared.verifier.runtime_code_hash
    words = {key[place : place + 32] for place in range(0, len(key), 32)}
    found = [word for word in words if int.from_bytes(word) >= 1 << 64 and word in code]
    assert len(found) >= 40, "the key no longer stands in the code word by word"
    changes = [(word, (int.from_bytes(word) ^ 1).to_bytes(32)) for word in found]
    strings = zip(DEVELOPMENT_G2, IGNITION_G2, strict=True)
    changes += [(own.to_bytes(32), other.to_bytes(32)) for own, other in strings]
    altered = DeployedVerifier(chain, "0x" + "ab" * 20)
    proof, inputs = proven.proof.proof, proven.proof.public_inputs
    chain.request("anvil_setCode", altered.address, "0x" + code.hex())
    assert altered.accepts(proof, inputs)
    for old, new in changes:
        assert code.count(old) == 1
        changed = code.replace(old, new)
        assert keccak256(changed) != proven.prepared.verifier.runtime_code_hash
        chain.request("anvil_setCode", altered.address, "0x" + changed.hex())
        assert not altered.accepts(proof, inputs), f"with {new.hex()} for {old.hex()}"
