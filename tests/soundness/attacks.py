"""Runs a gadget and its mutants against every perturbation of its hints, in one compiled program."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fieldproof.core.poseidon2 import FIELD_ORDER
from prove.lies import LyingSolver, Outcome

from .compiling import compile_unchecked
from .constraints import Mutant, get_mutants, get_packed_sources
from .harnesses import Harness

_RANDOM = random.Random(3).randrange(FIELD_ORDER)
SINGLE: dict[str, Callable[[int], int]] = {
    "one more": lambda value: value + 1,
    "one less": lambda value: value - 1,
    "nothing": lambda _value: 0,
    "its negative": lambda value: -value,
    "plus 2^32": lambda value: value + 2**32,
    "plus 2^128": lambda value: value + 2**128,
    "the middle of the field": lambda _value: FIELD_ORDER // 2,
    "a random number": lambda _value: _RANDOM,
}
"""What a hinted value is turned into, one at a time."""


@dataclass(frozen=True)
class Verdict:
    """What an attack on one gadget found."""

    perturbations: int
    """Lies that the untouched gadget refused, or that changed nothing that it answers."""
    passed: tuple[str, ...]
    """Lies that the untouched gadget took; must be none."""
    killed: tuple[Mutant, ...]
    survivors: tuple[Mutant, ...]


def attack(harness: Harness, solver: LyingSolver, *, perturb: bool = True) -> Verdict:
    """Attack a gadget and its mutants with every case and lie; without `perturb` by the cases alone."""
    mutants = get_mutants(harness.module, harness.functions)
    inputs, answers = len(harness.cases[0]), harness.answer_count
    artifact = compile_unchecked(get_packed_sources(harness.module, mutants, harness.body, inputs, answers))

    def run(number: int, case: Sequence[int], lies: Sequence[int] = ()) -> Outcome:
        return solver.solve(artifact, {"which": number, "inputs": list(case)}, lies)

    def is_wrong(case: Sequence[int], outcome: Outcome) -> bool:
        expected = harness.compute(*case)
        if expected is None:
            return outcome.solved
        return outcome.solved and outcome.answers != tuple(value % FIELD_ORDER for value in expected)

    honest = {case: run(0, case) for case in harness.cases}
    for case, outcome in honest.items():
        assert outcome.solved is (harness.compute(*case) is not None), f"{case}: {outcome.reason}"
        assert not is_wrong(case, outcome), f"{case} gives {outcome.answers}"
    attacks: list[tuple[tuple[int, ...], list[int]]] = [(case, []) for case in honest]
    if perturb:
        attacks += [(case, lies) for case in honest for lies in get_lies(harness, case, honest[case].hinted)]
    passed = [f"{case} with {lies}" for case, lies in attacks if is_wrong(case, run(0, case, lies))]
    killed, survivors = [], []
    for number, mutant in enumerate(mutants, 1):
        wrong = any(is_wrong(case, run(number, case, lies)) for case, lies in attacks)
        (killed if wrong else survivors).append(mutant)
    return Verdict(
        sum(map(bool, (lies for _, lies in attacks))), tuple(passed), tuple(killed), tuple(survivors)
    )


def get_lies(harness: Harness, case: Sequence[int], hinted: Sequence[int]) -> Iterator[list[int]]:
    """Lies that fit each other; each value alone turned into another; neighbours swapped."""
    rows = [[value % FIELD_ORDER for value in row] for row in harness.aims(case, hinted)]
    places = range(min(len(hinted), harness.places))
    for place in places:
        rows += [[*hinted[:place], turn(hinted[place])] for turn in SINGLE.values()]
    for place in places[1:]:
        rows.append([*hinted[: place - 1], hinted[place], hinted[place - 1]])
    for row in rows:
        lies = [(wished - value) % FIELD_ORDER for wished, value in zip(row, hinted, strict=False)]
        if any(lies):
            yield lies
