"""The real Noir compiler and witness solver, once a session."""

from collections.abc import Callable, Iterator

import pytest

from fieldproof.prove import (
    Artifact,
    Barretenberg,
    ReferenceString,
    Toolchain,
    WitnessSolver,
    compile_circuit,
    ensure_development_string,
    get_cache_folder,
    get_gadgets,
)

from .circuits import CircuitOracle


@pytest.fixture(scope="session")
def reference_string() -> ReferenceString:
    return ensure_development_string(1 << 16, get_cache_folder())


@pytest.fixture(scope="session")
def count_gates(
    toolchain: Toolchain, reference_string: ReferenceString
) -> Iterator[Callable[[Artifact], int]]:
    client = Barretenberg(toolchain.bb, reference_string)
    yield lambda artifact: client.count_gates(artifact.bytecode)
    client.close()


@pytest.fixture(scope="session")
def compile_noir(toolchain: Toolchain) -> Callable[[str], Artifact]:
    return lambda source: compile_circuit(
        {"main.nr": source, **get_gadgets()}, toolchain, cache=get_cache_folder()
    )


@pytest.fixture(scope="session")
def oracle(compile_noir: Callable[[str], Artifact], solver: WitnessSolver) -> CircuitOracle:
    return CircuitOracle(compile_noir, solver)
