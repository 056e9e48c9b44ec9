"""One running node on its embedded chain, its fleet and the clock that all share."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fieldproof.protocol import Reason
from fieldproof.run import (
    Blueprint,
    EmbeddedChainSettings,
    NetworkFolder,
    Node,
    NodeSettings,
    Tools,
)
from fieldproof.settle import Credited, KeySigner, Posted, Registry, SubmissionSettings, Submitter

from .conftest import make_keystores
from .networks import POOL_UNITS, WINDOW_S, Author, Row
from .world import (
    ENVIRONMENT,
    GENESIS_S,
    Books,
    Fleet,
    SharedClock,
    Tank,
    check_books,
    enrol_fleet,
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
