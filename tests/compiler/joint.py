"""One circuit over several random programs of all kinds, so that the compiler starts up once for all."""

import random
from collections.abc import Sequence
from dataclasses import replace

from fieldproof.compiler import Inputs, get_state_layout
from fieldproof.compiler.emit_program import EmittedProgram, emit_program
from fieldproof.protocol import StateLayout

from .benches import ProgramInputs, make_bench_inputs
from .comparing import Comparison
from .random_programs import CAPACITY

_STATE_FIELDS = 4
_SHIFT = 2**20
"""Added to numbers of reports: inputs are not negative."""
_REPORT_FIELDS = 11
_ROW = 2 + max(_STATE_FIELDS, _REPORT_FIELDS)
"""What is expected of a device: points, whether it is void, its next state or its report."""

Expected = list[list[int]]


def make_joint_source(comparisons: Sequence[Comparison]) -> str:
    """A circuit that runs every program on one cohort of windows and demands what is expected.

    `selected` is 1 for the programs of which that is demanded: one circuit tells which of them is wrong.
    """
    network = comparisons[0].network
    slots, columns = network.settings.readings_per_window, 1 + len(network.schema.reading)
    modules: list[str] = []
    before: list[str] = []
    inside: list[str] = []
    after: list[str] = []
    for number, comparison in enumerate(comparisons):
        program = emit_program(comparison.compiled)
        text = "\n".join(line.text for line in program.lines).replace("\nfn ", "\npub fn ")
        text = f"pub {text}" if text.startswith("fn ") else text
        modules += [f"mod p{number} {{", "use crate::gadgets::{arrays, integers, readings};", text, "}"]
        if program.prepare_call:
            inside.append(_qualify(program.prepare_call, number))
        _add_checks(program, number, before, inside, after)
    return "\n".join(
        [
            "mod gadgets;",
            "use gadgets::readings;",
            *(["use gadgets::integers;"] if any("integers::" in line for line in inside) else []),
            *modules,
            "fn main(",
            f"    columns: [[[Field; {slots}]; {columns}]; {CAPACITY}],",
            f"    counts: [Field; {CAPACITY}],",
            f"    attributes: [[Field; {len(network.schema.attributes)}]; {CAPACITY}],",
            f"    starts: [Field; {CAPACITY}],",
            f"    numbers: [Field; {CAPACITY}],",
            f"    absences: [Field; {CAPACITY}],",
            f"    states: [[Field; {_STATE_FIELDS}]; {CAPACITY}],",
            f"    selected: [Field; {len(comparisons)}],",
            f"    expected: pub [[[Field; {_ROW}]; {CAPACITY}]; {len(comparisons)}],",
            ") {",
            *before,
            f"for i in 0..{CAPACITY} {{",
            f"let mask: [bool; {slots}] = readings::mask(counts[i]);",
            "let starts_at = starts[i];",
            "let window = numbers[i];",
            "let missed = absences[i];",
            "let state = states[i];",
            *inside,
            "}",
            *after,
            "}",
        ]
    )


def _qualify(call: str, number: int) -> str:
    for name in ("prepare(", "compute_points(", "look("):
        call = call.replace(name, f"p{number}::{name}")
    return call


def _add_checks(
    program: EmittedProgram, number: int, before: list[str], inside: list[str], after: list[str]
) -> None:
    expected, spared = f"expected[{number}][i]", f"(selected[{number}] == 0)"
    if program.kind == "device":
        inside += [
            f"let earned = {_qualify(program.call, number)};",
            f'assert({spared} | (earned == {expected}[0]), "program {number}");',
        ]
    elif program.kind == "stateful":
        inside += [
            f"let (earned, is_void, following) = {_qualify(program.call, number)};",
            f'assert({spared} | (earned == {expected}[0]), "points {number}");',
            f'assert({spared} | (is_void as Field == {expected}[1]), "void {number}");',
            f"for k in 0..{_STATE_FIELDS} {{",
            f'assert({spared} | is_void | (following[k] == {expected}[2 + k]), "state {number}");',
            "}",
        ]
    else:
        size, absent = program.report_size, ", ".join(map(str, program.absent))
        before += [
            f"let mut present{number} = [false; {CAPACITY}];",
            f"let mut reports{number} = [[0; {size}]; {CAPACITY}];",
        ]
        inside += [
            f"let (is_void, report) = {_qualify(program.device_call, number)};",
            f"let absent: [Field; {size}] = [{absent}];",
            f'assert({spared} | (is_void as Field == {expected}[1]), "void {number}");',
            f"present{number}[i] = !is_void;",
            f"for k in 0..{size} {{",
            f'assert({spared} | is_void | (report[k] + {_SHIFT} == {expected}[2 + k]), "report {number}");',
            f"reports{number}[i][k] = integers::select(is_void, absent[k], report[k]);",
            "}",
        ]
        after += [
            "{",
            f"let present = present{number};",
            f"let reports = reports{number};",
            f"let points = {_qualify(program.cohort_call, number)};",
            f"for i in 0..{CAPACITY} {{",
            f'assert({spared} | (points[i] * (present[i] as Field) == {expected}[0]), "points {number}");',
            "}",
            "}",
        ]


def make_joint_inputs(
    comparisons: Sequence[Comparison], windows: Sequence[Inputs]
) -> tuple[ProgramInputs, list[Expected]]:
    """Inputs of the circuit, and what Python expects of every program."""
    first = comparisons[0].compiled
    inputs = make_bench_inputs(first, windows, [])
    layout = next(
        (found for each in comparisons if (found := get_state_layout(each.network)) is not None), None
    )
    inputs["absences"] = [window.missed for window in windows]
    inputs["states"] = [_to_raw(layout, window.state) for window in windows]
    return inputs, [_expect(each, windows) for each in comparisons]


def _to_raw(layout: StateLayout | None, state: Sequence[int]) -> list[int]:
    if layout is None:
        return [0] * _STATE_FIELDS
    return [value - field.low for value, field in zip(state, layout.fields, strict=True)]


def _expect(comparison: Comparison, windows: Sequence[Inputs]) -> Expected:
    if comparison.compiled.device is not None:
        looks, points = comparison.judge(windows)
        rows = [
            [earned * (leaves is not None), int(leaves is None), *(value + _SHIFT for value in leaves or ())]
            for earned, leaves in zip(points, looks, strict=True)
        ]
    else:
        layout = get_state_layout(comparison.network)
        rows = []
        for window in windows:
            found = comparison.run_python(window)
            void = int(found.void is not None)
            rows.append([found.points, void, *(_to_raw(layout, found.state) if layout is not None else ())])
    return [row + [0] * (_ROW - len(row)) for row in rows]


def choose_windows(comparison: Comparison, source: random.Random) -> list[Inputs]:
    """A cohort of random windows in one window's time."""
    found = [window for _ in range(CAPACITY) for window in comparison.make_windows(source)[:1]]
    return [replace(window, number=found[0].number, starts_at=found[0].starts_at) for window in found]
