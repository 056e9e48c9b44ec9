"""Circuits that run a program on many windows at once and demand the points that are expected."""

from collections.abc import Sequence

from fieldproof.compiler.compiled import CompiledNetwork
from fieldproof.compiler.emit_program import emit_program
from fieldproof.compiler.evaluate import Inputs
from fieldproof.protocol import to_raw_rows
from fieldproof.prove.solver import Input

ProgramInputs = dict[str, Input]


def make_bench_source(compiled: CompiledNetwork, windows: int) -> str:
    """A circuit over `windows` windows: raw columns, counts, attributes, starts and expected points."""
    settings, schema = compiled.network.settings, compiled.network.schema
    program = emit_program(compiled)
    slots = settings.readings_per_window
    attributes = len(schema.attributes)
    return "\n".join(
        [
            "mod gadgets;",
            "use gadgets::{arrays, integers, readings};",
            *(line.text for line in program.lines),
            "fn main(",
            f"    columns: [[[Field; {slots}]; {1 + len(schema.reading)}]; {windows}],",
            f"    counts: [Field; {windows}],",
            f"    attributes: [[Field; {max(1, attributes)}]; {windows}],",
            f"    starts: [Field; {windows}],",
            f"    numbers: [Field; {windows}],",
            f"    expected: pub [Field; {windows}],",
            ") {",
            f"    for i in 0..{windows} {{",
            f"        let mask: [bool; {slots}] = readings::mask(counts[i]);",
            *(["        let starts_at = starts[i];"] if program.uses_starts_at else []),
            *(["        let window = numbers[i];"] if program.uses_window else []),
            *([f"        {program.prepare_call}"] if program.prepare_call else []),
            f"        assert({program.call} == expected[i]);",
            "    }",
            "}",
        ]
    )


def make_bench_inputs(
    compiled: CompiledNetwork, windows: Sequence[Inputs], expected: Sequence[int]
) -> ProgramInputs:
    """Inputs of the bench circuit: raw values, empty slots zero."""
    schema, slots = compiled.network.schema, compiled.network.settings.readings_per_window
    columns = []
    for window in windows:
        rows = to_raw_rows(window.rows, schema)
        padded = [*rows, *[(0,) * (1 + len(schema.reading))] * (slots - len(rows))]
        columns.append([list(column) for column in zip(*padded, strict=True)])
    attributes = [
        [value - spec.low for value, spec in zip(window.attributes, schema.attributes, strict=True)] or [0]
        for window in windows
    ]
    return {
        "columns": columns,
        "counts": [len(window.rows) for window in windows],
        "attributes": attributes,
        "starts": [window.starts_at for window in windows],
        "numbers": [window.number for window in windows],
        "expected": list(expected),
    }


def make_joint_source(programs: Sequence[CompiledNetwork], windows: int) -> str:
    """One circuit over several programs of one schema, so that the compiler starts up once for all."""
    bodies, checks = [], []
    for number, compiled in enumerate(programs):
        emitted = emit_program(compiled)
        text = "\n".join(line.text for line in emitted.lines)
        for name in ("compute_points", "prepare", "TABLE_"):
            text = text.replace(name, f"{name}p{number}_")
        bodies.append(text)
        if emitted.prepare_call:
            checks.append(f"        {emitted.prepare_call.replace('prepare', f'preparep{number}_')}")
        call = emitted.call.replace("compute_points", f"compute_pointsp{number}_")
        checks.append(f'        assert({call} == expected[{number}][i], "program {number}");')
    first = programs[0].network
    slots, attributes = first.settings.readings_per_window, len(first.schema.attributes)
    return "\n".join(
        [
            "mod gadgets;",
            "use gadgets::{arrays, integers, readings};",
            *bodies,
            "fn main(",
            f"    columns: [[[Field; {slots}]; {1 + len(first.schema.reading)}]; {windows}],",
            f"    counts: [Field; {windows}],",
            f"    attributes: [[Field; {attributes}]; {windows}],",
            f"    starts: [Field; {windows}],",
            f"    numbers: [Field; {windows}],",
            f"    expected: pub [[Field; {windows}]; {len(programs)}],",
            ") {",
            f"    for i in 0..{windows} {{",
            f"        let mask: [bool; {slots}] = readings::mask(counts[i]);",
            "        let starts_at = starts[i];",
            "        let window = numbers[i];",
            *checks,
            "    }",
            "}",
        ]
    )
