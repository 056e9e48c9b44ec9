"""What `cost` says of gas, held to a full cohort's registrations, postings and crediting on a real chain."""

import asyncio
import statistics
from pathlib import Path

import pytest
from bench.circuits import COHORT, build_blueprint
from bench.fleet import Message, enrol_fleet, prepare_messages, send

from fieldproof.prove.estimate import TWO_CORES
from fieldproof.run import (
    Blueprint,
    EmbeddedChainSettings,
    NetworkFolder,
    Node,
    NodeSettings,
    Settled,
    ShiftedClock,
    Tools,
    compute_cost,
)

GENESIS_S = 1_700_002_800
CAPACITY = 16
WINDOWS = 2


def build(*, is_at_once: bool) -> Blueprint:
    """The yardstick network; with a deadline its circuit is the same."""
    blueprint = build_blueprint(COHORT, CAPACITY)
    if is_at_once:
        return blueprint
    (text,) = dict(blueprint.network.sources).values()
    assert text.count('grace="5m",') == 1
    return Blueprint.build({"network.py": text.replace('grace="5m",', 'grace="5m", settle_within="20m",')})


async def set_time(node: Node, clock: ShiftedClock, time_s: int) -> None:
    assert node.anvil is not None
    await node.anvil.set_time(time_s)
    clock.set_ms(time_s * 1000)


async def settle_window(
    node: Node, clock: ShiftedClock, packets_and_seals: tuple[list[Message], list[Message]], window: int
) -> None:
    end_s = node.calendar.compute_start_ms(window + 1) // 1000
    await set_time(node, clock, end_s)
    for messages in packets_and_seals:
        await send(node.gateway_url, messages)
    await set_time(node, clock, end_s + 301)
    while len(node.store.jobs.get_jobs(node.deployment.network_id)) <= window:
        await asyncio.sleep(0.05)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("is_at_once", [True, False], ids=["at once", "after a deadline"])
async def test_gas_is_what_was_foretold(is_at_once: bool, tools: Tools, tmp_path: Path) -> None:
    blueprint = build(is_at_once=is_at_once)
    sheet = compute_cost(blueprint, TWO_CORES)
    clock = ShiftedClock((GENESIS_S - 600) * 1000)
    settled: list[Settled] = []
    settings = NodeSettings(
        genesis_s=GENESIS_S, embedded=EmbeddedChainSettings(starts_s=GENESIS_S - 600), environment={}
    )
    async with Node.start(
        NetworkFolder(tmp_path), blueprint, tools, settings, clock=clock, on_settled=settled.append
    ) as node:
        fleet = await enrol_fleet(node, CAPACITY, node.arithmetic)
        for window in range(WINDOWS):
            messages = await asyncio.to_thread(prepare_messages, node, fleet, window, node.arithmetic)
            await settle_window(node, clock, messages, window)
            posted = 1 + window
            while sum(each.kind == "post" for each in settled) < posted:
                await asyncio.sleep(0.05)
            if not is_at_once:
                await set_time(node, clock, node.calendar.compute_start_ms(window + 1) // 1000 + 1_201)
                while sum(each.kind == "credit" for each in settled) < posted:
                    await asyncio.sleep(0.05)
        used = sum(each.inclusion.gas_used for each in settled if each.window == WINDOWS - 1)
        assert len(settled) == WINDOWS * (1 if is_at_once else 2)
    assert sheet.own.capacity == CAPACITY
    assert sheet.own.gas == pytest.approx(used, rel=0.1)
    for gas in fleet.registration_gas.values():
        assert sheet.registration_gas == pytest.approx(statistics.median(gas), rel=0.1)
