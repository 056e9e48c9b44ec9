"""The application's hash and its parts, against the vectors and against encodings made without our code."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from coincurve import PublicKey
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.chain.commitment import (
    Entry,
    Fault,
    FaultKind,
    Leaf,
    Member,
    Result,
    compute_application_hash,
    compute_fault_id,
    compute_faults_root,
    compute_members_hash,
    compute_possession_message,
    compute_randao,
    compute_result_hash,
    extend_results,
    prove_fault,
    prove_leaf,
)

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "chain.json").read_text())
WORDS = st.binary(min_size=32, max_size=32)
FAULT = "(bytes32,uint8,address,uint64,uint64,uint64)"
MEMBERS = "(address,address,uint8,bytes32,uint8,bytes32,uint256)[]"
RESULT = "(uint64,(address,uint256,uint32,uint32)[])"


def fold(leaf: bytes, index: int, siblings: Sequence[bytes]) -> bytes:
    """Go from a leaf's hash to the root, as a contract does."""
    for sibling in siblings:
        left, right = (sibling, leaf) if index & 1 else (leaf, sibling)
        leaf, index = keccak(b"\x01" + left + right), index >> 1
    assert index == 0
    return leaf


def words(values: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(value[2:]) for value in values]


def read_fault(document: dict[str, Any]) -> Fault:
    return Fault(
        bytes.fromhex(document["id"][2:]),
        FaultKind(document["kind"]),
        bytes.fromhex(document["operator"][2:]),
        document["epoch"],
        document["height"],
        document["time_s"],
    )


def encode_fault(fault: Fault) -> bytes:
    values = (fault.id, int(fault.kind), fault.operator, fault.epoch, fault.height, fault.time_s)
    return encode([FAULT], [values])


def make_faults(count: int) -> tuple[Fault, ...]:
    operator = b"\x07" * 20
    kind = FaultKind.DOUBLE_SIGN
    return tuple(
        Fault(compute_fault_id(kind, operator, height), kind, operator, 1, height, 100)
        for height in range(count)
    )


@pytest.mark.parametrize("leaf", Leaf)
def test_every_leaf_of_the_vector_proves_itself_and_no_other_value(leaf: Leaf) -> None:
    application = VECTORS["application"]
    value, proof = words(application["leaves"])[leaf], words(application["proofs"][leaf])
    root = bytes.fromhex(application["hash"][2:])
    assert fold(keccak(b"\x00" + value), leaf, proof) == root
    assert fold(keccak(b"\x00" + bytes([value[0] ^ 1]) + value[1:]), leaf, proof) != root
    assert fold(keccak(b"\x00" + value), leaf ^ 1, proof) != root
    assert fold(keccak(b"\x00" + value), leaf, [proof[0], proof[2], proof[1]]) != root


@given(st.lists(WORDS, min_size=8, max_size=8))
def test_any_values_are_proven_leaf_by_leaf(values: list[bytes]) -> None:
    root = compute_application_hash(values)
    for leaf in Leaf:
        assert fold(keccak(b"\x00" + values[leaf]), leaf, prove_leaf(values, leaf)) == root


def test_members_are_hashed_as_the_abi_encodes_them() -> None:
    rows = [
        (
            document["operator"],
            document["consensus"],
            document["consensus_prefix"],
            bytes.fromhex(document["consensus_x"][2:]),
            document["beacon_prefix"],
            bytes.fromhex(document["beacon_x"][2:]),
            int(document["votes"], 16),
        )
        for document in VECTORS["members"]
    ]
    expected = keccak(encode([MEMBERS], [rows]))
    assert expected.hex() == VECTORS["members_hash"][2:]
    members = tuple(Member(*(bytes.fromhex(v[2:]) if isinstance(v, str) else v for v in row)) for row in rows)
    assert compute_members_hash(members) == expected
    assert compute_members_hash(()) == keccak(encode([MEMBERS], [[]]))


@pytest.mark.parametrize("case", VECTORS["faults"], ids=lambda case: str(len(case["faults"])))
def test_every_fault_of_the_vector_proves_itself(case: dict[str, Any]) -> None:
    faults = tuple(read_fault(document) for document in case["faults"])
    root = bytes.fromhex(case["root"][2:])
    assert compute_faults_root(faults) == root
    for index, fault in enumerate(faults):
        assert fault.id == compute_fault_id(fault.kind, fault.operator, fault.height)
        tree = fold(keccak(b"\x00" + encode_fault(fault)), index, words(case["proofs"][index]))
        assert keccak(b"\x02" + len(faults).to_bytes(32, "big") + tree) == root


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8, 9, 33])
def test_the_tree_of_faults_is_as_deep_as_it_must_be(count: int) -> None:
    faults = make_faults(count)
    root = compute_faults_root(faults)
    for index, fault in enumerate(faults):
        proof = prove_fault(faults, index)
        assert 1 << len(proof) >= count > (1 << len(proof)) // 2
        tree = fold(keccak(b"\x00" + encode_fault(fault)), index, proof)
        assert keccak(b"\x02" + count.to_bytes(32, "big") + tree) == root


def test_the_root_of_no_faults_is_that_of_an_empty_tree() -> None:
    assert compute_faults_root(()) == keccak(b"\x02" + bytes(64))


def test_the_chain_of_results_is_hashed_as_the_abi_encodes_it() -> None:
    chain = bytes(32)
    for document in VECTORS["results"]:
        rows = [
            (item["operator"], int(item["votes"], 16), item["proposed"], item["expected"])
            for item in document["entries"]
        ]
        entries = tuple(Entry(bytes.fromhex(row[0][2:]), *row[1:]) for row in rows)
        result = Result(document["epoch"], entries)
        assert compute_result_hash(result) == keccak(encode([RESULT], [(result.epoch, rows)]))
        chain = extend_results(chain, result)
        assert chain.hex() == document["chain"][2:]
        assert compute_result_hash(result).hex() == document["hash"][2:]


def test_the_randomness_of_a_block_is_hashed_as_the_abi_encodes_it() -> None:
    randao = VECTORS["randao"]
    seed = bytes.fromhex(randao["seed"][2:])
    expected = keccak(encode(["string", "bytes32", "uint256"], ["fieldproof randao", seed, randao["height"]]))
    assert compute_randao(seed, randao["height"]) == expected
    assert expected.hex() == randao["value"][2:]


@pytest.mark.parametrize("case", VECTORS["possessions"], ids=lambda case: case["purpose"])
def test_a_key_of_the_vector_has_signed_what_it_must(case: dict[str, Any]) -> None:
    roles = [bytes.fromhex(case[name][2:]) for name in ("staking", "operator", "owner")]
    message = compute_possession_message(case["purpose"], case["chain_id"], *roles)
    kinds = ["string", "uint256", "address", "address", "address"]
    assert message == keccak(encode(kinds, [case["purpose"], case["chain_id"], *roles]))
    assert message.hex() == case["message"][2:]
    signature = bytes.fromhex(case["r"][2:] + case["s"][2:]) + bytes([case["v"] - 27])
    signer = PublicKey.from_signature_and_message(signature, message, hasher=None)
    assert signer.point() == (int(case["x"], 16), int(case["y"], 16))
