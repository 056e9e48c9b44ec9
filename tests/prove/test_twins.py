"""The hand-written twins and the compiler's circuits of the networks say what their authors wrote."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from bench.twins import get_twin_sources

from fieldproof.compiler import compile_network, emit_cohort
from fieldproof.networks import NETWORKS
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

from .cohorts import get_benchmark_sources
from .device_cases import make_area_cases, make_gnss_cases, make_weather_cases
from .networks import (
    Case,
    at_capacity,
    call_author,
    load_network,
    make_solar_cases,
    make_statement,
    make_tracker_cases,
)

EXAMPLES: dict[str, Callable[[], list[Case]]] = {
    "solar": make_solar_cases,
    "tracker": make_tracker_cases,
    "weather": make_weather_cases,
    "gnss": make_gnss_cases,
    "area": make_area_cases,
}
SLOW = {"weather"}
"""A day of 480 packets takes Noir a minute."""
CIRCUITS = [
    pytest.param(name, kind, marks=[pytest.mark.slow] if name in SLOW else [])
    for name in EXAMPLES
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


def get_sources(name: str, kind: str, capacity: int) -> dict[str, str]:
    if kind == "twin":
        return get_twin_sources(name, capacity)
    emitted = emit_cohort(compile_network(at_capacity(load_network(name), capacity)))
    return {"main.nr": emitted.source, **get_gadgets()}


@pytest.mark.parametrize(("name", "kind"), CIRCUITS)
def test_a_circuit_pays_what_the_author_wrote(
    name: str, kind: str, toolchain: Toolchain, cache: Path, solver: WitnessSolver
) -> None:
    artifact = compile_circuit(get_sources(name, kind, 1), toolchain, cache=cache)
    network = load_network(name)
    paid = 0
    for case in EXAMPLES[name]():
        points = call_author(name, case)
        statement, witness = make_statement(network, case, points)
        paid += points > 0
        solver.solve(artifact, shape_inputs(artifact, statement.to_fields(), witness.to_inputs()))
        wrong = replace(statement, points=(points + 1,)).to_fields()
        with pytest.raises(UnsatisfiedError):
            solver.solve(artifact, shape_inputs(artifact, wrong, witness.to_inputs()))
    assert paid >= 5


def test_every_program_of_one_device_has_a_twin() -> None:
    assert set(EXAMPLES) | {"coverage", "driving", "energy"} == set(NETWORKS)


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
