"""From a captured network to a checked program: the one way into the rest of the compiler."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from fieldproof.compiler.analyse import LONG_LOOP_ROUNDS, analyse
from fieldproof.compiler.capture import CapturedNetwork, capture
from fieldproof.compiler.diagnostics import Code, Diagnostic, Reporter, Span
from fieldproof.compiler.errors import CompileError
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Item, Loop, Operation, Program
from fieldproof.compiler.lower import lower
from fieldproof.compiler.lower_scope import MAXIMUM_STEPS
from fieldproof.compiler.simplify import simplify

_MAXIMUM_ANALYSED = 300_000
"""Operations that the analysis goes through one by one."""


MAXIMUM_DEPTH = 100
"""Levels of statements and expressions within one another; Python's stack carries several times as many."""


@dataclass(frozen=True, slots=True)
class CompiledNetwork:
    """A network whose program has no mistakes, in the intermediate form."""

    network: CapturedNetwork
    program: Program
    intervals: Mapping[int, Interval]
    """Bounds of every value of the program."""


def compile_network(network: CapturedNetwork) -> CompiledNetwork:
    """Return the checked and simplified program, or raise `CompileError` with all mistakes."""
    reporter = Reporter(network.path, dict(network.sources)[network.path])
    program = _lower_within_limits(network, reporter)
    if program is not None:
        analyse(program, reporter)
    reporter.raise_if_any()
    if program is None:
        raise RuntimeError("bug: a program without mistakes was not lowered")
    simple = simplify(program)
    return CompiledNetwork(network, simple, analyse(simple).intervals)


def analyse_network(network: CapturedNetwork) -> tuple[Program, Mapping[int, Interval]]:
    """Return the program as it is written, with the bounds of its values, for explanations.

    Values that grow too large are cut off at the limit; other mistakes raise `CompileError`.
    """
    reporter = Reporter(network.path, dict(network.sources)[network.path])
    program = _lower_within_limits(network, reporter)
    reporter.raise_if_any()
    if program is None:
        raise RuntimeError("bug: a program without mistakes was not lowered")
    return program, analyse(program).intervals


def _lower_within_limits(network: CapturedNetwork, reporter: Reporter) -> Program | None:
    """Return the program if its steps are few enough to be analysed."""
    program = _lower(network, reporter)
    if program is None:
        return None
    steps = _count_steps(program.body)
    if steps > MAXIMUM_STEPS or _count_steps(program.body, most=LONG_LOOP_ROUNDS) > _MAXIMUM_ANALYSED:
        reporter.report(
            Code.TOO_LONG,
            Span(network.path, 1, 1, 1, 1),
            f"the program takes {steps} steps for one device, too many to prove",
            "make loops inside loops shorter, or take fewer readings in a window",
        )
        return None
    return program


def _lower(network: CapturedNetwork, reporter: Reporter) -> Program | None:
    # Measured, not tried: what compiles must not depend on how much stack a process happens to have left.
    for function in network.functions:
        if _measure_depth(function) > MAXIMUM_DEPTH:
            reporter.report(
                Code.TOO_DEEP,
                function,
                f"expressions or branches in {function.name} are nested deeper than {MAXIMUM_DEPTH} levels",
                "write long chains of elif as a table, and long expressions in several lines",
            )
            return None
    return lower(network, reporter)


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


def _count_steps(items: tuple[Item, ...], *, most: int | None = None) -> int:
    """Return the operations one device takes, a loop counted as `most` rounds where it has more."""
    total = 0
    for item in items:
        if isinstance(item, Operation):
            total += 1
        elif isinstance(item, Loop):
            rounds = item.rounds if most is None else min(item.rounds, most)
            total += rounds * (1 + _count_steps(item.body, most=most))
    return total
