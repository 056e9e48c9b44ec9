"""Until the compiler writes them: the circuits of STREAKS and JUDGED by hand."""

from collections.abc import Mapping
from typing import Any

from fieldproof.compiler import CompiledNetwork, capture, get_state_layout
from fieldproof.compiler.emit import emit_circuit
from fieldproof.compiler.emit_kinds import make_line
from fieldproof.compiler.emit_program import EmittedProgram
from fieldproof.protocol import compute_program_id
from fieldproof.prove import get_gadgets
from fieldproof.run.blueprint import Blueprint, get_versions

STREAKS = """fn compute_points(count: Field, levels: [Field; 4], state: [Field; 2], missed: Field)
    -> (Field, bool, [Field; 2]) {
    let is_void = integers::is_less::<3>(count, 2);
    let total = levels[0] + levels[1] + levels[2] + levels[3];
    let windows = integers::select(missed == 0, integers::minimum::<8>(state[0] + 1, 100), 1);
    let points = total * windows + 1000 * missed + state[1];
    (integers::select(is_void, 0, points), is_void, [windows, total])
}"""
JUDGED = """fn look(count: Field, levels: [Field; 4]) -> (bool, [Field; 2]) {
    (integers::is_less::<3>(count, 2), [levels[0] + levels[1] + levels[2] + levels[3], count])
}

fn compute_points(present: [bool; 4], reports: [[Field; 2]; 4]) -> [Field; 4] {
    let mut total = 0;
    let mut counts = 0;
    for i in 0..4 {
        total += reports[i][0];
        counts += reports[i][1];
    }
    let mut points = [0; 4];
    for i in 0..4 {
        points[i] = (present[i] as Field) * (1000 * counts + 10 * total + reports[i][0]);
    }
    points
}"""
PROGRAMS: dict[str, dict[str, Any]] = {
    "streaks": {
        "lines": STREAKS,
        "kind": "stateful",
        "call": "compute_points(counts[i], columns[i][1], state, missed)",
        "state_size": 2,
        "uses_missed": True,
    },
    "neighbours": {
        "lines": JUDGED,
        "kind": "cohort",
        "call": "",
        "device_call": "look(counts[i], columns[i][1])",
        "cohort_call": "compute_points(present, reports)",
        "report_size": 2,
        "absent": (0, 2),
    },
}


def build(sources: Mapping[str, str]) -> Blueprint:
    network = capture(sources)
    said = dict(PROGRAMS[network.settings.name])
    lines = tuple(make_line(line) for line in said.pop("lines").split("\n"))
    program = EmittedProgram(lines=lines, prepare_call=None, uses_starts_at=False, **said)
    circuit = emit_circuit(network, program, get_state_layout(network)).source
    versions = get_versions()
    program_id = compute_program_id(
        sources=dict(network.sources), settings=network.settings.to_canonical(), versions=versions
    )
    compiled = CompiledNetwork(network, None, {})  # type: ignore[arg-type]
    return Blueprint(network, compiled, program_id, versions, {"main.nr": circuit, **get_gadgets()})
