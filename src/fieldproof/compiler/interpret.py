"""Runs an author's function as Python: the meaning of a program, and what audits recompute.

Only what the compiler has checked is ever run: the functions and constants of the captured source,
compiled anew from their syntax trees, without builtins, imports or attributes other than those of
readings, attributes, window and the author's own enums and dataclasses. A stranger's source can compute
integers with it, and nothing else.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fieldproof.compiler.authoring_cohort import Cohort
from fieldproof.compiler.capture import CapturedNetwork
from fieldproof.compiler.compiled import CompiledNetwork, compile_network
from fieldproof.compiler.declared import (
    Declared,
    build,
    build_nearest_zero,
    check_declared,
    flatten,
)
from fieldproof.compiler.interpret_names import Names
from fieldproof.compiler.interpret_reasons import Readings, ReasonFinder, Row, VoidReason

_VOIDING = (AssertionError, ArithmeticError, LookupError, ValueError, TypeError)
"""What a program may raise; all else is a bug of ours."""

ScaledRow = tuple[int | None, ...]
"""Time in ms, then the scaled values in the schema's order; None for an optional one that is missing."""


@dataclass(frozen=True, slots=True)
class PythonOutcome:
    """What the author's function says of one device's window."""

    points: int
    """0 where void."""
    void: VoidReason | None
    state: tuple[int, ...] = ()
    """Numbers of the state's fields in their order, as they were before where void; none without state."""


@dataclass(frozen=True, slots=True)
class PythonReport:
    """What the first stage of a cohort program says of one device's window."""

    report: tuple[int, ...] | None
    """Numbers of the report's fields in their order, lists item by item; None where void."""
    void: VoidReason | None


class _Stage:
    """A function that is given one device's window."""

    def __init__(self, network: CapturedNetwork, names: Names, name: str) -> None:
        self.call: Callable[..., Any] = names.get(name)
        self._network = network
        self._columns = ("time_ms", *(spec.name for spec in network.schema.reading))
        self._attributes = tuple(spec.name for spec in network.schema.attributes)
        self._reasons = ReasonFinder(network)
        self._function = next(each for each in network.functions if each.name == name)
        self.returns = _get_return_types(self._function, names)

    def run(
        self,
        rows: Sequence[ScaledRow],
        attributes: Sequence[int],
        window: tuple[int, int, int],
        more: Sequence[object] = (),
    ) -> tuple[Any, ...] | VoidReason:
        """Return the checked results, or why there are none; `window` is start, number and missed."""
        readings = tuple(Row(self._columns, row, index) for index, row in enumerate(rows))
        starts_at, number, missed = window
        arguments: list[object] = [Readings(readings, starts_at=starts_at, number=number, missed=missed)]
        if self._network.attributes_name is not None:
            arguments.append(Row(self._attributes, tuple(attributes), None))
        try:
            result = self.call(*arguments, *more)
        except _VOIDING as error:
            return self._reasons.find(error)
        results = result if len(self.returns) > 1 else (result,)
        try:
            for declared, each in zip(self.returns, results, strict=True):
                check_declared(declared, each)
        except (OverflowError, ValueError, TypeError) as error:
            function = self._function
            line = function.returns.lineno if function.returns else function.lineno
            return VoidReason(type(error).__name__, str(error), self._network.path, line)
        return tuple(results)


