"""`verify-program` on programs with state and over a cohort, really deployed, rightly and wrongly."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fieldproof.networks import copy_network
from fieldproof.run import (
    Blueprint,
    NetworkFolder,
    Node,
    NodeSettings,
    Place,
    Tools,
    check_folder,
    read_sources,
)
from fieldproof.run import node as node_module
from fieldproof.settle import Anvil, AnvilSettings, NetworkPlan, deploy_network

from .conftest import fund, make_keystores
from .world import ENVIRONMENT, GENESIS_S, SharedClock, find_differences

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

STATE_ITEMS = {"words of packed state", "root of the first states"}


@asynccontextmanager
async def deploy(tools: Tools, folder: Path, clock: SharedClock) -> AsyncIterator[Place]:
    """Deploy a folder as its operator does; the chain runs as long as the context."""
    state = folder.with_name(f"{folder.name}-chain.json")
    settings = AnvilSettings(tools.toolchain.anvil, state, genesis_s=clock.now_ms() // 1000)
    async with await Anvil.start(settings) as anvil:
        make_keystores(folder)
        await fund(anvil, folder)
        blueprint = Blueprint.build(read_sources(folder))
        node_settings = NodeSettings(rpc_url=anvil.url, genesis_s=GENESIS_S, environment=ENVIRONMENT)
        async with Node.start(NetworkFolder(folder), blueprint, tools, node_settings, clock=clock) as node:
            settlement = node.deployment.settlement
        yield Place(anvil.url, settlement)


@pytest.mark.parametrize("name", ["driving", "energy", "coverage"])
async def test_a_network_with_state_or_over_a_cohort_agrees_with_its_source(
    name: str, tools: Tools, tmp_path: Path, clock: SharedClock
) -> None:
    folder = tmp_path / name
    copy_network(name, folder)
    async with deploy(tools, folder, clock) as place:
        found = await check_folder(folder, place)
        assert found.agrees, find_differences(found)
        by_item = {each.item: each.deployed for each in found.items}
        has_state = name == "driving"
        assert (by_item["words of packed state"] != "0") == has_state
        assert (int(by_item["root of the first states"], 16) != 0) == has_state
        path = folder / "network.py"
        if has_state:
            path.write_text(
                path.read_text().replace("weeks: Int[0, MOST_WEEKS] = 0", "weeks: Int[0, 9_000] = 3")
            )
            assert find_differences(await check_folder(folder, place)) >= {"root of the first states"}


CHANGES: dict[str, tuple[str, Callable[[NetworkPlan], dict[str, Any]], set[str]]] = {
    "another first state": (
        "driving",
        lambda plan: {"initial_state_root": plan.initial_state_root + 1},
        {"root of the first states"},
    ),
    "a word more": ("driving", lambda plan: {"state_words": plan.state_words + 1}, {"words of packed state"}),
    "state where there is none": (
        "energy",
        lambda _: {"state_words": 1, "initial_state_root": 7},
        STATE_ITEMS,
    ),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_contract_that_begins_with_another_state_is_seen(
    change: str, tools: Tools, tmp_path: Path, clock: SharedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, alter, expected = CHANGES[change]
    folder = tmp_path / name
    copy_network(name, folder)

    async def deploy_altered(client: Any, submitter: Any, plan: NetworkPlan) -> Any:
        return await deploy_network(client, submitter, replace(plan, **alter(plan)))

    monkeypatch.setattr(node_module, "deploy_network", deploy_altered)
    async with deploy(tools, folder, clock) as place:
        assert find_differences(await check_folder(folder, place)) == expected
