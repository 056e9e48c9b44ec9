"""Writes the circuit of a cohort: statement and witness of protocol.md, gadgets, and the program."""

from __future__ import annotations

from dataclasses import dataclass

from fieldproof.compiler.compiled import CompiledNetwork
from fieldproof.compiler.diagnostics import Span
from fieldproof.compiler.emit_operations import EmittedLine
from fieldproof.compiler.emit_program import EmittedProgram, emit_program
from fieldproof.compiler.lower import STARTS_AT
from fieldproof.protocol import NetworkSettings, Schema, compute_widths, pack_rows

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
    settings, schema = compiled.network.settings, compiled.network.schema
    source = dict(compiled.network.sources)[compiled.network.path]
    program = emit_program(compiled.program, compiled.intervals, source.split("\n"))
    capacity = settings.cohort
    lines = [
        *_make_head(compiled),
        _line("use gadgets::cohort::{assert_statement, Seals, Statement};"),
        _line("use gadgets::{hash, integers, readings};"),
        _line(""),
        *_make_sizes(schema, settings),
        _line(""),
        *program.lines,
        _line(""),
        *_make_signature(schema, program),
        _line("    assert(previous_state_root == 0);"),
        _line("    assert(next_state_root == 0);"),
    ]
    if program.uses_starts_at:
        lines.append(_line(f"    integers::assert_bits::<{STARTS_AT.high.bit_length()}>(starts_at);"))
    if program.prepare_call:
        lines.append(_line(f"    {program.prepare_call}"))
    lines += [
        _line("    let mut digests = [0; CAPACITY];"),
        _line("    let mut attribute_hashes = [0; CAPACITY];")
        if schema.attributes
        else _line("    let attribute_hashes = [0; CAPACITY];"),
        _line("    let mut points = [0; CAPACITY];"),
        _line("    for i in 0..CAPACITY {"),
        *_make_reading_checks(schema, settings),
        *_make_attribute_checks(schema),
        _line("        let packed: [Field; PACKED] = readings::pack(columns[i], WIDTHS);"),
        _line("        digests[i] = hash::digest(salts[i], packed);"),
        _line(f"        points[i] = {program.call};"),
        _line("    }"),
        *map(_line, _STATEMENT.splitlines()),
    ]
    return _finish(lines, capacity)


def _line(text: str) -> EmittedLine:
    return EmittedLine(text, None)


def _finish(lines: list[EmittedLine], capacity: int) -> EmittedCircuit:
    return EmittedCircuit(
        "\n".join(each.text for each in lines) + "\n", tuple(each.span for each in lines), capacity
    )


def _make_head(compiled: CompiledNetwork) -> list[EmittedLine]:
    return [
        _line(f"// The network {compiled.network.settings.name}, from {compiled.network.path}."),
        _line("mod gadgets;"),
    ]


def _make_sizes(schema: Schema, settings: NetworkSettings) -> list[EmittedLine]:
    widths = compute_widths(schema, settings.window_s)
    capacity = settings.cohort
    return [
        _line(f"global CAPACITY: u32 = {capacity};"),
        _line(f"global BITMAP_WORDS: u32 = {-(-capacity // BITS_PER_BITMAP_WORD)};"),
        _line(f"global RESULT_WORDS: u32 = {-(-capacity // DEVICES_PER_RESULT_WORD)};"),
        _line(f"global SLOTS: u32 = {settings.readings_per_window};"),
        _line(f"global PACKED: u32 = {len(pack_rows([], widths, settings.readings_per_window))};"),
        _line(f"global WIDTHS: [u32; {len(widths)}] = [{', '.join(map(str, widths))}];"),
    ]


def _make_signature(schema: Schema, program: EmittedProgram) -> list[EmittedLine]:
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
        "chain_start: Field",
        "seal_keys: [[Field; 2]; CAPACITY]",
        f"attributes: [[Field; {len(schema.attributes)}]; CAPACITY]",
        "gateways: [Field; CAPACITY]",
        "counts: [Field; CAPACITY]",
        "salts: [Field; CAPACITY]",
        "signatures: [[Field; 3]; CAPACITY]",
        f"columns: [[[Field; SLOTS]; {1 + len(schema.reading)}]; CAPACITY]",
    ]
    if not schema.attributes:
        inputs = [each for each in inputs if not each.startswith("attributes")]
    return [_line("fn main("), *(_line(f"    {each},") for each in inputs), _line(") {")]


def _make_reading_checks(schema: Schema, settings: NetworkSettings) -> list[EmittedLine]:
    widths, length_ms = compute_widths(schema, settings.window_s), settings.window_s * 1000
    lines = [
        _line("        let mask: [bool; SLOTS] = readings::mask(counts[i]);"),
        _line(f"        readings::assert_times::<{widths[0]}, SLOTS>(columns[i][0], mask, {length_ms});"),
    ]
    for number, spec in enumerate(schema.reading, start=1):
        lines.append(
            _line(
                f"        readings::assert_column::<{spec.width}, SLOTS>(columns[i][{number}], mask, "
                f"{spec.maximum_raw}); // {spec.name}"
            )
        )
    return lines


def _make_attribute_ranges(schema: Schema) -> list[EmittedLine]:
    return [
        _line(
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
        _line("        attribute_hashes[i] = hash::attributes(attributes[i]);"),
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
