"""From signed packets to credited balances, on a real chain with real proofs."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fieldproof.protocol import UNIT_WEI, Reason
from fieldproof.run import (
    Blueprint,
    EmbeddedChainSettings,
    NetworkFolder,
    Node,
    NodeSettings,
    Tools,
    withdraw_all,
)
from fieldproof.settle import Credited, KeySigner, Posted, Registry, SubmissionSettings, Submitter

from .conftest import make_keystores
from .networks import AT_ONCE, POOL_UNITS, POSTED, SETTLE_S, WINDOW_S, Author, Row, share_pool
from .world import (
    ENVIRONMENT,
    GENESIS_S,
    Books,
    Fleet,
    SharedClock,
    Tank,
    check_books,
    enrol_fleet,
    make_fleet,
    read_books,
    read_events,
)

RISING: tuple[Row, ...] = ((0, 11), (61_000, 12), (90_000, 40), (200_000, 90))
HALF: tuple[Row, ...] = ((5, 100), (1_000, 51))
LEAPING: tuple[Row, ...] = ((0, 0), (60_000, 51), (120_000, 0))
LONELY: tuple[Row, ...] = ((0, 50),)
OWNERS = [KeySigner(bytes([number]) * 32) for number in (101, 102)]
"""Tanks with even and with odd numbers."""


@dataclass
class Site:
    """One running node, its fleet and the clock that all share."""

    node: Node
    clock: SharedClock
    fleet: Fleet

    async def advance(self, time_s: int) -> None:
        assert self.node.anvil is not None
        if self.clock.advance(time_s):
            await self.node.anvil.set_time(time_s)

    async def send(self, number: int) -> list[Reason]:
        report = await asyncio.to_thread(self.fleet.send, number, self.node.gateway_url)
        return [refusal.reason for refusal in report.refusals]

    async def play(self, window: int, sealing: Iterable[int], silent: Iterable[int] = ()) -> None:
        """Let devices send before the window ends, and those that seal once more after its end."""
        starts_s = self.node.calendar.compute_start_ms(window) // 1000
        await self.advance(starts_s + 200)
        for number in (*silent, *sealing):
            assert await self.send(number) == []
        await self.advance(starts_s + WINDOW_S)
        for number in sealing:
            assert await self.send(number) == []

    async def close(self, window: int, cohorts: int) -> None:
        """Close a window and wait for the postings of so many cohorts."""
        await self.advance(self.node.calendar.compute_close_ms(window) // 1000 + 1)
        await self.wait_for(Posted, window, cohorts)

    async def wait_for(self, kind: type[Posted | Credited], window: int, count: int) -> None:
        found = 0
        async with asyncio.timeout(90):
            while found < count:
                await asyncio.sleep(0.1)
                found = sum(
                    isinstance(event, kind)
                    and window == (event.posting.window if isinstance(event, Posted) else event.window)
                    for event in await read_events(self.node.client, self.node.record)
                )
        assert found == count

    async def read_books(self) -> Books:
        books = await read_books(self.node.client, self.node.record, len(self.fleet.tanks))
        check_books(books, POOL_UNITS)
        return books


@asynccontextmanager
async def open_site(
    folder: Path, source: str, tools: Tools, clock: SharedClock, tanks: Sequence[Tank]
) -> AsyncIterator[Site]:
    """Start a node on the embedded chain; the first time it deploys, and the fleet is registered."""
    if not (folder / "network.py").exists():
        (folder / "network.py").write_text(source)
        make_keystores(folder)
    blueprint = Blueprint.build({"network.py": source})
    settings = NodeSettings(
        genesis_s=GENESIS_S,
        embedded=EmbeddedChainSettings(starts_s=clock.now_ms() // 1000),
        environment=ENVIRONMENT,
        poll_s=0.05,
    )
    async with Node.start(NetworkFolder(folder), blueprint, tools, settings, clock=clock) as node:
        await enrol_fleet(node, tanks, OWNERS)
        fleet = Fleet(folder, blueprint, node.record, node.gateway_key.address, clock, tuple(tanks))
        yield Site(node, clock, fleet)


def compute_points(source: str, window: int, tank: Tank, rows: Sequence[Row]) -> int:
    return Author(source).compute_points(rows, GENESIS_S + window * WINDOW_S, tank.attributes)


async def revoke(node: Node, owner: KeySigner, device: int) -> None:
    submitter = Submitter(
        node.client, owner, node.store.outbox, clock=node.clock, settings=SubmissionSettings(poll_s=0.05)
    )
    call = Registry(node.client, node.deployment.registry).build_revocation(device)
    await submitter.submit(f"revoke:{device}", call)


async def test_signed_readings_become_balances_and_tokens(
    tools: Tools, tmp_path: Path, clock: SharedClock
) -> None:
    tanks = make_fleet(4, has_attributes=True)
    first = [RISING, LEAPING, HALF, HALF]
    second = [HALF, RISING, LONELY]
    async with open_site(tmp_path, AT_ONCE, tools, clock, tanks) as site:
        for tank, rows in zip(tanks, first, strict=True):
            site.fleet.record_rows(tank.number, 0, rows)
        await site.advance(GENESIS_S + 1)
        await revoke(site.node, OWNERS[3 % 2], 3)
        # Device 2 sends its readings but no seal: it is absent.
        await site.play(0, sealing=(0, 1, 3), silent=(2,))
        await site.close(0, cohorts=1)
        points = {n: compute_points(AT_ONCE, 0, tanks[n], first[n]) for n in (0, 1, 3)}
        assert points[0] == (11 + 12 + 40 + 90) * 1
        assert points[1] == 0
        assert points[3] == (100 + 51) * 4
        balances = {0: 0, 1: 0, 2: 0, 3: 0} | share_pool(points, active=4)
        assert (await site.read_books()).balances == balances
        (void,) = site.node.store.windows.get_voids(site.node.deployment.network_id, 0)
        assert void.place.device_number == 1
        assert "the level leaps" in void.reason
        assert "network.py:" in void.reason

    async with open_site(tmp_path, AT_ONCE, tools, clock, tanks) as site:
        assert await site.send(2) == [Reason.WINDOW_CLOSED]
        for tank, rows in zip(tanks[:3], second, strict=True):
            site.fleet.record_rows(tank.number, 1, rows)
        site.fleet.record_rows(3, 1, RISING)
        await site.play(1, sealing=(0, 1, 2))
        # Revoked in the window before: it counts no more, and the pool is shared by those that are left.
        assert await site.send(3) == [Reason.INACTIVE_DEVICE]

    async with open_site(tmp_path, AT_ONCE, tools, clock, tanks) as site:
        await site.close(1, cohorts=1)
        points = {n: compute_points(AT_ONCE, 1, tanks[n], second[n]) for n in (0, 1, 2)}
        assert points[2] == 0
        for number, units in share_pool(points, active=3).items():
            balances[number] += units
        assert (await site.read_books()).balances == balances
        withdrawal = await withdraw_all(
            site.node.client, site.node.deployment, OWNERS[0], site.node.store.outbox, clock, poll_s=0.05
        )
        assert withdrawal.amount_wei == (balances[0] + balances[2]) * UNIT_WEI == withdrawal.balance_wei


async def test_several_cohorts_share_a_window_after_its_deadline(
    tools: Tools, tmp_path: Path, clock: SharedClock
) -> None:
    tanks = make_fleet(6, has_attributes=False)
    rows = [RISING, HALF, LEAPING, RISING, HALF, LONELY]
    async with open_site(tmp_path, POSTED, tools, clock, tanks) as site:
        for tank in tanks:
            site.fleet.record_rows(tank.number, 0, rows[tank.number])
        await site.play(0, sealing=(0, 1, 2, 4, 5), silent=(3,))
        await site.close(0, cohorts=2)
        # All of cohort 1 is away in the next window.
        for number in (0, 1, 2):
            site.fleet.record_rows(number, 1, rows[number])
        await site.play(1, sealing=(0, 1, 2))
        await site.close(1, cohorts=1)
        assert set((await site.read_books()).balances.values()) == {0}, "nothing before the deadline"

    async with open_site(tmp_path, POSTED, tools, clock, tanks) as site:
        await site.advance(GENESIS_S + WINDOW_S + SETTLE_S - 2)
        await site.node.settler.settle_due()
        assert (await site.read_books()).credited == ()
        await site.advance(GENESIS_S + WINDOW_S + SETTLE_S + 1)
        await site.wait_for(Credited, 0, 2)
        points = {n: compute_points(POSTED, 0, tanks[n], rows[n]) for n in (0, 1, 2, 4, 5)}
        assert points[2] == points[5] == 0
        balances = dict.fromkeys(range(6), 0) | share_pool(points, active=6)
        assert (await site.read_books()).balances == balances
        await site.advance(GENESIS_S + 2 * WINDOW_S + SETTLE_S + 1)
        await site.wait_for(Credited, 1, 1)
        points = {n: compute_points(POSTED, 1, tanks[n], rows[n]) for n in (0, 1, 2)}
        for number, units in share_pool(points, active=6).items():
            balances[number] += units
        assert (await site.read_books()).balances == balances
        assert await site.node.settler.settle_due() == 0
    assert site.fleet.check_log(2) > 0
