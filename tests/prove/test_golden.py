"""Gates, key and verifier of each ready-made network are the kept ones, at the capacity that is named.

Keys hang on the reference string: these are under the development string, and the files say so. `make golden`
writes them anew; the change then shows in review.
"""

import hashlib
import json
import os
from pathlib import Path

import pytest

from fieldproof.compiler import CompiledNetwork, capture, compile_network
from fieldproof.networks import NETWORKS, get_network_folder
from fieldproof.prove import VERSIONS, Prover
from fieldproof.run.folder import read_sources

from .examples import EACH, compile_example, get_circuit

GOLDEN = Path(__file__).parents[1] / "compiler" / "golden"


async def check_circuit(name: str, compiled: CompiledNetwork, prover: Prover) -> None:
    sources = get_circuit(compiled)
    prepared = await prover.prepare(sources)
    found = {
        "gates": prepared.gate_count,
        "public_inputs": prepared.public_input_count,
        "program_sha256": hashlib.sha256(sources["main.nr"].encode()).hexdigest(),
        "key_sha256": hashlib.sha256(prepared.verification_key).hexdigest(),
        "verifier_bytes": prepared.verifier.runtime_bytes,
        "verifier_keccak256": prepared.verifier.runtime_code_hash.hex(),
    }
    capacity = str(compiled.network.settings.cohort)
    path = GOLDEN / f"{name}.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    if os.environ.get("FIELDPROOF_UPDATE_GOLDEN"):
        circuits = {**kept.get("circuits", {}), capacity: found}
        kept = {
            "reference_string": prepared.reference_string.kind.value,
            "tools": {each: VERSIONS[each] for each in ("@noir-lang/noir_wasm", "@aztec/bb.js", "solc")},
            "circuits": dict(sorted(circuits.items(), key=lambda entry: int(entry[0]))),
        }
        path.write_text(json.dumps(kept, indent=1) + "\n")
    assert kept["reference_string"] == prepared.reference_string.kind.value
    assert kept["circuits"][capacity] == found


@pytest.mark.parametrize("name", EACH)
async def test_the_circuit_over_one_device_is_the_kept_one(name: str, prover: Prover) -> None:
    await check_circuit(name, compile_example(name), prover)


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
async def test_the_circuit_of_the_whole_cohort_is_the_kept_one(name: str, prover: Prover) -> None:
    await check_circuit(name, compile_network(capture(read_sources(get_network_folder(name)))), prover)


def test_every_network_and_nothing_else_is_kept() -> None:
    for suffix in (".json", ".nr"):
        assert {path.stem for path in GOLDEN.glob(f"*{suffix}")} == set(NETWORKS)
    for name in NETWORKS:
        network = capture(read_sources(get_network_folder(name)))
        capacities = {str(each.settings.cohort) for each in (network, compile_example(name).network)}
        assert json.loads((GOLDEN / f"{name}.json").read_text())["circuits"].keys() == capacities
