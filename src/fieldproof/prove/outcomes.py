"""What a program makes of a cohort's window, run as the plain Python that it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldproof.compiler import PythonCohortProgram, PythonProgram, VoidReason
from fieldproof.protocol import DeviceState, Row, StateLayout

AuthorProgram = PythonProgram | PythonCohortProgram


@dataclass(frozen=True, slots=True)
class SealedWindow:
    """What the program sees of a device that sealed."""

    rows: tuple[Row, ...]
    """Scaled, the time first."""
    attributes: tuple[int, ...]
    """Scaled."""


@dataclass(frozen=True, slots=True)
class CohortOutcome:
    """What a cohort's window comes to."""

    points: tuple[int, ...]
    """Points of each device of the cohort."""
    voids: Mapping[int, VoidReason]
    """Why a device earns nothing, by its place in the cohort."""
    state: tuple[int, ...]
    """Packed state after the window; empty for a program without state."""


def run_cohort(
    program: AuthorProgram,
    layout: StateLayout | None,
    windows: Sequence[SealedWindow | None],
    *,
    window: int,
    starts_at: int,
    previous_state: tuple[int, ...],
) -> CohortOutcome:
    """Run the program over a cohort: a window for each place, None where there is no seal to settle.

    `layout` is None without state; `previous_state` is packed by it.
    """
    if isinstance(program, PythonCohortProgram):
        return _judge(program, windows, window, starts_at)
    points, voids = [0] * len(windows), {}
    states = list(layout.unpack(previous_state)) if layout else []
    for place, sealed in enumerate(windows):
        if sealed is None:
            continue
        before = states[place] if layout else DeviceState(0, ())
        outcome = program(
            sealed.rows,
            sealed.attributes,
            starts_at,
            number=window,
            missed=before.count_missed(window),
            state=before.values,
        )
        points[place] = outcome.points
        if outcome.void is not None:
            voids[place] = outcome.void
        elif layout:
            states[place] = DeviceState(window + 1, outcome.state)
    return CohortOutcome(tuple(points), voids, layout.pack(states) if layout else ())


def _judge(
    program: PythonCohortProgram, windows: Sequence[SealedWindow | None], window: int, starts_at: int
) -> CohortOutcome:
    reports, voids = [], {}
    for place, sealed in enumerate(windows):
        found = sealed and program.look(sealed.rows, sealed.attributes, starts_at, number=window)
        if found and found.void is not None:
            voids[place] = found.void
        reports.append(found.report if found else None)
    given = program.judge(reports)
    points = (0 if report is None else value for report, value in zip(reports, given, strict=True))
    return CohortOutcome(tuple(points), voids, ())
