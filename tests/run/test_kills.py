"""The node killed at every named point: afterwards every balance is that of an undisturbed run."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from fieldproof.device import UnreachableError
from fieldproof.protocol import Reason
from fieldproof.run import Tools
from fieldproof.settle import Anvil, AnvilSettings, Credited, Posted

from .conftest import DEVICES, Template
from .networks import GRACE_S, POOL_UNITS, POSTED, SETTLE_S, WINDOW_S, Author, Row, share_pool
from .node_process import NEVER, NodeOrder
from .processes import DiedError, RunningNode, read_log, start_node
from .world import Books, check_books, keep_mining, read_books, read_events

LEASE_S = 60
SEEN_AFTER_S = 2.0
"""Within this the node has seen that a transaction was mined; it looks every 50 ms."""
REORGED = "transaction reorged"
WINDOWS = 2
COHORTS = 2
LEAPS: tuple[Row, ...] = ((0, 10), (60_000, 90), (120_000, 10), (180_000, 90))
READINGS: dict[tuple[int, int], tuple[Row, ...]] = {
    (window, number): tuple((60_000 * at, 20 + 7 * number + window + 3 * at) for at in range(4))
    for window in range(WINDOWS)
    for number in range(DEVICES)
}
READINGS[0, 1] = LEAPS
ABSENT = (0, 2)
"""Window and number of the device that sends but does not seal."""


def compute_balances() -> dict[int, int]:
    """What the author's function and the rule of sharing give by hand."""
    author = Author(POSTED)
    balances = dict.fromkeys(range(DEVICES), 0)
    for window in range(WINDOWS):
        points = {
            number: author.compute_points(rows, 0, ())
            for (at, number), rows in READINGS.items()
            if at == window and (at, number) != ABSENT
        }
        for number, units in share_pool(points, DEVICES).items():
            balances[number] += units
    return balances


@dataclass(frozen=True)
class Step:
    """Something that is done again, from its beginning, when the node dies on the way."""

    act: Callable[[RunningNode], Awaitable[None]]
    is_proving: bool = False


