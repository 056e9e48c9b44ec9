"""Programs with state and over cohorts from signed packets to balances, and the audit of what was posted."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from fieldproof.audit import audit
from fieldproof.protocol import unpack_points
from fieldproof.run import Tools
from fieldproof.run.exporting import export_folder
from fieldproof.settle import Credited

from .networks import JUDGED, SETTLE_S, STREAKS, WINDOW_S, Row, run_streaks, share_pool
from .sites import HALF, LONELY, RISING, Site, open_site
from .world import GENESIS_S, SharedClock, make_fleet

READINGS: tuple[Mapping[int, tuple[Row, ...]], ...] = (
    {0: RISING, 1: HALF, 2: LONELY, 3: RISING, 4: HALF},
    {0: HALF, 2: RISING, 3: RISING},
    {0: RISING, 1: RISING, 2: RISING, 3: LONELY, 4: HALF},
)
"""By window and device; LONELY is void, a device that is missing does not seal."""


def run_neighbours(readings: Mapping[int, Sequence[Row]]) -> dict[int, int]:
    """Points of the devices that sealed in one window, by hand."""
    points: dict[int, int] = {}
    for first in (0, 4):
        cohort = range(first, first + 4)
        reports = {
            device: (sum(level for _, level in readings[device]), len(readings[device]))
            for device in cohort
            if len(readings.get(device, ())) >= 2
        }
        total = sum(levels for levels, _ in reports.values())
        # An absent member's count is that of its range nearest zero.
        counts = sum(count for _, count in reports.values()) + 2 * (4 - len(reports))
        for device in cohort:
            if device in readings:
                own = reports.get(device)
                points[device] = 1000 * counts + 10 * total + own[0] if own else 0
    return points


async def play_all(site: Site, windows: Sequence[int]) -> None:
    for window in windows:
        for device, rows in READINGS[window].items():
            site.fleet.record_rows(device, window, rows)
        await site.play(window, READINGS[window])
        await site.close(window, cohorts=len({device // 4 for device in READINGS[window]}))


async def credit_all(site: Site) -> None:
    await site.advance(GENESIS_S + len(READINGS) * WINDOW_S + SETTLE_S + 1)
    for window, rows in enumerate(READINGS):
        await site.wait_for(Credited, window, len({device // 4 for device in rows}))


async def test_devices_carry_state_from_window_to_window_and_node_to_node(
    tools: Tools, tmp_path: Path, clock: SharedClock
) -> None:
    tanks = make_fleet(5, has_attributes=False)
    points, states = run_streaks(READINGS, 5)
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
