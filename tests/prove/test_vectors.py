"""The Noir gadgets give the values of the published vectors: hashes, registry, packing, seal, root."""

import json
from pathlib import Path
from typing import Any

import pytest

from fieldproof.compiler.packing import write_digest
from fieldproof.prove import Toolchain, UnsatisfiedError, WitnessSolver, compile_circuit, get_gadgets

VECTORS = Path(__file__).parents[2] / "vectors"
SOURCE = """mod gadgets;
use gadgets::{hash, readings, registry, seal};

global SLOTS: u32 = 8;

fn main(
    chain_start: Field,
    keys: [[Field; 2]; 3],
    attributes: [[Field; 1]; 3],
    attribute_hashes: [Field; 3],
    leaves: [Field; 3],
    commitments: [Field; 3],
    network_id: Field,
    numbers: [Field; 2],
    windows: [Field; 2],
    gateways: [Field; 2],
    counts: [Field; 2],
    salts: [Field; 2],
    columns: [[[Field; 8]; 3]; 2],
    packed: [[Field; 2]; 2],
    digests: [Field; 2],
    messages: [Field; 2],
    seal_keys: [[Field; 2]; 2],
    signatures: [[Field; 3]; 2],
    rooted: [Field; 4],
    root: Field,
) {
    let mut commitment = chain_start;
    for i in 0..3 {
        assert(hash::attributes(attributes[i]) == attribute_hashes[i]);
        assert(hash::leaf(i as Field, keys[i], attribute_hashes[i]) == leaves[i]);
        commitment = hash::chain(commitment, leaves[i]);
        assert(commitment == commitments[i]);
    }
    registry::assert_commitment(chain_start, leaves, [true, true, false], commitments[1]);
    for i in 0..2 {
        let mask: [bool; 8] = readings::mask_of(counts[i], columns[i]);
        readings::assert_times::<22, 8>(columns[i][0], mask, 3600000);
        readings::assert_column::<14, 8>(columns[i][1], 16000);
        readings::assert_column::<14, 8>(columns[i][2], 12000);
        // Five rows of 50 bits in the first word.
        assert(readings::word(columns[i], mask, SCALES, 0, 0, 15) == packed[i][0]);
        assert(readings::word(columns[i], mask, SCALES, 5, 0, 9) == packed[i][1]);
        assert(digest(salts[i], mask, columns[i]) == digests[i]);
        let message = hash::message(network_id, numbers[i], windows[i], gateways[i], counts[i], digests[i]);
        assert(message == messages[i]);
        assert(seal::is_valid(seal_keys[i], message, signatures[i]));
    }
    assert(hash::root(rooted) == root);
}

""" + "\n".join(write_digest((22, 14, 14), 8))


def load(name: str) -> Any:
    return json.loads((VECTORS / name).read_text())


def to_int(value: Any) -> Any:
    if isinstance(value, list):
        return [to_int(item) for item in value]
    return int(value, 16) if isinstance(value, str) else value


def get_inputs() -> dict[str, Any]:
    registry, cohort = load("registry.json"), load("seals.json")
    registrations, seals = registry["registrations"], cohort["seals"]
    slots = cohort["readings_per_window"]
    # The schema of vectors/ids.json: time, irradiance from 0, temperature from −60 °C at scale 100.
    raw = [[(time, light, heat + 6000) for time, light, heat in seal["rows"]] for seal in seals]
    padded = [[*rows, *[(0, 0, 0)] * (slots - len(rows))] for rows in raw]
    limbs = [(to_int(seal["s"]) % 2**128, to_int(seal["s"]) >> 128, to_int(seal["e"])) for seal in seals]
    by_device = {seal["device"]: to_int(seal["message"]) for seal in seals}
    return {
        "chain_start": to_int(registry["chain_start"]),
        "keys": [to_int(each["seal_key"]) for each in registrations],
        "attributes": [to_int(each["attributes"]) for each in registrations],
        "attribute_hashes": [to_int(each["attributes_hash"]) for each in registrations],
        "leaves": [to_int(each["leaf"]) for each in registrations],
        "commitments": [to_int(each["commitment"]) for each in registrations],
        "network_id": to_int(cohort["network_id"]),
        "numbers": [seal["device"] for seal in seals],
        "windows": [seal["window"] for seal in seals],
        "gateways": [seal["gateway"] for seal in seals],
        "counts": [len(rows) for rows in raw],
        "salts": [to_int(seal["salt"]) for seal in seals],
        "columns": [[list(column) for column in zip(*rows, strict=True)] for rows in padded],
        "packed": [to_int(seal["packed"]) for seal in seals],
        "digests": [to_int(seal["digest"]) for seal in seals],
        "messages": [to_int(seal["message"]) for seal in seals],
        "seal_keys": [to_int(seal["seal_key"]) for seal in seals],
        "signatures": [list(each) for each in limbs],
        "rooted": [by_device.get(slot, 0) for slot in range(cohort["capacity"])],
        "root": to_int(cohort["window_root"]),
    }


