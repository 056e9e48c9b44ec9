"""Writes the circuit of a cohort: statement and witness of protocol.md, gadgets, and the program."""

from __future__ import annotations

from dataclasses import dataclass

from fieldproof.compiler.capture import CapturedNetwork
from fieldproof.compiler.compiled import CompiledNetwork
from fieldproof.compiler.diagnostics import Span
from fieldproof.compiler.emit_kinds import (
    make_arrays,
    make_calls,
    make_conclusions,
    make_demands,
    make_line,
)
from fieldproof.compiler.emit_operations import EmittedLine
from fieldproof.compiler.emit_program import EmittedProgram, emit_program
from fieldproof.compiler.packing import write_digest
from fieldproof.compiler.state import get_state_layout
from fieldproof.protocol import NetworkSettings, Schema, StateLayout, compute_widths

DEVICES_PER_RESULT_WORD = 7
BITS_PER_BITMAP_WORD = 128


@dataclass(frozen=True, slots=True)
class EmittedCircuit:
    """A `main.nr`; `mod gadgets` beside it is the folder `circuits/gadgets` unchanged."""

    source: str
    spans: tuple[Span | None, ...]
    """For each line of `source` the Python it comes from."""
    capacity: int
    """Devices that one proof covers."""


def emit_cohort(compiled: CompiledNetwork) -> EmittedCircuit:
    """Return the circuit of a cohort: statement and witness as protocol.md orders them."""
    return emit_circuit(compiled.network, emit_program(compiled), get_state_layout(compiled.network))


def emit_circuit(
    network: CapturedNetwork, program: EmittedProgram, layout: StateLayout | None
) -> EmittedCircuit:
    """Return the circuit of a cohort around the functions of its program; `layout` is that of its state."""
    settings, schema = network.settings, network.schema
    lines = [
        make_line(f"// The network {settings.name}, from {network.path}."),
        make_line("mod gadgets;"),
        *_make_imports(program, layout),
        make_line(""),
        *_make_sizes(settings),
        *_make_state_sizes(layout),
        make_line(""),
        *program.lines,
        make_line(""),
        *map(
            make_line, write_digest(compute_widths(schema, settings.window_s), settings.readings_per_window)
        ),
        make_line(""),
        *_make_signature(schema, program, layout),
        *make_demands(program, layout),
    ]
    if program.prepare_call:
        lines.append(make_line(f"    {program.prepare_call}"))
    lines += [
        *make_arrays(schema, program, layout),
        *_make_device_head(settings.cohort),
        *_make_reading_checks(schema, settings, program),
        *_make_attribute_checks(schema),
        _make_digest(schema, program),
        *make_calls(program, layout),
        make_line("    }"),
        *make_conclusions(program, layout),
        *map(make_line, _STATEMENT.splitlines()),
    ]
    return EmittedCircuit(
        "\n".join(each.text for each in lines) + "\n", tuple(each.span for each in lines), settings.cohort
    )


def _make_device_head(capacity: int) -> list[EmittedLine]:
    """Begin the part for each device: unrolling a loop of one round would double the compiler's work."""
    if capacity > 1:
        return [make_line("    for i in 0..CAPACITY {")]
    return [make_line("    {"), make_line("        let i: u32 = 0;")]


def _make_imports(program: EmittedProgram, layout: StateLayout | None) -> list[EmittedLine]:
    lines = [make_line("use gadgets::cohort::{assert_statement, Seals, Statement};")]
    if layout:
        functions = ["advance_lane", "join_lane", "pack_lanes", "unpack_lanes"]
        if program.uses_missed:
            functions.insert(1, "count_missed")
        lines.append(make_line(f"use gadgets::state::{{{', '.join(functions)}}};"))
    modules = ["hash", "integers", "readings"]
    if layout or program.kind == "cohort":
        modules.insert(0, "bitmap")
    if any("arrays::" in line.text for line in program.lines):
        modules.insert(0, "arrays")
    return [*lines, make_line(f"use gadgets::{{{', '.join(modules)}}};")]


def _make_sizes(settings: NetworkSettings) -> list[EmittedLine]:
    capacity = settings.cohort
    return [
        make_line(f"global CAPACITY: u32 = {capacity};"),
        make_line(f"global BITMAP_WORDS: u32 = {-(-capacity // BITS_PER_BITMAP_WORD)};"),
        make_line(f"global RESULT_WORDS: u32 = {-(-capacity // DEVICES_PER_RESULT_WORD)};"),
        make_line(f"global SLOTS: u32 = {settings.readings_per_window};"),
    ]


