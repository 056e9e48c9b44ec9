"""Compiling and solving: errors carry the place, soundness findings are fatal, limits hold."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldproof.prove import (
    Artifact,
    CircuitError,
    LimitError,
    Limits,
    ProcessError,
    ProveError,
    SoundnessError,
    Toolchain,
    UnsatisfiedError,
    WitnessSolver,
    compile_circuit,
)
from fieldproof.prove.inputs import count_public_inputs, shape_inputs

SQUARE = {"main.nr": "fn main(y: pub Field, x: [Field; 2]) { assert(x[0] * x[1] == y); }"}


@pytest.fixture(scope="module")
def square(toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    return compile_circuit(SQUARE, toolchain, cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture
def own_solver(toolchain: Toolchain) -> Iterator[WitnessSolver]:
    solver = WitnessSolver(toolchain, seconds=20)
    yield solver
    solver.close()


def test_the_same_sources_are_compiled_once(square: Artifact, toolchain: Toolchain, tmp_path: Path) -> None:
    first = compile_circuit(SQUARE, toolchain, cache=tmp_path)
    assert first == square
    no_time = Limits(seconds=0.0, resident_bytes=1)
    assert compile_circuit(SQUARE, toolchain, cache=tmp_path, limits=no_time) == first
    with pytest.raises(LimitError):
        compile_circuit({"main.nr": SQUARE["main.nr"] + " "}, toolchain, cache=tmp_path, limits=no_time)


def test_what_does_not_compile_is_named_with_its_place(toolchain: Toolchain) -> None:
    with pytest.raises(CircuitError, match=r"(?s)cannot find `nothing`.*main\.nr") as caught:
        compile_circuit({"main.nr": "fn main(x: Field) { assert(x == nothing); }"}, toolchain)
    assert "/" not in str(caught.value).replace("main.nr", "")


def test_a_finding_about_soundness_is_fatal(toolchain: Toolchain) -> None:
    source = (
        "unconstrained fn hint(x: Field) -> Field { x }\n"
        "fn main(x: Field) { assert(x != 0); let y = unsafe { hint(x) }; assert(y * y == 4); }"
    )
    with pytest.raises(SoundnessError, match=r"main\.nr:2"):
        compile_circuit({"main.nr": source}, toolchain)


def test_sources_stay_inside_their_package(toolchain: Toolchain) -> None:
    for path in ("../main.nr", "/main.nr"):
        with pytest.raises(CircuitError, match="outside"):
            compile_circuit({path: "fn main() {}"}, toolchain)


def test_a_constraint_that_does_not_hold_is_named(square: Artifact, own_solver: WitnessSolver) -> None:
    assert own_solver.solve(square, {"y": 6, "x": [2, 3]})
    with pytest.raises(UnsatisfiedError, match=r"main\.nr:1"):
        own_solver.solve(square, {"y": 7, "x": [2, 3]})
    with pytest.raises(ProcessError, match="`y`"):
        own_solver.solve(square, {"x": [2, 3]})


def test_the_solver_is_started_again_after_its_death(square: Artifact, own_solver: WitnessSolver) -> None:
    first = own_solver.solve(square, {"y": 6, "x": [2, 3]})
    own_solver.close()
    assert own_solver.solve(square, {"y": 6, "x": [2, 3]}) == first


def test_the_solver_is_held_to_its_time(square: Artifact, toolchain: Toolchain) -> None:
    solver = WitnessSolver(toolchain, seconds=0.001)
    with pytest.raises(LimitError):
        solver.solve(square, {"y": 6, "x": [2, 3]})
    solver.close()


def test_inputs_must_fit_the_circuit(square: Artifact) -> None:
    assert count_public_inputs(square) == 1
    assert shape_inputs(square, [6], {"x": [2, 3]}) == {"y": 6, "x": [2, 3]}
    for statement, witness in (
        ([], {"x": [2, 3]}),
        ([6, 7], {"x": [2, 3]}),
        ([6], {}),
        ([6], {"x": [2]}),
        ([6], {"x": 2}),
        ([6], {"x": [2, [3]]}),
        ([6], {"x": [2, 3], "z": 1}),
    ):
        with pytest.raises(ProveError):
            shape_inputs(square, statement, witness)
