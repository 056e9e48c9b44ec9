"""The network's program, run as plain Python over what devices sealed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fieldproof.compiler import PythonCohortProgram, PythonProgram
from fieldproof.protocol import DeviceState, NetworkSettings, Row, Schema, StateLayout


@dataclass(frozen=True, slots=True)
class AuditedProgram:
    """The network's source, captured and ready to be run as plain Python."""

    call: PythonProgram | PythonCohortProgram
    schema: Schema
    settings: NetworkSettings
    layout: StateLayout | None
    """How the state of a cohort is packed; None for a program without state."""

    @property
    def is_over_cohort(self) -> bool:
        """Whether devices judge one another."""
        return isinstance(self.call, PythonCohortProgram)


@dataclass(frozen=True, slots=True)
class CheckedWindow:
    """What a program sees of a device, once it is known to be what the device sealed."""

    rows: tuple[Row, ...]
    """Scaled, the time first."""
    attributes: tuple[int, ...]
    """Scaled."""


@dataclass(frozen=True, slots=True)
class Computed:
    """What the program gives for the devices of a posting, by slot; a slot that is missing is not known."""

    points: dict[int, int] = field(default_factory=dict)
    voids: dict[int, str] = field(default_factory=dict)
    states: dict[int, DeviceState] = field(default_factory=dict)
    """After the window; empty for a program without state."""


def compute(
    program: AuditedProgram,
    windows: Mapping[int, CheckedWindow | None],
    states: Sequence[DeviceState] | None,
    *,
    window: int,
    starts_s: int,
) -> Computed:
    """Run the program for the slots that a posting settles; None for a window that is not known.

    `states` are those of the whole cohort before the posting, None where there are none or none are known.
    """
    if isinstance(program.call, PythonCohortProgram):
        return _compute_cohort(program.call, program.settings.cohort, windows, window, starts_s)
    found = Computed()
    if program.layout is not None and states is None:
        return found
    for slot, checked in windows.items():
        if checked is None:
            continue
        before = states[slot] if states else DeviceState(0, ())
        outcome = program.call(
            checked.rows,
            checked.attributes,
            starts_s,
            number=window,
            missed=before.count_missed(window),
            state=before.values,
        )
        found.points[slot] = outcome.points
        if outcome.void is not None:
            found.voids[slot] = str(outcome.void)
        if program.layout is not None:
            found.states[slot] = before if outcome.void else DeviceState(window + 1, outcome.state)
    return found


def _compute_cohort(
    call: PythonCohortProgram,
    capacity: int,
    windows: Mapping[int, CheckedWindow | None],
    window: int,
    starts_s: int,
) -> Computed:
    """Look at every device, then judge all of them: nobody's points are known unless all windows are."""
    found = Computed()
    reports: list[tuple[int, ...] | None] = [None] * capacity
    for slot, checked in windows.items():
        if checked is None:
            continue
        outcome = call.look(checked.rows, checked.attributes, starts_s, number=window)
        reports[slot] = outcome.report
        if outcome.void is not None:
            found.voids[slot] = str(outcome.void)
    if all(windows.values()):
        points = call.judge(reports)
        found.points.update({slot: 0 if reports[slot] is None else points[slot] for slot in windows})
    return found
