"""Programs with state and over cohorts from signed packets to balances, and the audit of what was posted."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fieldproof.audit import audit
from fieldproof.protocol import DeviceState, unpack_points
from fieldproof.run import NetworkFolder, Tools
from fieldproof.run.exporting import export_folder
from fieldproof.settle import Credited

from .networks import JUDGED, SETTLE_S, STREAKS, WINDOW_S, Row, share_pool
from .sites import HALF, LONELY, RISING, Site, open_site
from .world import GENESIS_S, SharedClock, make_fleet

READINGS: tuple[tuple[tuple[Row, ...] | None, ...], ...] = (
    (RISING, HALF, LONELY, RISING, HALF),
    (HALF, None, RISING, RISING, None),
    (RISING, RISING, RISING, LONELY, HALF),
)
"""By window and device; LONELY is void, None does not seal."""


def run_streaks() -> tuple[list[dict[int, int]], list[DeviceState]]:
    """Points of each window and the last states, by the author's function as the plain Python that it is."""
    words: dict[str, Any] = {"__name__": "network"}
    exec(compile(STREAKS, "network.py", "exec"), words)
    carried = [words["Streak"]() for _ in READINGS[0]]
    next_windows = [0] * len(carried)
    points: list[dict[int, int]] = []
    for number, rows_of in enumerate(READINGS):
        points.append({})
        for device, rows in enumerate(rows_of):
            if rows is None:
                continue
            missed = number - next_windows[device] if next_windows[device] else 0
            window = words["Window"](
                [words["Sample"](time_ms=time, level=level) for time, level in rows],
                starts_at=GENESIS_S + number * WINDOW_S,
                number=number,
                missed=missed,
            )
            try:
                points[-1][device], carried[device] = words["reward"](window, carried[device])
            except AssertionError:
                points[-1][device] = 0
            else:
                next_windows[device] = number + 1
    states = [
        DeviceState(next_window, (state.windows, state.level))
        for next_window, state in zip(next_windows, carried, strict=True)
    ]
    return points, states


def run_neighbours(readings: Sequence[Sequence[Row] | None]) -> dict[int, int]:
    """Points of the devices that sealed in one window, by hand."""
    points: dict[int, int] = {}
    for first in range(0, len(readings), 4):
        members = readings[first : first + 4]
        reports = [
            (sum(level for _, level in rows), len(rows)) if rows and len(rows) >= 2 else None
            for rows in members
        ]
        reports += [None] * (4 - len(reports))
        total, counts = (sum((report or (0, 2))[part] for report in reports) for part in (0, 1))
        for slot, rows in enumerate(members):
            report = reports[slot]
            if rows:
                points[first + slot] = 1000 * counts + 10 * total + report[0] if report else 0
    return points


async def play_all(site: Site, windows: Sequence[int]) -> None:
    for window in windows:
        sealing = [device for device, rows in enumerate(READINGS[window]) if rows]
        for device in sealing:
            rows = READINGS[window][device]
            assert rows is not None
            site.fleet.record_rows(device, window, rows)
        await site.play(window, sealing)
        await site.close(window, cohorts=len({device // 4 for device in sealing}))


async def credit_all(site: Site) -> None:
    await site.advance(GENESIS_S + len(READINGS) * WINDOW_S + SETTLE_S + 1)
    for window, rows in enumerate(READINGS):
        sealing = {device // 4 for device, each in enumerate(rows) if each}
        await site.wait_for(Credited, window, len(sealing))


async def test_devices_carry_state_from_window_to_window_and_node_to_node(
    tools: Tools, tmp_path: Path, clock: SharedClock
) -> None:
    tanks = make_fleet(5, has_attributes=False)
    points, states = run_streaks()
    assert points[2][1] == 1 * 153 + 1000 * 1 + 151, "device 1 missed window 1"
    folder = tmp_path / "network"
    folder.mkdir()
    async with open_site(folder, STREAKS, tools, clock, tanks) as site:
        await play_all(site, [0])
    # Another node goes on: what it begins with stands on the chain.
    async with open_site(folder, STREAKS, tools, clock, tanks) as site:
        await play_all(site, [1, 2])
        await credit_all(site)
        books = await site.read_books()
        layout = site.node.blueprint.state_layout
        assert layout is not None
        last = {event.posting.cohort: event.posting.state for event in books.posted}
        assert [*layout.unpack(last[0]), *layout.unpack(last[1])][:5] == states
        for event in books.posted:
            given = unpack_points(event.posting.result, 4)
            for slot in range(4):
                if event.posting.sealed >> slot & 1:
                    assert given[slot] == points[event.posting.window][event.posting.cohort * 4 + slot]
        balances = dict.fromkeys(range(5), 0)
        for earned in points:
            for number, units in share_pool(earned, active=5).items():
                balances[number] += units
        assert books.balances == balances
        assert site.node.anvil is not None
        url = site.node.anvil.url
        report = audit(_export(folder, tmp_path / "export"), url)
        assert report.agrees, report.findings
        assert report.is_complete, report.findings
        assert NetworkFolder(folder).load_deployment() is not None


async def test_devices_of_a_cohort_judge_one_another(
    tools: Tools, tmp_path: Path, clock: SharedClock
) -> None:
    tanks = make_fleet(5, has_attributes=False)
    folder = tmp_path / "network"
    folder.mkdir()
    async with open_site(folder, JUDGED, tools, clock, tanks) as site:
        await play_all(site, [0, 1, 2])
        await credit_all(site)
        books = await site.read_books()
        balances = dict.fromkeys(range(5), 0)
        for window in range(3):
            for number, units in share_pool(run_neighbours(READINGS[window]), active=5).items():
                balances[number] += units
        assert books.balances == balances
        assert site.node.anvil is not None
        report = audit(_export(folder, tmp_path / "export"), site.node.anvil.url)
        assert report.agrees, report.findings
        assert report.is_complete, report.findings


def _export(folder: Path, target: Path) -> Path:
    export_folder(folder, target)
    return target