def test_noir_gives_the_values_of_the_vectors(
    toolchain: Toolchain, cache: Path, solver: WitnessSolver
) -> None:
    artifact = compile_circuit({"main.nr": SOURCE, **get_gadgets()}, toolchain, cache=cache)
    inputs = get_inputs()
    assert solver.solve(artifact, inputs)
    for name in ("attribute_hashes", "leaves", "commitments", "packed", "digests", "messages", "root"):
        wrong = get_inputs()
        place = wrong
        key: Any = name
        while isinstance(place[key], list):
            place, key = place[key], 0
        place[key] += 1
        with pytest.raises(UnsatisfiedError):
            solver.solve(artifact, wrong)


STATE_SOURCE = """mod gadgets;
use gadgets::{{hash, integers, state}};

fn main(words: [Field; {words}], root: Field, raw: [[Field; {parts}]; {capacity}]) {{
    let widths: [u32; {parts}] = {widths};
    assert(hash::state(words) == root);
    let parts: [[Field; {parts}]; {capacity}] = state::unpack_lanes(words, widths);
    let mut lanes = [0; {capacity}];
    for i in 0..{capacity} {{
{ranges}
        lanes[i] = state::join_lane(raw[i], widths);
    }}
    assert(parts == raw);
    let packed: [Field; {words}] = state::pack_lanes(lanes, {width});
    assert(packed == words);
}}
"""


@pytest.mark.parametrize("number", range(3))
def test_noir_packs_and_hashes_states_as_the_vectors_say(
    number: int, toolchain: Toolchain, cache: Path, solver: WitnessSolver
) -> None:
    case = load("state.json")["cohorts"][number]
    widths = case["widths"]
    ranges = [
        f"        integers::assert_bits::<{width}>(parts[i][{part}]);" for part, width in enumerate(widths)
    ]
    source = STATE_SOURCE.format(
        words=len(case["words"]),
        parts=len(widths),
        capacity=case["capacity"],
        widths=widths,
        width=sum(widths),
        ranges="\n".join(ranges),
    )
    artifact = compile_circuit({"main.nr": source, **get_gadgets()}, toolchain, cache=cache)
    lows = [0, *(low for _, low, _, _ in case["fields"])]
    raw = [[value - low for value, low in zip(state, lows, strict=True)] for state in case["states"]]
    first = [[0, *(default - low for _, low, _, default in case["fields"])]] * case["capacity"]
    for words, root, parts in (
        (case["words"], case["root"], raw),
        (case["initial_words"], case["initial_root"], first),
    ):
        inputs = {"words": to_int(words), "root": to_int(root), "raw": parts}
        assert solver.solve(artifact, inputs)
        for changed in (
            {"root": to_int(root) + 1},
            {"words": [to_int(words[0]) ^ 1, *to_int(words[1:])]},
            {"raw": [[parts[0][0], parts[0][1] + 1, *parts[0][2:]], *parts[1:]]},
        ):
            with pytest.raises(UnsatisfiedError):
                solver.solve(artifact, {**inputs, **changed})
