"""The part of a cohort's `main` that hangs on the kind of its program.

A device program gives points; one with state takes and gives what a device carries; a cohort program first
looks at each device, then judges all of them.
"""

from __future__ import annotations

from fieldproof.compiler.emit_operations import EmittedLine
from fieldproof.compiler.emit_program import EmittedProgram
from fieldproof.compiler.ir import STARTS_AT
from fieldproof.protocol import Schema, StateLayout

LAST_WINDOW = 2**32 - 2
"""A state holds the window plus one in 32 bits."""


def make_line(text: str) -> EmittedLine:
    """A line that no line of Python stands behind."""
    return EmittedLine(text, None)


def make_demands(program: EmittedProgram, layout: StateLayout | None) -> list[EmittedLine]:
    """What statement and previous state must be before any device is looked at."""
    lines = []
    if layout is None:
        lines += [
            make_line("    assert(previous_state_root == 0);"),
            make_line("    assert(next_state_root == 0);"),
        ]
    if program.uses_starts_at:
        lines.append(make_line(f"    integers::assert_bits::<{STARTS_AT.high.bit_length()}>(starts_at);"))
    if layout or program.uses_window:
        lines.append(make_line(f"    integers::assert_at_most::<32>(window, {LAST_WINDOW});"))
    if program.kind == "cohort":
        # Devices judge one another: there is one posting for a window.
        lines.append(make_line("    assert(settled == [0; BITMAP_WORDS]);"))
    return lines


def make_arrays(schema: Schema, program: EmittedProgram, layout: StateLayout | None) -> list[EmittedLine]:
    """What the loop over the devices reads and fills."""
    lines = [
        make_line("    let mut digests = [0; CAPACITY];"),
        make_line("    let mut attribute_hashes = [0; CAPACITY];")
        if schema.attributes
        else make_line("    let attribute_hashes = [0; CAPACITY];"),
    ]
    if layout or program.kind == "cohort":
        lines.append(make_line("    let is_sealed: [bool; CAPACITY] = bitmap::to_bits(sealed);"))
    if layout:
        lines += [
            make_line("    assert(hash::state(previous_state) == previous_state_root);"),
            make_line(
                f"    let parts: [[Field; {len(layout.widths)}]; CAPACITY] = "
                "unpack_lanes(previous_state, STATE_WIDTHS);"
            ),
            make_line("    let mut lanes = [0; CAPACITY];"),
        ]
    if program.kind == "cohort":
        return [
            *lines,
            make_line("    let mut present = [false; CAPACITY];"),
            make_line(f"    let mut reports = [[0; {program.report_size}]; CAPACITY];"),
        ]
    return [*lines, make_line("    let mut points = [0; CAPACITY];")]


def make_calls(program: EmittedProgram, layout: StateLayout | None) -> list[EmittedLine]:
    """The part of the program that speaks of one device."""
    if program.kind == "cohort":
        absent = ", ".join(map(str, program.absent))
        return [
            make_line(f"        let (is_void, report) = {program.device_call};"),
            make_line("        present[i] = is_sealed[i] & !is_void;"),
            make_line(f"        let absent: [Field; {program.report_size}] = [{absent}];"),
            make_line(f"        for leaf in 0..{program.report_size} {{"),
            make_line(
                "            reports[i][leaf] = integers::select(present[i], report[leaf], absent[leaf]);"
            ),
            make_line("        }"),
        ]
    if layout is None:
        return [make_line(f"        points[i] = {program.call};")]
    size = len(layout.fields)
    state = ", ".join(f"parts[i][{number}]" for number in range(1, size + 1))
    following = ", ".join(f"following[{number}]" for number in range(size))
    lines = [
        make_line(f"        integers::assert_bits::<{layout.widths[0]}>(parts[i][0]);"),
        *(
            make_line(
                f"        integers::assert_at_most::<{field.width}>(parts[i][{number}], "
                f"{field.maximum_raw}); // {field.name}"
            )
            for number, field in enumerate(layout.fields, start=1)
        ),
        make_line(f"        let state: [Field; {size}] = [{state}];"),
    ]
    if program.uses_missed:
        lines.append(make_line("        let missed = count_missed(window, parts[i][0], is_sealed[i]);"))
    return [
        *lines,
        make_line(f"        let (earned, is_void, following) = {program.call};"),
        make_line("        points[i] = earned;"),
        make_line("        let before = join_lane(parts[i], STATE_WIDTHS);"),
        make_line(f"        let after = join_lane([window + 1, {following}], STATE_WIDTHS);"),
        make_line(
            f"        lanes[i] = advance_lane::<{layout.width}>(is_sealed[i] & !is_void, before, after);"
        ),
    ]


def make_conclusions(program: EmittedProgram, layout: StateLayout | None) -> list[EmittedLine]:
    """What follows from all devices together."""
    if program.kind == "cohort":
        return [
            make_line(f"    let mut points: [Field; CAPACITY] = {program.cohort_call};"),
            make_line("    for i in 0..CAPACITY {"),
            make_line("        points[i] *= present[i] as Field;"),
            make_line("    }"),
        ]
    if layout is None:
        return []
    return [
        make_line(f"    let packed_state: [Field; STATE_WORDS] = pack_lanes(lanes, {layout.width});"),
        make_line("    assert(packed_state == next_state);"),
        make_line("    assert(hash::state(next_state) == next_state_root);"),
    ]
