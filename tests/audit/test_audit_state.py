"""States that no program leaves are named, by device and window, whatever root and words say."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from fieldproof.audit import AuditReport, Check, Verdict, audit, to_json
from fieldproof.protocol import DeviceState
from fieldproof.prove.toolchain import Toolchain
from fieldproof.settle import Anvil, AnvilSettings
from fieldproof.store import Store, open_store

from .world import GENESIS_S, STREAKS, World, make_rows, make_world

COUNTS: Mapping[int, tuple[int | None, ...]] = {
    0: (12, 12, 12, None),
    1: (12, 4, None, 12),
    2: (12, 12, 12, 12),
}
"""Readings by window (after the first) and site; four are too few, None does not seal."""
VOID, ABSENT = 1, 2
"""Sites in window 1."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "store") as opened:
        yield opened


@pytest.fixture
async def anvil(toolchain: Toolchain, tmp_path: Path) -> AsyncIterator[Anvil]:
    settings = AnvilSettings(toolchain.anvil, tmp_path / "chain.json", genesis_s=GENESIS_S)
    async with await Anvil.start(settings) as running:
        yield running


@pytest.fixture
async def world(anvil: Anvil, store: Store) -> World:
    return await make_world(anvil, store, STREAKS)


async def play(world: World, windows: Sequence[int], **changes: object) -> None:
    """Post windows in order; what is changed is changed in window 1."""
    for offset in windows:
        window = world.first_window + offset
        seals = {}
        for site, count in enumerate(COUNTS[offset]):
            if count is not None:
                rows = make_rows(site, window, count)
                seals[site] = (world.keep(site, window, rows), rows)
        await world.post(window, seals, **(changes if offset == 1 else {}))  # type: ignore[arg-type]


def look(world: World, folder: Path, windows: Sequence[int] = (0, 1, 2)) -> AuditReport:
    return audit(world.export(folder, [world.first_window + offset for offset in windows]), world.url)


def list_places(
    report: AuditReport, verdict: Verdict = Verdict.DISAGREES
) -> list[tuple[Check, int, int | None]]:
    first = min(result.window for result in report.results)
    return [(each.check, (each.window or 0) - first, each.device) for each in report.select(verdict)]


async def test_states_of_an_honest_past_are_computed_again(world: World, tmp_path: Path) -> None:
    await play(world, [0, 1, 2])
    report = look(world, tmp_path / "export")
    assert report.agrees, report.findings
    assert report.is_complete, report.findings
    last = world.first_window + 3
    assert [state.next_window for state in world.states] == [last] * 4
    assert [state.values[0] for state in world.states] == [3, 1, 1, 2]
    assert world.layout is not None
    names = [field.name for field in world.layout.fields]
    assert to_json(report)["states"] == [
        {
            "device": device,
            "last_window": state.next_window - 1,
            "state": dict(zip(names, state.values, strict=True)),
        }
        for device, state in enumerate(world.states)
    ]


@pytest.mark.parametrize("site", range(4))
async def test_another_state_than_the_programs_is_named_once(site: int, world: World, tmp_path: Path) -> None:
    """The windows after it go on from what was posted, and are held to that."""
    await play(world, [0])
    honest = {0: (2,), VOID: (1,), ABSENT: (1,), 3: (1,)}[site]
    forged = DeviceState(
        world.first_window + 2 if site in (0, 3) else world.first_window + 1, (*honest, 999_999)
    )
    await play(world, [1, 2], states={site: forged})
    report = look(world, tmp_path / "export")
    assert list_places(report) == [(Check.STATE, 1, site)]
    (finding,) = report.select(Verdict.DISAGREES)
    assert "best 999999" in finding.detail


async def test_a_device_that_did_not_seal_cannot_have_moved_on(world: World, tmp_path: Path) -> None:
    await play(world, [0])
    moved = replace(world.states[ABSENT], next_window=world.first_window + 2)
    await play(world, [1], states={ABSENT: moved})
    report = look(world, tmp_path / "export", [0, 1])
    assert list_places(report) == [(Check.STATE, 1, ABSENT)]
    assert "did not seal" in report.select(Verdict.DISAGREES)[0].detail


async def test_a_root_that_is_not_that_of_the_words_is_named(world: World, tmp_path: Path) -> None:
    await play(world, [0, 1, 2], state_root_added=1)
    assert list_places(look(world, tmp_path / "export")) == [(Check.STATE, 1, None)]


async def test_words_that_pack_nothing_are_named_and_what_rests_on_them_is_unchecked(
    world: World, tmp_path: Path
) -> None:
    await play(world, [0, 1, 2], words_added=1 << 252)
    report = look(world, tmp_path / "export")
    assert list_places(report) == [(Check.STATE, 1, None)]
    assert list_places(report, Verdict.UNCHECKED) == [(Check.POINTS, 2, site) for site in range(4)]


async def test_a_contract_that_began_otherwise_is_named(anvil: Anvil, store: Store, tmp_path: Path) -> None:
    world = await make_world(anvil, store, STREAKS, initial_root_added=1)
    await play(world, [0])
    report = look(world, tmp_path / "export", [0])
    (finding,) = report.select(Verdict.DISAGREES)
    assert (finding.check, finding.window) == (Check.STATE, None)


async def test_without_its_readings_a_state_is_held_to_what_any_program_can_leave(
    world: World, tmp_path: Path
) -> None:
    await play(world, [0])
    await play(world, [1], states={0: DeviceState(world.first_window + 7, (5, 5)), 3: world.states[3]})
    report = look(world, tmp_path / "export", [0])
    assert list_places(report) == [(Check.STATE, 1, 0)]
    assert (Check.DATA, 1, 3) in list_places(report, Verdict.UNCHECKED)