class PythonProgram:
    """An author's function over one device's window, ready to be called."""

    def __init__(self, network: CapturedNetwork) -> None:
        if network.device_name is not None:
            raise TypeError("bug: a program over the cohort has two stages: the caller must check")
        self._names = Names(network)
        self._stage = _Stage(network, self._names, network.program_name)
        self._call = self._stage.call
        self._state: Declared | None = None
        self._first: tuple[int, ...] = ()
        if network.state_name is not None:
            self._state = self._names.read_type(ast.Name(network.state_name, ast.Load()))
            self._first = tuple(flatten(self._state, self._names.get(network.state_name)()))

    def __call__(
        self,
        rows: Sequence[ScaledRow],
        attributes: Sequence[int],
        starts_at: int,
        *,
        number: int = 0,
        missed: int = 0,
        state: Sequence[int] | None = None,
    ) -> PythonOutcome:
        """Return points and state, or the reason for voidness.

        `rows` are scaled readings in order, the time in ms first; `attributes` scaled, in the schema's
        order; `starts_at` the window's start in seconds since 1970, `number` its place from genesis;
        `missed` how many windows the device missed before it; `state` the numbers of the state's fields,
        None for the first state.
        """
        before = self._first if state is None else tuple(state)
        more = [] if self._state is None else [build(self._state, before, self._names.make_record)]
        results = self._stage.run(rows, attributes, (starts_at, number, missed), more)
        if isinstance(results, VoidReason):
            return PythonOutcome(0, results, before)
        if self._state is None:
            return PythonOutcome(int(results[0]), None)
        return PythonOutcome(int(results[0]), None, tuple(flatten(self._state, results[1])))


class PythonCohortProgram:
    """An author's two functions over a cohort: one looks at each device, the other judges them all."""

    def __init__(self, network: CapturedNetwork) -> None:
        if network.device_name is None:
            raise TypeError("bug: a program over one device's window has no stages: the caller must check")
        self._names = Names(network)
        self._device = _Stage(network, self._names, network.device_name)
        self._judge = _Stage(network, self._names, network.program_name)
        (self._report,) = self._device.returns

    def look(
        self, rows: Sequence[ScaledRow], attributes: Sequence[int], starts_at: int, *, number: int = 0
    ) -> PythonReport:
        """Return the report on one device's window, or the reason for voidness."""
        results = self._device.run(rows, attributes, (starts_at, number, 0))
        if isinstance(results, VoidReason):
            return PythonReport(None, results)
        return PythonReport(tuple(flatten(self._report, results[0])), None)

    def judge(self, reports: Sequence[tuple[int, ...] | None]) -> tuple[int, ...]:
        """Return the points of each place of the cohort; None stands for a device absent or void.

        Points of absent members are as the program gives them: the caller ignores them.
        """
        make = self._names.make_record
        cohort = Cohort([None if each is None else build(self._report, each, make) for each in reports]).bind(
            lambda: build_nearest_zero(self._report, make)
        )
        points = self._judge.call(cohort)
        (declared,) = self._judge.returns
        check_declared(declared, points)
        return tuple(flatten(declared, points))


def to_python(network: CapturedNetwork | CompiledNetwork) -> PythonProgram:
    """Return the author's function; raises `CompileError` if the source is not within the language."""
    return PythonProgram(_check(network))


def to_python_cohort(network: CapturedNetwork | CompiledNetwork) -> PythonCohortProgram:
    """Return the author's two functions; raises `CompileError` if the source is not within the language."""
    return PythonCohortProgram(_check(network))


def _check(network: CapturedNetwork | CompiledNetwork) -> CapturedNetwork:
    compiled = compile_network(network) if isinstance(network, CapturedNetwork) else network
    return compiled.network


def _get_return_types(function: ast.FunctionDef, names: Names) -> tuple[Declared, ...]:
    returns = function.returns
    if isinstance(returns, ast.Constant) and isinstance(returns.value, str):
        returns = ast.parse(returns.value, mode="eval").body
    match returns:
        case ast.Subscript(ast.Name("tuple"), ast.Tuple(parts)):
            return tuple(map(names.read_type, parts))
        case None:
            raise TypeError("bug: the program's return type was not checked")
        case annotation:
            return (names.read_type(annotation),)


__all__ = [
    "PythonCohortProgram",
    "PythonOutcome",
    "PythonProgram",
    "PythonReport",
    "VoidReason",
    "to_python",
    "to_python_cohort",
]
