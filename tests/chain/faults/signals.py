"""Processes that are killed or stand still."""

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from fieldproof.chain.node.supervisor import Part

from .network import NODES, FaultNetwork, wait
from .scenario import Scenario, add, scenario

VICTIM = 1
BACK_WITHIN_S = 120.0
STILL_S = 8.0
"""How long processes stand still."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a signal hits."""

    name: str
    nodes: Sequence[int]
    parts: Sequence[Part] = tuple(Part)
    is_tested: bool = False


TARGETS = (
    *(Target(f"{part} of one node", (VICTIM,), (part,)) for part in Part),
    Target("all three processes of one node", (VICTIM,), is_tested=True),
    Target("geth of all four nodes", range(NODES), (Part.GETH,)),
    Target("all twelve processes", range(NODES), is_tested=True),
)


def _add(target: Target) -> None:
    others = [node for node in range(NODES) if node not in target.nodes]
    goes_on = "the others go on; " if others else ""

    async def hit(network: FaultNetwork, number: signal.Signals) -> int:
        height = max(await network.get_heights())
        for node in target.nodes:
            await network.send_signal(number, node, target.parts)
        return height

    async def kill(network: FaultNetwork) -> str:
        height = await hit(network, signal.SIGKILL)
        if others:
            await network.wait_for_height(height + 2, others, BACK_WITHIN_S)
        await network.wait_for_height(height + 3, within_s=BACK_WITHIN_S)
        return "restarted by the supervisor, same blocks everywhere"

    async def stop(network: FaultNetwork) -> str:
        height = await hit(network, signal.SIGSTOP)
        try:
            await asyncio.sleep(STILL_S)
            if others:
                await network.wait_for_height(height + 2, others, BACK_WITHIN_S)
        finally:
            await hit(network, signal.SIGCONT)
        await network.wait_for_height(height + 3, within_s=BACK_WITHIN_S)
        return "the same processes went on, same blocks everywhere"

    add(
        Scenario(
            f"kill: {target.name}",
            f"SIGKILL to {target.name}",
            f"{goes_on}all four make blocks again within {BACK_WITHIN_S:.0f} s",
            kill,
            target.is_tested,
        )
    )
    add(
        Scenario(
            f"stop: {target.name}",
            f"SIGSTOP to {target.name}, {STILL_S:.0f} s later SIGCONT",
            f"{goes_on}all four make blocks again within {BACK_WITHIN_S:.0f} s",
            stop,
            is_tested=False,
        )
    )


@scenario(
    "kill: geth of all four nodes between two blocks",
    "SIGKILL to geth of all four while every CometBFT stands still, which goes on once they are back",
    f"the applications mend geth before any block is decided, within {BACK_WITHIN_S:.0f} s",
    is_tested=True,
)
async def kill_between(network: FaultNetwork) -> str:
    for node in range(NODES):
        await network.send_signal(signal.SIGSTOP, node, [Part.COMETBFT])
    await asyncio.sleep(STILL_S)
    heights = await network.get_execution_heights()
    dead = [supervisor.pids[Part.GETH] for supervisor in network.supervisors]
    for node in range(NODES):
        await network.send_signal(signal.SIGKILL, node, [Part.GETH])

    async def are_back() -> bool:
        pids = [supervisor.pids.get(Part.GETH) for supervisor in network.supervisors]
        return not set(pids) & {*dead, None} and None not in await network.get_execution_heights()

    await wait("all geths run again", are_back)
    lost = await network.get_execution_heights()
    for node in range(NODES):
        await network.send_signal(signal.SIGCONT, node, [Part.COMETBFT])
    await network.wait_for_height(max(filter(None, heights)) + 3, within_s=BACK_WITHIN_S)
    return f"heads {heights} were {lost} after the kill; blocks given back, same blocks everywhere"


for _target in TARGETS:
    _add(_target)
