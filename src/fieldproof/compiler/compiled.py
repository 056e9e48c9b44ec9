"""From a captured network to a checked program: the one way into the rest of the compiler."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fieldproof.compiler.analyse import LONG_LOOP_ROUNDS, analyse
from fieldproof.compiler.capture import CapturedNetwork, capture
from fieldproof.compiler.declared import RecordType
from fieldproof.compiler.diagnostics import Code, Diagnostic, Reporter, Span, raise_mistakes
from fieldproof.compiler.errors import CompileError
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Event, Item, Loop, Opcode, Operation, Program, walk
from fieldproof.compiler.lower import find_report_type, lower
from fieldproof.compiler.lower_notes import Notes
from fieldproof.compiler.lower_scope import MAXIMUM_STEPS
from fieldproof.compiler.prune import prune
from fieldproof.compiler.simplify import simplify
from fieldproof.compiler.state import get_state_fields
from fieldproof.compiler.tabulate import tabulate

_MAXIMUM_ANALYSED = 2_000_000
"""Operations that the analysis goes through one by one."""


MAXIMUM_DEPTH = 100
"""Levels of statements and expressions within one another; Python's stack carries several times as many."""


@dataclass(frozen=True, slots=True)
class CompiledStage:
    """The function of one device in a program of the cohort."""

    program: Program
    intervals: Mapping[int, Interval]
    report: RecordType


@dataclass(frozen=True, slots=True)
class CompiledNetwork:
    """A network whose program has no mistakes, in the intermediate form."""

    network: CapturedNetwork
    program: Program
    intervals: Mapping[int, Interval]
    """Bounds of every value of the program."""
    device: CompiledStage | None = None
    """What makes the reports that a program of the cohort judges; None for a program of one device."""

    @property
    def reads_times(self) -> bool:
        """Whether the function of one device reads the time of a reading."""
        program = self.program if self.device is None else self.device.program
        return any(
            isinstance(item, Operation) and item.opcode is Opcode.READING and item.payload == 0
            for item in walk(program.body)
        )


def compile_network(network: CapturedNetwork) -> CompiledNetwork:
    """Return the checked and simplified program, or raise `CompileError` with all mistakes."""
    reporters = {module.path: Reporter(module.path, module.text) for module in network.modules}
    programs = _lower(network, reporters)
    if programs is not None:
        for program in programs:
            _check_size(network, program, reporters)
            if not reporters[network.path].diagnostics:
                analyse(program, reporters)
    raise_mistakes(reporters.values())
    get_state_fields(network)
    if programs is None:
        raise RuntimeError("bug: a program without mistakes was not lowered")
    improved = [_improve(program, network.settings.cohort) for program in programs]
    last, intervals = improved[-1]
    compiled = CompiledNetwork(network, last, intervals)
    report = find_report_type(network)
    if report is None:
        return compiled
    _check_total(last, reporters)
    raise_mistakes(reporters.values())
    return replace(compiled, device=CompiledStage(*improved[0], report))


def _improve(program: Program, devices: int) -> tuple[Program, Mapping[int, Interval]]:
    """Return an equal program that costs less, and the bounds of its values."""
    simple = simplify(program)
    intervals = analyse(simple).intervals
    tabled = tabulate(simple, intervals, devices)
    if tabled is simple:
        return simple, intervals
    simple = simplify(tabled)
    return simple, analyse(simple).intervals


@dataclass(frozen=True, slots=True)
class AnalysedProgram:
    """A program as it is written, nothing left out, for explanations."""

    program: Program
    intervals: Mapping[int, Interval]
    """Bounds of every value of the program."""
    notes: Notes
    """What its source stood for."""


def analyse_network(network: CapturedNetwork) -> list[AnalysedProgram]:
    """Return the programs with the bounds of their values.

    Values that grow too large are cut off at the limit; other mistakes raise `CompileError`.
    """
    reporters = {module.path: Reporter(module.path, module.text) for module in network.modules}
    notes = [Notes() for _ in network.stages]
    programs = _lower(network, reporters, notes) or ()
    for program in programs:
        _check_size(network, prune(program), reporters)
    raise_mistakes(reporters.values())
    return [
        AnalysedProgram(program, analyse(program).intervals, taken)
        for program, taken in zip(programs, notes, strict=True)
    ]


def _check_size(network: CapturedNetwork, program: Program, reporters: Mapping[str, Reporter]) -> None:
    steps = count_steps(program.body)
    if steps > MAXIMUM_STEPS or count_steps(program.body, most=LONG_LOOP_ROUNDS) > _MAXIMUM_ANALYSED:
        reporters[network.path].report(
            Code.TOO_LONG,
            Span(network.path, 1, 1, 1, 1),
            f"the program takes {steps} steps for one device, too many to prove",
            "make loops inside loops shorter, or take fewer readings in a window",
        )


def _check_total(program: Program, reporters: Mapping[str, Reporter]) -> None:
    """Nobody is void in a judgement of the whole cohort, so nothing in it may raise."""
    for item in walk(program.body):
        if isinstance(item, Event):
            reporters[item.span.path].report(
                Code.PARTIAL,
                item.span,
                f"this could raise {item.exception} ({item.message}), and would stop the whole cohort",
                "make it impossible with min, max or an if, or decide it in the @each_device function",
            )


def _lower(
    network: CapturedNetwork, reporters: Mapping[str, Reporter], notes: Sequence[Notes] = ()
) -> tuple[Program, ...] | None:
    # Measured, not tried: what compiles must not depend on how much stack a process happens to have left.
    for module in network.modules:
        for function in module.functions:
            if _measure_depth(function) > MAXIMUM_DEPTH:
                reporters[module.path].report(
                    Code.TOO_DEEP,
                    function,
                    f"expressions or branches in {function.name} are nested deeper than {MAXIMUM_DEPTH} "
                    "levels",
                    "write long chains of elif as a table, and long expressions in several lines",
                )
                return None
    return lower(network, reporters, notes)


def _measure_depth(function: ast.FunctionDef) -> int:
    """Return the levels of the syntax tree, without recursion of our own."""
    depth = 0
    level: list[ast.AST] = [function]
    while level:
        depth += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return depth


def check(files: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """Return all mistakes of a network's source; none if it compiles."""
    try:
        compile_network(capture(files))
    except CompileError as error:
        return error.diagnostics
    return ()


def count_steps(items: tuple[Item, ...], *, most: int | None = None) -> int:
    """Return the operations one device takes, a loop counted as `most` rounds where it has more."""
    total = 0
    for item in items:
        if isinstance(item, Operation):
            total += 1
        elif isinstance(item, Loop):
            rounds = item.rounds if most is None else min(item.rounds, most)
            total += rounds * (1 + count_steps(item.body, most=most))
    return total