def _make_state_sizes(layout: StateLayout | None) -> list[EmittedLine]:
    if layout is None:
        return []
    widths = ", ".join(map(str, layout.widths))
    return [
        make_line(f"global STATE_WORDS: u32 = {layout.words};"),
        make_line(f"global STATE_WIDTHS: [u32; {len(layout.widths)}] = [{widths}];"),
    ]


def _make_signature(schema: Schema, program: EmittedProgram, layout: StateLayout | None) -> list[EmittedLine]:
    starts_at = "starts_at" if program.uses_starts_at else "_starts_at"
    inputs = [
        "network_id: pub Field",
        "_program_id: pub Field",
        "cohort: pub Field",
        "window: pub Field",
        f"{starts_at}: pub Field",
        "key_commitment: pub Field",
        "registered: pub Field",
        "active: pub [Field; BITMAP_WORDS]",
        "settled: pub [Field; BITMAP_WORDS]",
        "previous_state_root: pub Field",
        "window_root: pub Field",
        "sealed: pub [Field; BITMAP_WORDS]",
        "next_state_root: pub Field",
        "result: pub [Field; RESULT_WORDS]",
        "next_state: pub [Field; STATE_WORDS]",
        "chain_start: Field",
        "seal_keys: [[Field; 2]; CAPACITY]",
        f"attributes: [[Field; {len(schema.attributes)}]; CAPACITY]",
        "gateways: [Field; CAPACITY]",
        "counts: [Field; CAPACITY]",
        "salts: [Field; CAPACITY]",
        "signatures: [[Field; 3]; CAPACITY]",
        f"columns: [[[Field; SLOTS]; {1 + len(schema.reading)}]; CAPACITY]",
        "previous_state: [Field; STATE_WORDS]",
    ]
    if not schema.attributes:
        inputs = [each for each in inputs if not each.startswith("attributes")]
    if layout is None:
        inputs = [each for each in inputs if "STATE_WORDS" not in each]
    return [make_line("fn main("), *(make_line(f"    {each},") for each in inputs), make_line(") {")]


def _make_reading_checks(
    schema: Schema, settings: NetworkSettings, program: EmittedProgram
) -> list[EmittedLine]:
    widths, length_ms = compute_widths(schema, settings.window_s), settings.window_s * 1000
    check = "readings::assert_times" if program.uses_times else "let latest = readings::latest"
    lines = [
        make_line("        let mask: [bool; SLOTS] = readings::mask_of(counts[i], columns[i]);"),
        make_line(f"        {check}::<{widths[0]}, SLOTS>(columns[i][0], mask, {length_ms});"),
    ]
    for number, spec in enumerate(schema.reading, start=1):
        lines.append(
            make_line(
                f"        readings::assert_column::<{spec.width}, SLOTS>(columns[i][{number}], "
                f"{spec.maximum_raw}); // {spec.name}"
            )
        )
    return lines


def _make_digest(schema: Schema, program: EmittedProgram) -> EmittedLine:
    """Times that the program does not read need no value of their own: a product in a word is cheaper."""
    if program.uses_times:
        return make_line("        digests[i] = digest(salts[i], [true; SLOTS], columns[i]);")
    columns = ", ".join(["latest", *(f"columns[i][{1 + place}]" for place in range(len(schema.reading)))])
    return make_line(f"        digests[i] = digest(salts[i], mask, [{columns}]);")


def _make_attribute_ranges(schema: Schema) -> list[EmittedLine]:
    return [
        make_line(
            f"        integers::assert_at_most::<{spec.width}>(attributes[i][{number}], {spec.maximum_raw}); "
            f"// {spec.name}"
        )
        for number, spec in enumerate(schema.attributes)
    ]


def _make_attribute_checks(schema: Schema) -> list[EmittedLine]:
    if not schema.attributes:
        return []
    return [
        *_make_attribute_ranges(schema),
        make_line("        attribute_hashes[i] = hash::attributes(attributes[i]);"),
    ]


_STATEMENT = """\
    let statement = Statement {
        network_id,
        cohort,
        window,
        key_commitment,
        registered,
        active,
        settled,
        window_root,
        sealed,
        result,
    };
    let seals = Seals {
        chain_start,
        seal_keys,
        attribute_hashes,
        gateways,
        counts,
        digests,
        signatures,
    };
    assert_statement(statement, seals, points);
}"""
