"""Twins and emitted circuits of networks with state and of judging devices say what their authors wrote."""

from dataclasses import replace
from pathlib import Path

import pytest

from compiler.comparing import Comparison
from fieldproof.prove import (
    Barretenberg,
    ReferenceString,
    Toolchain,
    UnsatisfiedError,
    WitnessSolver,
    compile_circuit,
)
from fieldproof.prove.inputs import shape_inputs

from .judging import CASES, make_case_statement
from .networks import at_capacity, get_sources, load_network

EXAMPLES = {"driving": (4, 1.15), "energy": (16, 1.15), "coverage": (16, 1.3)}
"""Capacity, most gates over the twin's."""
EACH = [pytest.param(name, marks=pytest.mark.slow if name == "coverage" else ()) for name in EXAMPLES]


@pytest.mark.parametrize("kind", ["twin", "emitted"])
@pytest.mark.parametrize("name", EACH)
def test_a_circuit_pays_what_the_author_wrote(
    name: str, kind: str, toolchain: Toolchain, cache: Path, solver: WitnessSolver
) -> None:
    capacity, _ = EXAMPLES[name]
    artifact = compile_circuit(get_sources(name, kind, capacity), toolchain, cache=cache)
    comparison = Comparison(at_capacity(load_network(name), capacity))
    paid = 0
    for number, case in enumerate(CASES[name]()):
        statement, witness = make_case_statement(comparison, case)
        paid += sum(points > 0 for points in statement.points)
        solver.solve(artifact, shape_inputs(artifact, statement.to_fields(), witness.to_inputs()))
        device = number % capacity
        points = list(statement.points)
        points[device] += -1 if points[device] else 1
        wrong = replace(statement, points=tuple(points)).to_fields()
        with pytest.raises(UnsatisfiedError):
            solver.solve(artifact, shape_inputs(artifact, wrong, witness.to_inputs()))
    assert paid >= 25


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_compiler_stays_close_to_the_hand_written_circuit(
    name: str, toolchain: Toolchain, cache: Path, development_string: ReferenceString
) -> None:
    client = Barretenberg(toolchain.bb, development_string, threads=1)
    twin, emitted = (
        client.count_gates(compile_circuit(get_sources(name, kind, 16), toolchain, cache=cache).bytecode)
        for kind in ("twin", "emitted")
    )
    client.close()
    assert emitted <= EXAMPLES[name][1] * twin, f"{name}: {emitted} gates, by hand {twin}"
