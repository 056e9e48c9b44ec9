"""Random programs of the whole language: Python, the intermediate form before and after simplifying, Noir."""

import random
import runpy
from collections.abc import Sequence
from dataclasses import replace

import pytest

from fieldproof.compiler import CompileError, capture, compile_network
from fieldproof.compiler.emit_operations import OperationWriter
from fieldproof.compiler.ir import Opcode
from fieldproof.compiler.transfer import _PAIRS
from fieldproof.prove import compile_circuit, get_gadgets

from .circuits import CircuitOracle, find_in_circuits
from .comparing import Comparison
from .differential import REGRESSIONS, Verdict, check_circuits, check_seed, disagrees
from .joint import choose_windows, make_joint_inputs
from .random_frames import PLAIN_START
from .random_programs import CAPACITY, RandomProgram, make_program
from .shrinking import choose_first, shrink

SMALL_BODY = """    u = site.a
    v = 3
    q = [s.x for s in window]
    for n1 in range(3):
        if q[n1] > u:
            v += q[n1] * n1
        else:
            v = abs(v) % 100
    w = max(v, 5) - u
    if w > LIMIT:
        w //= 2
    return min(abs(w) + len(window), 1000)
"""

KEPT = sorted(REGRESSIONS.glob("*.py"))
# Of the slow ones, some fifty are refused.
FAST, FAST_NOIR, SLOW, BATCH = range(60), range(17, 23), range(2000, 2360), 20


def check_seeds(seeds: range) -> None:
    demand_agreement([check_seed(seed, folder=None) for seed in seeds])


def demand_agreement(verdicts: Sequence[Verdict]) -> None:
    wrong = [f"seed {each.seed}\n{each.text}" for each in verdicts if each.outcome == "disagrees"]
    assert not wrong, "\n".join(wrong)
    assert sum(each.outcome == "agrees" for each in verdicts) > len(verdicts) // 2


@pytest.mark.parametrize("first", range(FAST.start, FAST.stop, 10))
def test_random_programs_agree(first: int) -> None:
    check_seeds(range(first, first + 10))


def test_bounds_that_are_guessed_and_proven_hold_in_random_programs(monkeypatch) -> None:
    monkeypatch.setattr("fieldproof.compiler.analyse.LONG_LOOP_ROUNDS", 1)
    check_seeds(range(60, 70))


def test_witnesses_of_random_programs_give_what_python_gives(oracle) -> None:
    demand_agreement(check_circuits(FAST_NOIR, oracle, folder=None))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(SLOW.start, SLOW.stop, BATCH))
def test_many_random_programs_agree_with_python_and_so_do_their_witnesses(first, oracle) -> None:
    demand_agreement(check_circuits(range(first, first + BATCH), oracle, folder=None))


def test_a_circuit_over_many_programs_tells_which_of_them_has_another_result(oracle, monkeypatch) -> None:
    comparisons = [Comparison(make_program(seed).files) for seed in FAST_NOIR]
    cohort = choose_windows(comparisons[0], random.Random(1))
    assert oracle.find_wrong(comparisons, [cohort]) == {}
    for changed in (0, len(comparisons) - 1):

        def expect_more(programs, windows, changed=changed):
            inputs, expected = make_joint_inputs(programs, windows)
            expected[changed][CAPACITY - 1][0] += 1
            return inputs, expected

        monkeypatch.setattr("compiler.circuits.make_joint_inputs", expect_more)
        assert oracle.find_wrong(comparisons, [cohort]) == {changed: cohort}


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_what_disagreed_once_agrees(path) -> None:
    kept = runpy.run_path(str(path))
    comparison = Comparison(kept["FILES"])
    if kept["WINDOWS"]:
        comparison.run(kept["WINDOWS"])
    source = random.Random(path.stem)
    for _ in range(50):
        comparison.run(comparison.make_windows(source))


def test_what_disagreed_once_agrees_in_a_circuit(oracle) -> None:
    kept = [runpy.run_path(str(path)) for path in KEPT]
    comparisons = [Comparison(each["FILES"]) for each in kept]
    cohorts = [(each["WINDOWS"] * CAPACITY)[:CAPACITY] for each in kept if each["WINDOWS"]]
    wrong = oracle.find_wrong(comparisons, [*cohorts, choose_windows(comparisons[0], random.Random(1))])
    assert [KEPT[number].stem for number in wrong] == []


def test_a_program_that_disagrees_is_made_small() -> None:
    files = make_program(2).files

    def divides(smaller) -> bool:
        try:
            compile_network(capture(dict(smaller)))
        except CompileError:
            return False
        return " // " in smaller["network.py"].split("@program")[1]

    small = shrink(files, choose_first(divides), seconds=20)
    assert divides(small)
    assert len(small["network.py"]) < len(files["network.py"]) * 2 // 3


def test_a_program_that_breaks_the_compiler_is_kept(tmp_path, monkeypatch) -> None:
    emptied = {Opcode.MODULO: lambda left, right: None}
    monkeypatch.setattr("fieldproof.compiler.transfer._PAIRS", {**_PAIRS, **emptied})
    verdict = next(
        each for seed in range(20) if (each := check_seed(seed, folder=tmp_path)).outcome == "disagrees"
    )
    (path,) = tmp_path.glob("*.py")
    kept = runpy.run_path(str(path))
    assert str(path) in verdict.text
    assert kept["WINDOWS"] == ()
    assert " % " in kept["FILES"]["network.py"] or "divmod" in kept["FILES"]["network.py"]
    assert disagrees(kept["FILES"], ())
    monkeypatch.undo()
    assert not disagrees(kept["FILES"], ())


@pytest.mark.slow
def test_what_only_noir_shows_is_made_small_and_kept(tmp_path, toolchain, solver, monkeypatch) -> None:
    written = OperationWriter._make_arithmetic

    def write_wrong(self, item):
        return written(self, replace(item, opcode=Opcode.ADD) if item.opcode is Opcode.SUBTRACT else item)

    def compile_unkept(source):
        return compile_circuit({"main.nr": source, **get_gadgets()}, toolchain)

    # Noir compiles many smaller ones on the way, so the program is not a large one to begin with.
    program = RandomProgram("plain", (PLAIN_START, SMALL_BODY))
    monkeypatch.setattr("compiler.differential.make_program", lambda seed: program)
    oracle = CircuitOracle(compile_unkept, solver)
    monkeypatch.setattr("fieldproof.compiler.emit_operations.OperationWriter._make_arithmetic", write_wrong)
    (verdict,) = check_circuits([10], oracle, folder=tmp_path)
    (path,) = tmp_path.glob("*.py")
    kept = runpy.run_path(str(path))
    assert (verdict.outcome, path.name) == ("disagrees", "seed_10.py")
    assert str(path) in verdict.text
    _, body = kept["FILES"]["network.py"].split("-> U32:\n")
    assert body.index("network = ") < len(SMALL_BODY) // 2
    # Python and the intermediate form agree on it, and Noir with them when it is written as it should be.
    assert not disagrees(kept["FILES"], kept["WINDOWS"])
    assert find_in_circuits(oracle, [kept["FILES"]], kept["WINDOWS"]) == 0
    monkeypatch.undo()
    assert find_in_circuits(oracle, [kept["FILES"]], kept["WINDOWS"]) is None
