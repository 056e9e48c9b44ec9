"""Python's run of a program against the evaluator's, for programs of all kinds."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fieldproof.compiler import (
    CapturedNetwork,
    CompiledNetwork,
    Inputs,
    PythonCohortProgram,
    PythonOutcome,
    PythonProgram,
    capture,
    compile_network,
    evaluate,
    to_python,
    to_python_cohort,
)
from fieldproof.compiler.analyse import analyse
from fieldproof.compiler.compiled import count_steps
from fieldproof.compiler.declared import ArrayType, Declared, RecordType
from fieldproof.compiler.diagnostics import Reporter
from fieldproof.compiler.evaluate import CohortInputs, Data, Outcome
from fieldproof.compiler.interpret import VoidReason
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Program
from fieldproof.compiler.lower import lower

from .random_programs import make_window

Judged = tuple[Program, Mapping[int, Interval]]
"""A program and the bounds of its values."""


def compare(compiled: CompiledNetwork, python: PythonProgram, window: Inputs) -> PythonOutcome:
    """Demand the same points, and voidness in the same line for the same reason."""
    return compare_outcome((compiled.program, compiled.intervals), python, window)


def compare_outcome(judged: Judged, python: PythonProgram, window: Inputs) -> PythonOutcome:
    """The same of a program in any stage of the compiler."""
    expected = python(
        window.rows,
        window.attributes,
        window.starts_at,
        number=window.number,
        missed=window.missed,
        state=window.state or None,
    )
    found = evaluate(*judged, window)
    assert found.points == expected.points
    compare_voidness(found, expected.void)
    if expected.void is None:
        assert found.outputs[1:] == expected.state
    return expected


def compare_voidness(found: Outcome, expected: VoidReason | None) -> None:
    """Demand that both or none are void, in the same line for the same reason."""
    if expected is None:
        assert found.void is None, found.void
        return
    assert found.void is not None, expected
    assert (found.void.exception, found.void.span.line) == (expected.exception, expected.line)
    if expected.exception in ("AssertionError", "OverflowError"):
        assert found.void.message == expected.message


def compare_report(
    judged: Judged, declared: Declared, python: PythonCohortProgram, window: Inputs
) -> tuple[tuple[int, ...] | None, tuple[Data, ...] | None]:
    """Demand the same report on a window, or the same voidness; the report as Python and as leaves."""
    expected = python.look(window.rows, window.attributes, window.starts_at, number=window.number)
    found = evaluate(*judged, window)
    compare_voidness(found, expected.void)
    if expected.void is not None:
        return None, None
    assert tuple(flatten_leaves(declared, found.outputs)) == expected.report
    return expected.report, found.outputs


def flatten_leaves(declared: Declared, leaves: Sequence[Data]) -> Iterator[int]:
    """The numbers of a report as Python gives them, entry by entry, from the arrays of its leaves."""
    rest = iter(leaves)

    def read(each: Declared) -> Any:
        if isinstance(each, RecordType):
            return [read(inner) for _, inner in each.fields]
        return read(each.element) if isinstance(each, ArrayType) else next(rest)

    def pick(each: Declared, tree: Any, place: int | None) -> Iterator[int]:
        if isinstance(each, RecordType):
            for (_, inner), part in zip(each.fields, tree, strict=True):
                yield from pick(inner, part, place)
        elif isinstance(each, ArrayType):
            for number in range(each.length):
                yield from pick(each.element, tree, number)
        else:
            yield tree if place is None else tree[place]

    yield from pick(declared, read(declared), None)


class Comparison:
    """A network's program in Python, as lowered and as simplified: all must agree on every window."""

    def __init__(self, files: Mapping[str, str] | CapturedNetwork) -> None:
        """Compile the files; raises `CompileError`."""
        self.network = files if isinstance(files, CapturedNetwork) else capture(dict(files))
        self.compiled = compiled = compile_network(self.network)
        reporters = {each.path: Reporter(each.path, each.text) for each in self.network.modules}
        plain = lower(self.network, reporters)
        assert plain is not None
        self._lowered = [(each, analyse(each).intervals) for each in plain]
        self._simple: list[Judged] = [(compiled.program, compiled.intervals)]
        if compiled.device is not None:
            self._simple.insert(0, (compiled.device.program, compiled.device.intervals))
            self.cohort = to_python_cohort(compiled)
        else:
            self.python = to_python(compiled)

    @property
    def steps(self) -> int:
        """Operations of the programs, those in loops as often as there are rounds."""
        return sum(count_steps(program.body) for program, _ in self._simple)

    def make_windows(self, source: random.Random) -> list[Inputs]:
        """As many random windows as a run takes."""
        capacity = self.network.settings.cohort if self.compiled.device is not None else 1
        return [make_window(source) for _ in range(capacity)]

    def run(self, windows: Sequence[Inputs]) -> bool:
        """Demand that all agree on a window, or a cohort of them; return whether any device is not void."""
        if self.compiled.device is not None:
            return any(report is not None for report in self.judge(windows)[0])
        outcomes = [self.run_python(window) for window in windows]
        return any(each.void is None for each in outcomes)

    def run_python(self, window: Inputs) -> PythonOutcome:
        """Demand that all agree on a device's window; return what they say."""
        if self.network.state_name is None:
            window = Inputs(window.rows, window.attributes, window.starts_at, window.number)
        # Before any rewriting too: a mistake of both would have to be the same twice.
        outcomes = [compare_outcome(stages[0], self.python, window) for stages in self._stages]
        return outcomes[0]

    @property
    def _stages(self) -> tuple[list[Judged], list[Judged]]:
        return self._lowered, self._simple

    def judge(self, windows: Sequence[Inputs | None]) -> tuple[list[list[int] | None], tuple[int, ...]]:
        """Demand that all agree on a cohort; return reports, leaf by leaf, and points."""
        device = self.compiled.device
        assert device is not None
        seals = [*windows, *[None] * (self.network.settings.cohort - len(windows))]
        for look, judge in self._stages:
            looks = [
                (None, None) if each is None else compare_report(look, device.report, self.cohort, each)
                for each in seals
            ]
            points = self.cohort.judge([report for report, _ in looks])
            found = evaluate(*judge, CohortInputs(tuple(leaves for _, leaves in looks)))
            assert found.void is None
            assert found.outputs == (points,)
        return [None if leaves is None else list(_join_arrays(leaves)) for _, leaves in looks], points

    def compute_points(self, windows: Sequence[Inputs | None]) -> list[int]:
        """Demand that all agree on a cohort; return its points, 0 for a device absent or void."""
        reports, points = self.judge(windows)
        return [0 if report is None else earned for report, earned in zip(reports, points, strict=True)]


def _join_arrays(leaves: Sequence[Data]) -> Iterator[int]:
    for each in leaves:
        yield from each if isinstance(each, tuple) else (each,)
