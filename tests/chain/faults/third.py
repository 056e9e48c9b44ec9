"""Epochs that change while a third of the pool is away: the draw decides whether the chain goes on.

Six candidates, four seats: three of them decide blocks, and four of the six make the beacon's seed. Two are
away. Which four are drawn while they are away nobody can know: at most one of the two, and the others go on;
both, and the new committee cannot decide a block until one is back. So it is played until both were seen.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

from fieldproof.run.chain_tools import install_genesis_tools

from .away import BACK_WITHIN_S, HALT_S
from .epochs import check_epoch
from .network import EPOCH_BLOCKS, PLAN, FaultNetwork, wait
from .scenario import scenario

POOL = 6
SEATS = 4
AWAY = 2
FAULTY_SEATS = (SEATS - 1) // 3
"""More than two thirds of the seats decide: so many may be empty."""
MOST_EPOCHS = 6
"""Both of those away are drawn in six of fifteen draws."""


@scenario(
    "an epoch changes with a third of the pool away",
    f"{POOL} nodes of their own, committees of {SEATS}: {AWAY} are killed, at most one of them with a seat, "
    "before a pool is frozen, and stay away until the next epoch began or could not; again until both were "
    f"seen, {MOST_EPOCHS} times at most",
    f"the seed is made of {POOL - AWAY} dealings, committee and seed are what chain data alone say; where at "
    f"most {FAULTY_SEATS} of those away is drawn, the others go on; where both are, no block of the new "
    "epoch is decided until one is back",
)
async def miss_epochs(network: FaultNetwork) -> str:
    folder = Path(tempfile.mkdtemp(prefix="fieldproof-third-"))
    plan = replace(PLAN, validators=POOL, committee=SEATS)
    anvil = install_genesis_tools()
    drawn: list[int] = []
    async with resting(network), FaultNetwork.start(folder, network.programs, anvil, plan) as larger:
        while len(drawn) < MOST_EPOCHS and len({number > FAULTY_SEATS for number in drawn}) < 2:
            drawn.append(await _change_epoch(larger))
    halts = sum(number > FAULTY_SEATS for number in drawn)
    return f"{drawn} of those away were drawn: went on {len(drawn) - halts} times, halted {halts} times"


@asynccontextmanager
async def resting(network: FaultNetwork) -> AsyncIterator[None]:
    """Stop all nodes, which leaves the machine to others."""
    await asyncio.gather(*(supervisor.stop() for supervisor in network.supervisors))
    try:
        yield
    finally:
        await asyncio.gather(*(supervisor.start() for supervisor in network.supervisors))


async def _change_epoch(network: FaultNetwork) -> int:
    """Let a third miss an epoch and the beginning of the next; return how many of it have a seat in that."""
    state = await network.query("state")
    state = await _wait_for_draw(network, state["epoch"] + (state["next_committee"] is not None))
    away = _choose(network, state)
    epoch = state["epoch"] + 1
    await asyncio.gather(*(network.supervisors[node].kill() for node in away))
    present = [node for node in network.everyone if node not in away]
    drawn = (await _wait_for_draw(network, epoch))["next_committee"]
    last = (epoch + 1) * EPOCH_BLOCKS
    await network.wait_for_height(last, present)
    absent = _list_seated(network, drawn) & set(away)
    if len(absent) > FAULTY_SEATS:
        await _check_halt(network, present, last)
        back = away.pop()
        await network.supervisors[back].start()
        present.append(back)
    await network.wait_for_height(last + 3, present)
    checked = await check_epoch(network, epoch + 1)
    operators = {"0x" + member.operator.hex() for member in checked.committee}
    assert operators == {member["operator"] for member in drawn}, "another committee than was drawn"
    assert not checked.is_missed
    assert checked.dealings == POOL - AWAY, f"{checked.dealings} dealings"
    await asyncio.gather(*(network.supervisors[node].start() for node in away))
    await network.wait_for_height(await network.get_height(), within_s=BACK_WITHIN_S)
    await network.settle()
    return len(absent)


async def _wait_for_draw(network: FaultNetwork, epoch: int) -> dict[str, Any]:
    """Return the state of the block in which the committee after an epoch was drawn, or of the next."""
    found: dict[str, Any] = {}

    async def is_drawn() -> bool:
        found.update(await network.query("state"))
        assert found["epoch"] <= epoch, "the draw was not looked at in time"
        return found["epoch"] == epoch and found["next_committee"] is not None

    await wait(f"the committee after epoch {epoch} is drawn", is_drawn)
    return found


def _choose(network: FaultNetwork, state: dict[str, Any]) -> list[int]:
    """Return who leaves: neither this committee nor the next, which is drawn, needs them. Node 0 is asked."""
    committees = [_list_seated(network, state[key]) for key in ("committee", "next_committee")]
    return next(
        list(pair)
        for pair in combinations(network.everyone[1:], AWAY)
        if all(len(seated.intersection(pair)) <= FAULTY_SEATS for seated in committees)
    )


def _list_seated(network: FaultNetwork, committee: Sequence[dict[str, Any]]) -> set[int]:
    """Return the nodes of a committee's members."""
    seated = {bytes.fromhex(member["consensus"][2:]) for member in committee}
    return {node for node in network.everyone if network.get_consensus_address(node) in seated}


async def _check_halt(network: FaultNetwork, present: Sequence[int], last: int) -> None:
    await asyncio.sleep(HALT_S)
    heights = [await network.get_height(node) for node in present]
    assert set(heights) == {last}, f"blocks of an epoch whose committee has no quorum: {heights}"
