"""An operator whose proofs are worthless posts lies: the audit names each."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fieldproof.audit import Check, Verdict, audit
from fieldproof.protocol import Registration, compute_seal_key
from fieldproof.prove.toolchain import Toolchain
from fieldproof.settle import Anvil, AnvilSettings, Payment, Registry
from fieldproof.store import open_store

from .world import GENESIS_S, SITES, SOURCE, World, make_rows, make_world

ADDING_UP = SOURCE.replace("cohort=4,", 'cohort=4,\n    devices=8,\n    settle_within="30m",')


@pytest.fixture(params=[SOURCE], ids=["at once"])
async def world(request: pytest.FixtureRequest, toolchain: Toolchain, tmp_path: Path) -> AsyncIterator[World]:
    settings = AnvilSettings(toolchain.anvil, tmp_path / "chain.json", genesis_s=GENESIS_S)
    async with await Anvil.start(settings) as anvil:
        with open_store(tmp_path / "store") as store:
            yield await make_world(anvil, store, request.param)


def find(world: World, folder: Path, *windows: int) -> set[tuple[Check, int | None, int | None]]:
    report = audit(world.export(folder, windows), world.url)
    return {(finding.check, finding.window, finding.device) for finding in report.select(Verdict.DISAGREES)}


async def test_points_that_the_program_does_not_give_are_named(world: World, tmp_path: Path) -> None:
    window = world.first_window
    rows = {device: make_rows(device, window) for device in range(3)}
    seals = {device: (world.keep(device, window, rows[device]), rows[device]) for device in rows}
    await world.post(window, seals, points_added={1: 1})  # type: ignore[arg-type]
    assert find(world, tmp_path / "export", window) == {(Check.POINTS, window, 1)}


async def test_points_for_a_device_that_the_program_voids_are_named(world: World, tmp_path: Path) -> None:
    window = world.first_window
    rows = make_rows(0, window, 4)
    seal = world.keep(0, window, rows)
    assert seal is not None
    await world.post(window, {0: (seal, rows)}, points_added={0: 77})
    assert find(world, tmp_path / "export", window) == {(Check.POINTS, window, 0)}


async def test_a_root_of_other_seals_is_named(world: World, tmp_path: Path) -> None:
    window = world.first_window
    rows = make_rows(0, window)
    seal = world.keep(0, window, rows)
    assert seal is not None
    await world.post(window, {0: (seal, rows)}, root_added=1)
    assert find(world, tmp_path / "export", window) == {(Check.ROOT, window, None)}


async def test_a_seal_that_the_device_never_made_is_named(world: World, tmp_path: Path) -> None:
    window = world.first_window
    rows = make_rows(0, window)
    world.keep(0, window, rows, sealed=False)
    await world.post(window, {0: (world.sign_seal(0, window, rows), rows)})
    assert find(world, tmp_path / "export", window) == {(Check.SEAL, window, 0)}


async def test_a_sealed_device_that_was_left_out_is_noted(world: World, tmp_path: Path) -> None:
    window = world.first_window
    rows = make_rows(0, window)
    seals = {device: world.keep(device, window, rows) for device in (0, 1)}
    assert seals[0] is not None
    await world.post(window, {0: (seals[0], rows)})
    report = audit(world.export(tmp_path / "export", [window]), world.url)
    assert report.agrees
    (noted,) = report.select(Verdict.NOTED)
    assert (noted.check, noted.window, noted.device) == (Check.SETTLEMENT, window, 1)


@pytest.mark.parametrize("world", [ADDING_UP], indirect=True, ids=["adding up"])
async def test_postings_that_add_up_are_recomputed_together(world: World, tmp_path: Path) -> None:
    first = world.first_window
    for window in (first, first + 1):
        for number, group in enumerate(((0, 1), (2,))):
            rows = {device: make_rows(device, window, 4 if device == 2 else 12) for device in group}
            seals = {device: (world.keep(device, window, rows[device]), rows[device]) for device in group}
            await world.post(window, seals, name=f"post:{number}")  # type: ignore[arg-type]
        await world.credit_all(window)
        await world.withdraw([0], f"{window}")
    report = audit(world.export(tmp_path / "export", [first, first + 1]), world.url)
    assert report.agrees, report.findings
    assert report.is_complete
    units = {(result.window, result.device): result.credited_units for result in report.results}
    pool = 1000 * 10**9 * 3 // 4
    points = [world.compute_points(device, first, make_rows(device, first)) for device in (0, 1)]
    assert units[first, 0] == pool * points[0] // sum(points)
    assert units[first, 2] == 0


@pytest.mark.parametrize("world", [ADDING_UP], indirect=True, ids=["adding up"])
async def test_a_strangers_unsigned_registration_spoils_no_audit_until_it_is_paid(
    world: World, tmp_path: Path
) -> None:
    """For a fee anybody registers another's EdDSA key: the chain cannot check it, and gateways refuse it."""
    registry = Registry(world.anvil.client, world.deployment.registry)
    victim = SITES[2]
    registration = Registration(
        world.deployment.chain_id, world.deployment.registry, world.operator.address,
        victim.identity_key.identity, compute_seal_key(77), (0,), 0, 2**40,
    )  # fmt: skip
    call = await registry.build_registration(registration, bytes(64), Payment.FEE)
    inclusion = await world.operator.submit("register:stranger", call)
    stranger = await registry.find_device(inclusion)
    report = audit(world.export(tmp_path / "export", []), world.url)
    assert report.agrees
    (noted,) = report.select(Verdict.NOTED)
    assert (noted.check, noted.device) == (Check.REGISTRATION, stranger.device)

    window = stranger.first_active_window
    rows = make_rows(0, window)
    seal = world.keep(0, window, rows)
    assert seal is not None
    await world.post(window, {0: (seal, rows)}, cohort=1)
    assert (Check.REGISTRATION, window, stranger.device) in find(world, tmp_path / "paid", window)
