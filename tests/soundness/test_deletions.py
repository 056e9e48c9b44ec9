"""No lie of a hint passes, and every constraint of the gadgets is needed: without it some lie would pass."""

import re
from pathlib import Path

import pytest

from fieldproof.prove.errors import CircuitError
from fieldproof.prove.gadgets import get_gadgets
from fieldproof.prove.noir import compile_circuit
from fieldproof.prove.toolchain import Toolchain
from prove.lies import LyingSolver, get_hint_names

from .attacks import attack
from .constraints import get_constraints, get_modules, get_mutants, get_packed_sources
from .harnesses import HARNESSES
from .statements import STATEMENT

FAST = ("comparisons", "divide_by_power")
ONE_BRANCH = {"square_root": "<ROOT_BITS>", "sort": "BITS + 16", "sort_many": "BITS + 9"}
"""Constraints in the other branch of a constant `if`, which this harness does not run: a part of the line."""
ELSEWHERE = {
    ("cohort", "assert_statement"): "below",
    ("hash", "absorb"): "below",
    ("state", "pack_lanes"): "below",
    ("seal", "is_valid"): "the multiplication itself refuses such scalars",
}
"""Constraints that are no gadget's of a few inputs, and where they are taken away."""


@pytest.mark.parametrize(
    "name", [name if name in FAST else pytest.param(name, marks=pytest.mark.slow) for name in HARNESSES]
)
def test_no_lie_passes_and_every_constraint_is_needed(name: str, lying_solver: LyingSolver) -> None:
    verdict = attack(HARNESSES[name], lying_solver)
    assert verdict.passed == ()
    other_branch = ONE_BRANCH.get(name, "")
    survivors = [each.name for each in verdict.survivors if not (other_branch and other_branch in each.line)]
    assert survivors == []


@pytest.mark.slow
def test_no_forged_statement_passes_and_every_demand_is_needed(lying_solver: LyingSolver) -> None:
    verdict = attack(STATEMENT, lying_solver, perturb=False)
    assert verdict.passed == ()
    assert [each.name for each in verdict.survivors] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "function", "call", "length"),
    [
        ("hash", "absorb", "absorb([value; 4], [value; 2])", 4),
        ("state", "pack_lanes", "pack_lanes([value; 2], 64)", 3),
    ],
)
def test_a_wrong_length_compiles_only_without_its_check(
    module: str, function: str, call: str, length: int, toolchain: Toolchain
) -> None:
    (mutant,) = get_mutants(module, (function,))
    sources = get_packed_sources(module, [mutant], "[0]", 1, 1)
    head = f"mod gadgets; mod m0; mod m1; fn main(value: Field) -> pub [Field; {length}]"
    with pytest.raises(CircuitError):
        compile_circuit({**sources, "main.nr": f"{head} {{ m0::{call} }}"}, toolchain)
    assert compile_circuit({**sources, "main.nr": f"{head} {{ m1::{call} }}"}, toolchain).bytecode


def test_every_constraint_and_every_hint_has_its_attack() -> None:
    attacked = {
        (harness.module, function) for harness in HARNESSES.values() for function in harness.functions
    }
    constrained = {
        (module, function) for module in get_modules() for function, _, _ in get_constraints(module)
    }
    assert attacked | set(ELSEWHERE) == constrained
    assert {hint for harness in HARNESSES.values() for hint in harness.hints} == set(get_hint_names())


def test_every_line_that_constrains_is_recognised_as_one() -> None:
    """A constraint that is written in some other shape would never be taken away."""
    for module in get_modules():
        lines = get_gadgets()[f"gadgets/{module}.nr"].splitlines()
        found = {place for _, place, _ in get_constraints(module)}
        for place, line in enumerate(lines):
            code = line.split("//")[0]
            if "assert" in code and "fn " not in code and "use " not in code:
                assert place in found, f"{module}.nr:{place + 1}: {line}"


def test_the_page_on_soundness_names_every_constrained_function() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "soundness.md").read_text()
    for module in get_modules():
        for function, _, _ in get_constraints(module):
            assert re.search(rf"\b{function}\b", page), f"{module}::{function} is not on the page"
