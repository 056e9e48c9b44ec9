"""Programs of the two other kinds, with state and over a cohort, written by hand in Noir and in Python."""

from collections.abc import Sequence
from dataclasses import dataclass

from fieldproof.compiler import CapturedNetwork, capture
from fieldproof.compiler.emit import emit_circuit
from fieldproof.compiler.emit_kinds import make_line
from fieldproof.compiler.emit_program import EmittedProgram
from fieldproof.protocol import DeviceState, Row, StateField, StateLayout

CAPACITY = 4
SLOTS = 3
SOURCE = '''from fieldproof import U32, Network, Reading, Window, field, program


class Sample(Reading):
    """One look at the gauge."""

    level: int = field(unit="%", low=0, high=100)


@program
def reward(window: Window[Sample]) -> U32:
    """Stands in for the schema only; the programs of the tests are written by hand."""
    return len(window)


network = Network(
    name="tanks", reading=Sample, program=reward, window="5m", readings_per_window=3, cohort=4,
    pool_per_window="100",
)
'''
FIELDS = (
    StateField("streak", 0, 100, 0),
    StateField("balance", -5, 10, 1),
    StateField("total", 0, 2**40 - 1, 0),
)
LAYOUT = StateLayout(FIELDS, CAPACITY)
STATEFUL = """fn compute_points(
    count: Field,
    levels: [Field; 3],
    state: [Field; 3],
    missed: Field,
    window: Field,
) -> (Field, bool, [Field; 3]) {
    let is_void = count == 0;
    let goes_on = missed == 0;
    let streak = integers::minimum::<8>(state[0] + 1, 100);
    let next_streak = integers::select(goes_on, streak, 1);
    // The balance is kept in raw form: value + 5.
    let balance = integers::minimum::<8>(state[1] + levels[0] - 50 + 5, 15);
    let next_balance = integers::maximum::<8>(balance, 0);
    let points = levels[0] + 1000 * next_streak + 1000000 * missed + 10000000 * window;
    (integers::select(is_void, 0, points), is_void, [next_streak, next_balance, state[2] + levels[0]])
}"""
COHORT = """fn look(count: Field, levels: [Field; 3]) -> (bool, [Field; 2]) {
    (count == 0, [levels[0], count - 7])
}

fn compute_points(present: [bool; 4], reports: [[Field; 2]; 4]) -> [Field; 4] {
    let mut total = 0;
    let mut counts = 0;
    let mut members = 0;
    for i in 0..4 {
        total += reports[i][0];
        counts += reports[i][1];
        members += present[i] as Field;
    }
    let mut points = [0; 4];
    for i in 0..4 {
        points[i] = 1000000 * members + 10000 * (counts + 100) + 10 * total + reports[i][0];
    }
    points
}"""
ABSENT = (20, -1)


def get_network() -> CapturedNetwork:
    """The schema and settings that both programs stand on."""
    return capture({"network.py": SOURCE})


def emit_stateful() -> str:
    """The circuit of the program with state."""
    program = EmittedProgram(
        lines=tuple(make_line(line) for line in STATEFUL.split("\n")),
        prepare_call=None,
        call="compute_points(counts[i], columns[i][1], state, missed, window)",
        uses_starts_at=False,
        uses_times=False,
        kind="stateful",
        state_size=3,
        uses_window=True,
        uses_missed=True,
    )
    return emit_circuit(get_network(), program, LAYOUT).source


def emit_judging() -> str:
    """The circuit of the program over a cohort."""
    program = EmittedProgram(
        lines=tuple(make_line(line) for line in COHORT.split("\n")),
        prepare_call=None,
        call="",
        uses_starts_at=False,
        uses_times=False,
        kind="cohort",
        device_call="look(counts[i], columns[i][1])",
        cohort_call="compute_points(present, reports)",
        report_size=2,
        absent=ABSENT,
    )
    return emit_circuit(get_network(), program, None).source


@dataclass(frozen=True)
class Outcome:
    """What a device's window comes to."""

    points: int
    state: DeviceState


def run_stateful(rows: Sequence[Row] | None, before: DeviceState, window: int) -> Outcome:
    """The same in Python; None for a device that did not seal."""
    if not rows:
        return Outcome(0, before)
    missed, level = before.count_missed(window), rows[0][1]
    streak, balance, total = before.values
    streak = min(streak + 1, 100) if missed == 0 else 1
    balance = max(min(balance + level - 50 + 5, 10), -5)
    points = level + 1000 * streak + 1_000_000 * missed + 10_000_000 * window
    return Outcome(points, DeviceState(window + 1, (streak, balance, total + level)))


def run_judging(windows: Sequence[Sequence[Row] | None]) -> tuple[int, ...]:
    """Points of each device of the cohort; an empty window is void."""
    reports = [(rows[0][1], len(rows) - 7) if rows else ABSENT for rows in windows]
    reports += [ABSENT] * (CAPACITY - len(windows))
    total, counts = (sum(report[leaf] for report in reports) for leaf in (0, 1))
    members = sum(1 for rows in windows if rows)
    points = [
        1_000_000 * members + 10_000 * (counts + 100) + 10 * total + reports[slot][0] if rows else 0
        for slot, rows in enumerate(windows)
    ]
    return (*points, *[0] * (CAPACITY - len(windows)))
