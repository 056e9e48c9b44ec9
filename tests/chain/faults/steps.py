"""Processes that are killed or stand still at each call of ABCI: a node's own application hits them."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import product
from pathlib import Path
from unittest.mock import patch

from fieldproof.chain.node import supervisor
from fieldproof.chain.node.supervisor import Part

from . import striker
from .network import PATIENCE_S, FaultNetwork, wait
from .scenario import NotRunError, Scenario, add
from .striker import Moment, Order

VICTIM = 2
STILL_S = 2.0
"""How long a process stands still."""
LATER = {signal.SIGKILL: "", signal.SIGSTOP: f", {STILL_S:.0f} s later SIGCONT"}
"""The signals, and what follows on them."""


async def _wait_for_turn(_: FaultNetwork) -> None:
    """CometBFT of a running node makes the call by itself."""


async def _introduce(network: FaultNetwork) -> None:
    """Let CometBFT begin anew: it asks the application where it stands."""
    await network.send_signal(signal.SIGKILL, VICTIM, [Part.COMETBFT])


async def _forget(network: FaultNetwork) -> None:
    """Let the application know nothing: CometBFT gives it genesis, and every block after that."""
    file = network.nodes[VICTIM].folder.application
    await network.send_signal(signal.SIGSTOP, VICTIM, [Part.APPLICATION])
    for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
        file.with_name(name).unlink(missing_ok=True)
    await network.send_signal(signal.SIGKILL, VICTIM, [Part.APPLICATION])


STEPS: dict[str, Callable[[FaultNetwork], Awaitable[None]]] = {
    "init_chain": _forget,
    "info": _introduce,
    "prepare_proposal": _wait_for_turn,
    "process_proposal": _wait_for_turn,
    "finalize_block": _wait_for_turn,
    "commit": _wait_for_turn,
}
"""The calls, and how each is brought about. The last four go round by themselves.

Those of snapshots are in `joining`. Not among them are queries, by which nothing is decided, and what
CometBFT does not call here: votes have no extensions, and its mempool is off."""


def build_command(orders: Path) -> tuple[str, ...]:
    """Return how the application that obeys is started."""
    return (sys.executable, str(Path(striker.__file__)), str(orders))


@asynccontextmanager
async def striking(network: FaultNetwork) -> AsyncIterator[Path]:
    """Run the application that obeys at one node; give where its orders stand."""
    if not sys.platform.startswith("linux"):
        raise NotRunError("needs Linux's /proc")
    orders = network.nodes[VICTIM].folder.path / "order"
    # The pauses are for processes that keep ending by themselves.
    with patch.object(supervisor, "LAST_PAUSE_S", supervisor.FIRST_PAUSE_S):
        try:
            await network.replace_programs(VICTIM, build_command(orders))
            yield orders
        finally:
            striker.withdraw(orders)
            await network.replace_programs(VICTIM)


async def play_each(cases: Iterable[tuple[str, Callable[[], Awaitable[None]]]]) -> str:
    """Play cases one after another; return their names and how many seconds each took."""
    seen = []
    for name, play in cases:
        since_s = time.monotonic()
        try:
            await play()
        except AssertionError as failure:
            raise AssertionError(f"{name}: {failure}") from failure
        seen.append(f"{name} {time.monotonic() - since_s:.0f} s")
    return ", ".join(seen)


async def _strike(network: FaultNetwork, orders: Path, order: Order) -> None:
    """Have an order obeyed, and wait until every node makes blocks again."""
    first = max(await network.get_heights())
    striker.give(orders, order)
    await STEPS[order.call](network)
    await see_hit(orders, order)
    await network.wait_for_height(max(await network.get_heights()) + 1)
    await network.check_agreement(first)


async def see_hit(orders: Path, order: Order, within_s: float = PATIENCE_S) -> None:
    """Wait until an order was obeyed; who stands still goes on after some seconds."""
    report = striker.get_report(orders, order.call)

    async def is_hit() -> bool:
        return report.is_file()

    await wait(f"the {order.part} is hit {order.moment} {order.call}", is_hit, within_s)
    if order.number == signal.SIGSTOP:
        try:
            await asyncio.sleep(STILL_S)
        finally:
            with suppress(ProcessLookupError):
                os.kill(int(report.read_text()), signal.SIGCONT)


def _add(number: signal.Signals, part: Part) -> None:
    async def play(network: FaultNetwork) -> str:
        async with striking(network) as orders:
            return await play_each(
                (f"{moment} {call}", partial(_strike, network, orders, Order(call, moment, number, part)))
                for call, moment in product(STEPS, Moment)
            )

    add(
        Scenario(
            f"at each call of ABCI: {number.name} to {part}",
            f"a node's application sends {number.name} to the {part} of its own node{LATER[number]}, before "
            f"it does what a call asks, and again when that is done but not answered: {', '.join(STEPS)}",
            f"after each, all four make blocks again within {PATIENCE_S:.0f} s, the same everywhere",
            play,
            is_tested=False,
        )
    )


for _number, _part in product(LATER, Part):
    _add(_number, _part)
