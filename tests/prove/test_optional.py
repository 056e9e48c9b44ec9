"""Missing values in a circuit: raw zero is in range, one above the greatest raw form is not."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fieldproof.compiler import capture, compile_network, emit_cohort
from fieldproof.compiler.packing import find_words, write_digest
from fieldproof.core import FIELD_ORDER
from fieldproof.protocol import Row
from fieldproof.prove import Toolchain, UnsatisfiedError, WitnessSolver, compile_circuit, get_gadgets
from fieldproof.prove.inputs import shape_inputs

from .networks import Case, make_statement

SOURCE = """
from fieldproof import U32, Network, Reading, Window, field, program


class Sample(Reading):
    heat: int = field(unit="Cel", scale=100, low=-60, high=60)
    humidity: int | None = field(unit="%RH", low=0, high=255)


@program
def reward(window: Window[Sample]) -> U32:
    return len(window)


network = Network(name="damp", reading=Sample, program=reward, window="1h", readings_per_window=6,
    cohort=1, pool_per_window="1")
"""
ROWS: tuple[Row, ...] = ((0, 5, None), (9, -6_000, 0), (10, 6_000, 255), (3_599_999, 0, None))
PACKING = """mod gadgets;
use gadgets::{{hash, readings}};

global SLOTS: u32 = {slots};

fn main(columns: [[Field; SLOTS]; {columns}], packed: [Field; {length}], salt: Field, expected: Field) {{
    let mask: [bool; SLOTS] = readings::mask_of({count}, columns);
    {checks}
    assert([{words}] == packed);
    assert(digest(salt, mask, columns) == expected);
}}

"""


def test_a_window_with_missing_values_is_paid(
    toolchain: Toolchain, cache: Path, solver: WitnessSolver
) -> None:
    network = capture({"network.py": SOURCE})
    emitted = emit_cohort(compile_network(network)).source
    assert "assert_column::<9, SLOTS>(columns[i][2], 256); // humidity" in emitted
    artifact = compile_circuit({"main.nr": emitted, **get_gadgets()}, toolchain, cache=cache)
    statement, witness = make_statement(network, Case(ROWS), 4)
    assert [row[2] for row in witness.devices[0].rows] == [0, 1, 256, 0]
    fields = statement.to_fields()
    solver.solve(artifact, shape_inputs(artifact, fields, witness.to_inputs()))
    for raw in (1, 257, FIELD_ORDER - 1):
        rows = ((0, 6_005, raw), *witness.devices[0].rows[1:])
        other = replace(witness, devices=(replace(witness.devices[0], rows=rows),))
        with pytest.raises(UnsatisfiedError):
            solver.solve(artifact, shape_inputs(artifact, fields, other.to_inputs()))


def test_noir_packs_missing_values_as_the_vectors_do(
    toolchain: Toolchain, cache: Path, solver: WitnessSolver
) -> None:
    vector = json.loads((Path(__file__).parents[2] / "vectors" / "optional.json").read_text())
    slots, widths, raw = vector["readings_per_window"], vector["widths"], vector["raw"]
    checks = "\n    ".join(
        f"readings::assert_column::<{width}, {slots}>(columns[{number}], {maximum});"
        for number, (width, maximum) in enumerate(zip(widths[1:], vector["maxima"], strict=True), start=1)
    )
    words = ", ".join(
        f"readings::word(columns, mask, SCALES, {word.slot}, {word.column}, {word.count})"
        for word in find_words(widths, slots)
    )
    source = PACKING.format(
        slots=slots,
        columns=len(widths),
        length=len(vector["packed"]),
        count=len(raw),
        checks=checks,
        words=words,
    ) + "\n".join(write_digest(widths, slots))
    # By protocol.md: zero where there is none, else one more than the distance from the least value.
    lows = [spec[3] - spec[5] for spec in vector["schema"]["reading"]]
    rows = [
        [row[0], *(0 if value is None else value - low for value, low in zip(row[1:], lows, strict=True))]
        for row in vector["rows"]
    ]
    assert rows == raw
    padded = rows + [[0] * len(widths)] * (slots - len(rows))
    artifact = compile_circuit({"main.nr": source, **get_gadgets()}, toolchain, cache=cache)
    inputs = {
        "columns": [list(column) for column in zip(*padded, strict=True)],
        "packed": [int(word, 16) for word in vector["packed"]],
        "salt": int(vector["salt"], 16),
        "expected": int(vector["digest"], 16),
    }
    assert solver.solve(artifact, inputs)
    with pytest.raises(UnsatisfiedError):
        solver.solve(artifact, {**inputs, "expected": inputs["expected"] + 1})
