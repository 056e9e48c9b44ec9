"""The real tools once a session, and a network that is deployed once and copied for each test."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from eth_account import Account

from fieldproof.run import Blueprint, NetworkFolder, Node, NodeSettings, Tools, install_tools, load_operator
from fieldproof.settle import Anvil, AnvilSettings

from .networks import POSTED
from .world import ENVIRONMENT, GENESIS_S, PASSWORD, Fleet, SharedClock, enrol_fleet, keep_mining, make_fleet

DEVICES = 5


@pytest.fixture(scope="session")
def tools() -> Tools:
    return install_tools()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A network's folder in which nothing has run yet."""
    (tmp_path / "network").mkdir()
    (tmp_path / "network" / "network.py").write_text(POSTED)
    return tmp_path / "network"


@pytest.fixture
def clock() -> SharedClock:
    return SharedClock(GENESIS_S - 100)


@pytest.fixture
async def anvil(tools: Tools, tmp_path: Path, clock: SharedClock) -> AsyncIterator[Anvil]:
    """A chain of its own."""
    settings = AnvilSettings(
        tools.toolchain.anvil,
        tmp_path / "chain.json",
        genesis_s=clock.now_ms() // 1000,
    )
    async with await Anvil.start(settings) as running, keep_mining(running):
        yield running


@dataclass(frozen=True)
class Template:
    """A deployed network with a registered fleet: its folder and its chain's state."""

    folder: Path
    state: Path
    fleet: Fleet

    def copy(self, target: Path) -> "Template":
        """Return a copy that a test may use up."""
        shutil.copytree(self.folder, target / "network")
        shutil.copy(self.state, target / "chain.json")
        clock = SharedClock(GENESIS_S - 100)
        fleet = Fleet(
            target / "network",
            self.fleet.blueprint,
            self.fleet.record,
            self.fleet.gateway_address,
            clock,
            self.fleet.tanks,
        )
        return Template(fleet.folder, target / "chain.json", fleet)


async def fund(anvil: Anvil, folder: Path) -> None:
    """Give the operator of a folder what deploying and posting cost."""
    operator = load_operator(NetworkFolder(folder), PASSWORD)
    await anvil.set_balance(operator.address, 10**22)


@pytest.fixture(scope="session")
def template(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_template(tools, tmp_path_factory.mktemp("template"), POSTED)


def make_template(tools: Tools, root: Path, source: str) -> Template:
    """Deploy a network below `root` and register its fleet."""
    folder = root / "network"
    folder.mkdir()
    (folder / "network.py").write_text(source)
    return asyncio.run(_deploy(tools, folder, root / "chain.json", source))


def make_keystores(folder: Path) -> None:
    """Keystores that open at once: the real ones take a second of arithmetic each, at every start."""
    keys = NetworkFolder(folder).make("keys")
    for number, name in enumerate(("operator", "gateway"), start=1):
        content = Account.encrypt(bytes([number]) * 32, PASSWORD, kdf="pbkdf2", iterations=1)
        (keys / f"{name}.json").write_text(json.dumps(content))


async def _deploy(tools: Tools, folder: Path, state: Path, source: str) -> Template:
    blueprint = Blueprint.build({"network.py": source})
    clock = SharedClock(GENESIS_S - 100)
    tanks = make_fleet(DEVICES, has_attributes=False)
    async with await Anvil.start(
        AnvilSettings(tools.toolchain.anvil, state, genesis_s=clock.now_ms() // 1000)
    ) as anvil:
        make_keystores(folder)
        await fund(anvil, folder)
        settings = NodeSettings(rpc_url=anvil.url, genesis_s=GENESIS_S, environment=ENVIRONMENT)
        async with Node.start(NetworkFolder(folder), blueprint, tools, settings, clock=clock) as node:
            await enrol_fleet(node, tanks, [anvil.get_account(1), anvil.get_account(2)])
            fleet = Fleet(folder, blueprint, node.record, node.gateway_key.address, clock, tanks)
        await anvil.mine(10)
    return Template(folder, state, fleet)
