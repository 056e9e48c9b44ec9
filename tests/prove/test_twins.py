"""The hand-written twins and the compiler's circuits of the networks say what their authors wrote."""

from dataclasses import replace
from pathlib import Path

import pytest

from compiler.comparing import compare
from fieldproof.compiler import compile_network, to_python
from fieldproof.networks import NETWORKS
from fieldproof.prove import (
    Barretenberg,
    ReferenceString,
    Toolchain,
    UnsatisfiedError,
    WitnessSolver,
    compile_circuit,
)
from fieldproof.prove.inputs import shape_inputs

from .cohorts import get_benchmark_sources
from .device_cases import CASES
from .networks import call_author, get_sources, load_network, make_statement

SLOW = {"weather"}
"""A day of 480 packets takes Noir a minute, and the evaluator three seconds."""
CIRCUITS = [
    pytest.param(name, kind, marks=[pytest.mark.slow, pytest.mark.timeout(900)] if name in SLOW else [])
    for name in CASES
    for kind in ("twin", "emitted")
]
SIZES = [
    pytest.param(name, capacity, most, marks=[pytest.mark.slow] if capacity > 1 or name in SLOW else [])
    for name, capacity, most in (
        ("solar", 1, 1.15),
        ("solar", 16, 1.15),
        ("tracker", 1, 1.15),
        ("tracker", 16, 1.15),
        ("gnss", 1, 1.15),
        ("gnss", 4, 1.15),
        ("area", 1, 1.15),
        ("weather", 1, 1.3),
    )
]
"""Network, devices, and how many times the gates of the twin its circuit may have."""


@pytest.mark.parametrize(("name", "kind"), CIRCUITS)
def test_a_circuit_pays_what_the_author_wrote(
    name: str, kind: str, toolchain: Toolchain, cache: Path, solver: WitnessSolver
) -> None:
    artifact = compile_circuit(get_sources(name, kind, 1), toolchain, cache=cache)
    compiled = compile_network(load_network(name))
    python = to_python(compiled)
    paid = 0
    for case in CASES[name]():
        points = call_author(name, case)
        assert compare(compiled, python, case.inputs).points == points
        statement, witness = make_statement(compiled.network, case, points)
        paid += points > 0
        solver.solve(artifact, shape_inputs(artifact, statement.to_fields(), witness.to_inputs()))
        wrong = replace(statement, points=(points + 1,)).to_fields()
        with pytest.raises(UnsatisfiedError):
            solver.solve(artifact, shape_inputs(artifact, wrong, witness.to_inputs()))
    assert paid >= 5


def test_every_program_of_one_device_has_a_twin() -> None:
    assert set(CASES) | {"coverage", "driving", "energy"} == set(NETWORKS)


@pytest.mark.parametrize(("name", "capacity", "most"), SIZES)
def test_the_compiler_stays_close_to_the_hand_written_circuit(
    name: str,
    capacity: int,
    most: float,
    toolchain: Toolchain,
    cache: Path,
    development_string: ReferenceString,
) -> None:
    client = Barretenberg(toolchain.bb, development_string, threads=1)
    twin, emitted = (
        client.count_gates(
            compile_circuit(get_sources(name, kind, capacity), toolchain, cache=cache).bytecode
        )
        for kind in ("twin", "emitted")
    )
    client.close()
    assert emitted <= most * twin, f"{name}, {capacity} devices: {emitted} gates, by hand {twin}"


@pytest.mark.parametrize(
    ("capacity", "most_gates"),
    [
        (16, 52_300),
        pytest.param(64, 200_000, marks=pytest.mark.slow),
        pytest.param(256, 790_000, marks=pytest.mark.slow),
    ],
)
def test_the_benchmark_does_not_grow(
    capacity: int, most_gates: int, toolchain: Toolchain, cache: Path, development_string: ReferenceString
) -> None:
    artifact = compile_circuit(get_benchmark_sources(capacity), toolchain, cache=cache)
    client = Barretenberg(toolchain.bb, development_string, threads=1)
    gates = client.count_gates(artifact.bytecode)
    client.close()
    assert gates <= most_gates