class Play:
    """Two windows of five devices, played to the end through as many nodes as it takes."""

    def __init__(self, template: Template, anvil: Anvil, beats: asyncio.Event, order: NodeOrder) -> None:
        self.fleet = template.fleet
        self.anvil = anvil
        self.order = order
        self.deaths = 0
        self.refusals: set[tuple[int, Reason]] = set()
        self.beats = beats
        self.rearranges = order.point == REORGED
        self._log = template.folder.parent / "node.log"

    async def run(self) -> Books:
        """Take every step with a new node after each death, and return what the chain says in the end."""
        steps = deque(self._list_steps())
        while steps:
            order = replace(self.order, offset_ms=self.fleet.clock.offset_ms)
            try:
                async with start_node(order, self._log) as node:
                    while steps:
                        await steps[0].act(node)
                        steps.popleft()
                    assert order.point == NEVER, f"{order.point} was never passed for time {order.times}"
            except (DiedError, UnreachableError):
                self.deaths += 1
                assert self.deaths == 1, read_log(self._log)
                self.order = replace(self.order, point=NEVER)
                if steps[0].is_proving:
                    # A dead prover's lease has to end before its job is taken again.
                    await self._advance(self.fleet.clock.now_ms() // 1000 + LEASE_S + 1)
        return await self.read_books()

    async def read_books(self) -> Books:
        return await read_books(self.anvil.client, self.fleet.record, DEVICES)

    def _list_steps(self) -> Iterator[Step]:
        for window in range(WINDOWS):
            starts_s = self.fleet.calendar.compute_start_ms(window) // 1000
            ends_s = starts_s + WINDOW_S
            sealing = [number for number in range(DEVICES) if (window, number) != ABSENT]
            yield Step(partial(self._record, window))
            yield Step(partial(self._send, starts_s + 2 * WINDOW_S // 3, range(DEVICES)))
            yield Step(partial(self._send, ends_s, sealing))
            yield Step(partial(self._settle, ends_s + GRACE_S + 1, window), is_proving=True)
        yield Step(partial(self._credit, ends_s + SETTLE_S + 1))

    async def _record(self, window: int, _: RunningNode) -> None:
        for number in range(DEVICES):
            self.fleet.record_rows(number, window, READINGS[window, number])

    async def _send(self, time_s: int, numbers: Iterable[int], node: RunningNode) -> None:
        await self._advance(time_s, node)
        for number in numbers:
            report = await asyncio.to_thread(self.fleet.send, number, node.gateway_url)
            self.refusals |= {(number, refusal.reason) for refusal in report.refusals}

    async def _settle(self, time_s: int, window: int, node: RunningNode) -> None:
        await self._advance(time_s, node)
        if self.rearranges and self.deaths == 0:
            await self._rearrange(node)
        await node.wait_until(partial(self._has, Posted, COHORTS * (window + 1)))

    async def _rearrange(self, node: RunningNode) -> None:
        """Let the first posting be mined and seen by the node, then take its block away."""
        self.beats.clear()
        await node.wait_until(partial(self._has, Posted, 1))
        await asyncio.sleep(SEEN_AFTER_S)
        await self.anvil.client.request("anvil_reorg", 1, [])
        assert await self._has(Posted, 0), "the chain has forgotten the posting"
        self.beats.set()

    async def _credit(self, time_s: int, node: RunningNode) -> None:
        await self._advance(time_s, node)
        await node.wait_until(partial(self._has, Credited, COHORTS * WINDOWS))

    async def _has(self, kind: type[Posted | Credited], count: int) -> bool:
        events = await read_events(self.anvil.client, self.fleet.record)
        return sum(isinstance(event, kind) for event in events) == count

    async def _advance(self, time_s: int, node: RunningNode | None = None) -> None:
        if self.fleet.clock.advance(time_s):
            # The chain goes first: the moment the clock moves, windows close and postings are tried.
            await self.anvil.set_time(time_s)
        if node is not None:
            await node.set_clock(self.fleet.clock.offset_ms)


@asynccontextmanager
async def open_play(template: Template, tools: Tools, path: Path, order: NodeOrder) -> AsyncIterator[Play]:
    """Give a play its own copy of network and chain. The chain outlives the node, as a public one does."""
    copy = template.copy(path)
    settings = AnvilSettings(tools.toolchain.anvil, copy.state)
    async with await Anvil.start(settings) as anvil:
        time_s = (await anvil.client.get_latest_block()).time_s + 60
        copy.fleet.clock.advance(time_s)
        await anvil.set_time(time_s)
        async with keep_mining(anvil) as beats:
            yield Play(copy, anvil, beats, replace(order, folder=str(copy.folder), rpc_url=anvil.url))


def check_outcome(play: Play, books: Books) -> None:
    """Everything that must hold after any death."""
    assert books.balances == compute_balances()
    check_books(books, POOL_UNITS)
    # Two packets for each device's window and a seal for all but the absent one.
    assert play.fleet.check_log(WINDOWS) == 3 * DEVICES * WINDOWS - 1
    assert play.refusals == {(ABSENT[1], Reason.WINDOW_CLOSED)}


async def test_an_undisturbed_run_pays_what_the_function_says(
    template: Template, tools: Tools, tmp_path: Path
) -> None:
    async with open_play(template, tools, tmp_path, NodeOrder("", 0)) as play:
        check_outcome(play, await play.run())
        assert play.deaths == 0


def slow(point: str, times: int) -> ParameterSet:
    return pytest.param(point, times, marks=pytest.mark.slow)


@pytest.mark.parametrize(
    ("point", "times"),
    [
        slow("before append", 1),
        ("before append", 17),
        slow("after append", 3),
        slow("after append", 16),
        slow("after fsync", 2),
        slow("after fsync", 18),
        slow("seal stored", 1),
        slow("seal stored", 4),
        slow("window closed", 1),
        slow("window closed", 2),
        slow("job taken", 1),
        slow("job taken", 4),
        ("witness solved", 2),
        slow("proof verified", 3),
        slow("storing proof", 1),
        ("proof stored", 1),
        slow("proof stored", 4),
        slow("transaction hash stored", 1),
        slow("transaction hash stored", 5),
        ("transaction sent", 1),
        slow("transaction sent", 6),
        slow("transaction mined", 2),
        slow("transaction mined", 5),
        slow("transaction confirmed", 1),
        slow("transaction confirmed", 7),
        (REORGED, 1),
    ],
)
async def test_a_node_that_is_killed_goes_on_as_if_nothing_had_happened(
    template: Template, tools: Tools, tmp_path: Path, point: str, times: int
) -> None:
    confirmations = 2 if point == REORGED else 1
    order = NodeOrder("", 0, point=point, times=times, confirmations=confirmations)
    async with open_play(template, tools, tmp_path, order) as play:
        books = await play.run()
        assert play.deaths == 1
        check_outcome(play, books)
