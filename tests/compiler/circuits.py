"""What Noir makes of programs that Python and the intermediate form agree on, many in one circuit."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from fieldproof.compiler import Inputs
from fieldproof.prove import Artifact, CircuitError, SoundnessError, UnsatisfiedError, WitnessSolver

from .benches import ProgramInputs
from .comparing import Comparison
from .joint import Expected, make_joint_inputs, make_joint_source

Cohort = Sequence[Inputs]


@dataclass(frozen=True)
class CircuitOracle:
    """Tells which programs are another thing in Noir than in Python."""

    compile_noir: Callable[[str], Artifact]
    solver: WitnessSolver

    def find_wrong(self, comparisons: Sequence[Comparison], cohorts: Sequence[Cohort]) -> dict[int, Cohort]:
        """Programs that Noir refuses or that have another result there, each with a cohort that shows it."""
        if not comparisons:
            return {}
        try:
            artifact = self.compile_noir(make_joint_source(comparisons))
        except (CircuitError, SoundnessError):
            return self._divide(comparisons, cohorts)
        wrong: dict[int, Cohort] = {}
        for cohort in cohorts:
            trial = _Trial(self.solver, artifact, *make_joint_inputs(comparisons, cohort))
            numbers = range(len(comparisons))
            if trial.holds(numbers):
                continue
            if not trial.holds(()):
                # Some constraint of a program fails whatever is expected of it.
                return self._divide(comparisons, [cohort]) | wrong
            wrong.update((each, cohort) for each in numbers if each not in wrong and not trial.holds((each,)))
        return wrong

    def _divide(self, comparisons: Sequence[Comparison], cohorts: Sequence[Cohort]) -> dict[int, Cohort]:
        """Look for those who are to blame in both halves; one alone is."""
        if len(comparisons) == 1:
            return {0: cohorts[0]}
        middle = len(comparisons) // 2
        first = self.find_wrong(comparisons[:middle], cohorts)
        second = self.find_wrong(comparisons[middle:], cohorts)
        return first | {middle + number: cohort for number, cohort in second.items()}


@dataclass(frozen=True)
class _Trial:
    solver: WitnessSolver
    artifact: Artifact
    inputs: ProgramInputs
    expected: list[Expected]

    def holds(self, selected: Collection[int]) -> bool:
        """Whether there is a witness in which the selected programs give what is expected."""
        chosen = [int(number in selected) for number in range(len(self.expected))]
        try:
            self.solver.solve(self.artifact, {**self.inputs, "selected": chosen, "expected": self.expected})
        except UnsatisfiedError:
            return False
        return True


def find_in_circuits(
    oracle: CircuitOracle, candidates: Sequence[Mapping[str, str]], cohort: Cohort
) -> int | None:
    """The smallest of some programs that only Noir runs otherwise; they are compiled together."""
    found: list[tuple[int, Comparison]] = []
    for number, files in enumerate(candidates):
        try:
            comparison = Comparison(files)
            make_joint_inputs([comparison], cohort)
        except Exception:
            # It is refused, or wrong before Noir comes in: another mistake than the one looked for.
            continue
        found.append((number, comparison))
    wrong = oracle.find_wrong([comparison for _, comparison in found], [cohort])
    numbers = [found[place][0] for place in wrong]
    return min(numbers, key=lambda each: sum(map(len, candidates[each].values())), default=None)
