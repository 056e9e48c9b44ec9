"""Deaths, rearrangements and a full disk around the embedded chain and the deployment."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from fieldproof.run import NetworkFolder, Tools, load_operator
from fieldproof.settle import Anvil, Credited

from .conftest import fund, make_keystores
from .networks import AT_ONCE, GRACE_S, WINDOW_S, share_pool
from .node_process import NEVER, NodeOrder
from .processes import DiedError, start_node
from .sites import HALF, RISING, Site, compute_points, open_site
from .world import GENESIS_S, PASSWORD, SharedClock, Tank, make_fleet

DEPLOYING_TRANSACTIONS = 6
"""Three implementations, the factory, the verifier, the network."""
ROWS = [RISING, HALF]
AFTER_GRACE_S = GENESIS_S + WINDOW_S + GRACE_S + 1


def compute_balances(tanks: tuple[Tank, ...]) -> dict[int, int]:
    points = {tank.number: compute_points(AT_ONCE, 0, tank, ROWS[tank.number]) for tank in tanks}
    return share_pool(points, active=len(tanks))


async def play_first_window(site: Site) -> None:
    for tank, rows in zip(site.fleet.tanks, ROWS, strict=True):
        site.fleet.record_rows(tank.number, 0, rows)
    await site.play(0, sealing=(0, 1))


@pytest.mark.parametrize(
    ("point", "times"),
    [
        pytest.param("transaction hash stored", 1, marks=pytest.mark.slow),
        ("transaction sent", 6),
        pytest.param("transaction mined", 4, marks=pytest.mark.slow),
        pytest.param("transaction confirmed", 6, marks=pytest.mark.slow),
    ],
)
async def test_a_deployment_that_was_killed_is_made_once(
    folder: Path, anvil: Anvil, clock: SharedClock, point: str, times: int
) -> None:
    make_keystores(folder)
    await fund(anvil, folder)
    log = folder.parent / "node.log"
    for fatal_point in (point, NEVER):
        time_s = (await anvil.client.get_latest_block()).time_s + 60
        clock.advance(time_s)
        await anvil.set_time(time_s)
        order = NodeOrder(str(folder), clock.offset_ms, anvil.url, GENESIS_S, fatal_point, times)
        with suppress(DiedError):
            async with start_node(order, log):
                assert fatal_point == NEVER, "it was to die before it serves"
    operator = load_operator(NetworkFolder(folder), PASSWORD)
    assert await anvil.client.get_transaction_count(operator.address) == DEPLOYING_TRANSACTIONS
    record = NetworkFolder(folder).load_deployment()
    assert record is not None
    await anvil.client.verify_code("the Settlement", record.deployment.settlement)


@pytest.mark.parametrize(
    ("point", "times"),
    [("transaction mined", 1), pytest.param("transaction hash stored", 1, marks=pytest.mark.slow)],
)
async def test_a_killed_node_finds_its_embedded_chain_as_it_was(
    tools: Tools, tmp_path: Path, clock: SharedClock, point: str, times: int
) -> None:
    tanks = make_fleet(2, has_attributes=True)
    async with open_site(tmp_path, AT_ONCE, tools, clock, tanks) as site:
        await play_first_window(site)
    clock.advance(AFTER_GRACE_S)
    order = NodeOrder(str(tmp_path), clock.offset_ms, point=point, times=times)
    with suppress(DiedError):
        async with start_node(order, tmp_path / "node.log") as node:
            await node.process.wait()
    async with open_site(tmp_path, AT_ONCE, tools, clock, tanks) as site:
        await site.wait_for(Credited, 0, 1)
        assert (await site.read_books()).balances == compute_balances(tanks)


async def test_what_was_final_and_is_rearranged_away_comes_back(
    tools: Tools, tmp_path: Path, clock: SharedClock
) -> None:
    tanks = make_fleet(2, has_attributes=True)
    async with open_site(tmp_path, AT_ONCE, tools, clock, tanks) as site:
        await play_first_window(site)
        await site.close(0, cohorts=1)
        while await site.node.settler.settle_due():
            await asyncio.sleep(0.1)
        assert (await site.read_books()).balances == compute_balances(tanks)
        await site.node.client.request("anvil_reorg", 1, [])
        assert set((await site.read_books()).balances.values()) == {0}
        await site.wait_for(Credited, 0, 1)
        assert (await site.read_books()).balances == compute_balances(tanks)


@contextmanager
def limit_files(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size: a full disk."""
    _, hard = before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_disk_that_is_full_when_the_window_closes_delays_and_loses_nothing(
    tools: Tools, tmp_path: Path, clock: SharedClock
) -> None:
    tanks = make_fleet(2, has_attributes=True)
    async with open_site(tmp_path, AT_ONCE, tools, clock, tanks) as site:
        await play_first_window(site)
        network_id = site.node.deployment.network_id
        files = NetworkFolder(tmp_path).store.iterdir()
        async with httpx.AsyncClient(base_url=site.node.gateway_url, timeout=20) as client:
            with limit_files(max(file.stat().st_size for file in files)):
                # Each look at its readiness writes as much as a packet may have.
                statuses = [(await client.get("/ready")).status_code for _ in range(30)]
                assert statuses[-1] == 503
                await site.advance(AFTER_GRACE_S)
                await asyncio.sleep(3)
                assert site.node.store.jobs.get_jobs(network_id) == ()
                assert (await client.get("/live")).status_code == 200
        await site.wait_for(Credited, 0, 1)
        assert (await site.read_books()).balances == compute_balances(tanks)
    assert site.fleet.check_log(1) == 2 + 1 + 1 + 1
