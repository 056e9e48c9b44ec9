"""Twins and emitted circuits of networks with state and of judging devices say what their authors wrote."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from bench.twins import get_twin_sources

from fieldproof.compiler import compile_network, emit_cohort
from fieldproof.prove import (
    Barretenberg,
    ReferenceString,
    Toolchain,
    UnsatisfiedError,
    WitnessSolver,
    compile_circuit,
    get_gadgets,
)
from fieldproof.prove.inputs import shape_inputs

from .judging import (
    CohortCase,
    make_case_statement,
    make_coverage_cases,
    make_driving_cases,
    make_energy_cases,
)
from .networks import at_capacity, load_network

EXAMPLES: dict[str, tuple[int, float, Callable[[], list[CohortCase]]]] = {
    "driving": (4, 1.15, make_driving_cases),
    "energy": (16, 1.15, make_energy_cases),
    "coverage": (16, 1.3, make_coverage_cases),
}
"""Capacity, most gates over the twin's, cases."""
EACH = [pytest.param(name, marks=pytest.mark.slow if name == "coverage" else ()) for name in EXAMPLES]


def get_sources(name: str, kind: str, capacity: int) -> dict[str, str]:
    if kind == "twin":
        return get_twin_sources(name, capacity)
    emitted = emit_cohort(compile_network(at_capacity(load_network(name), capacity)))
    return {"main.nr": emitted.source, **get_gadgets()}


@pytest.mark.parametrize("kind", ["twin", "emitted"])
@pytest.mark.parametrize("name", EACH)
def test_a_circuit_pays_what_the_author_wrote(
    name: str, kind: str, toolchain: Toolchain, cache: Path, solver: WitnessSolver
) -> None:
    capacity, _, make_cases = EXAMPLES[name]
    artifact = compile_circuit(get_sources(name, kind, capacity), toolchain, cache=cache)
    network = at_capacity(load_network(name), capacity)
    paid = 0
    for number, case in enumerate(make_cases()):
        statement, witness = make_case_statement(network, case)
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
