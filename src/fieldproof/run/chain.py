"""The chain of a network: the one at a JSON-RPC URL, or the embedded one in the network's folder."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fieldproof.run.errors import RunError
from fieldproof.run.folder import DeploymentRecord, NetworkFolder
from fieldproof.run.tools import Tools, install_tools
from fieldproof.settle import CHAIN_ID, Anvil, AnvilSettings, ChainClient


@dataclass(frozen=True, slots=True)
class EmbeddedChainSettings:
    """How the embedded chain runs."""

    port: int = 0
    """0 takes a free one."""
    starts_s: int | None = None
    """Time of the first block of a new chain, seconds since 1970; None: now."""


@asynccontextmanager
async def open_chain(
    folder: NetworkFolder,
    tools: Tools,
    rpc_url: str | None,
    chain_id: int = CHAIN_ID,
    settings: EmbeddedChainSettings | None = None,
) -> AsyncIterator[tuple[ChainClient, Anvil | None]]:
    """Connect to the chain at `rpc_url`, or start the embedded one if that is None."""
    if rpc_url is not None:
        async with await ChainClient.connect(rpc_url, chain_id=chain_id) as client:
            yield client, None
        return
    settings = settings or EmbeddedChainSettings()
    anvil_settings = AnvilSettings(
        program=tools.toolchain.anvil,
        state_file=folder.make("chain") / "state.json",
        port=settings.port,
        genesis_s=settings.starts_s,
    )
    async with await Anvil.start(anvil_settings) as anvil:
        yield anvil.client, anvil


def require_deployment(folder: NetworkFolder) -> DeploymentRecord:
    """Return where a network stands, or raise `RunError` if it was never deployed."""
    record = folder.load_deployment()
    if record is None:
        raise RunError(
            f"the network in {folder.path} was never deployed",
            hint="`fieldproof run` or `fieldproof up` deploys it.",
        )
    return record


@asynccontextmanager
async def open_deployed_chain(
    folder: NetworkFolder, tools: Tools, record: DeploymentRecord
) -> AsyncIterator[ChainClient]:
    """Connect to the chain on which a network stands; its embedded chain is started if no node runs."""
    running = folder.find_running()
    url = record.rpc_url if running is None else running.rpc_url
    async with open_chain(folder, tools, url, record.deployment.chain_id) as (client, _):
        yield client


@contextmanager
def serve_embedded_chain(folder: Path) -> Iterator[str]:
    """Run the embedded chain of a network and give its URL; that of the running node if there is one."""
    place = NetworkFolder(folder)
    record = require_deployment(place)
    running = place.find_running()
    if running is not None or record.rpc_url is not None:
        yield running.rpc_url if running is not None else str(record.rpc_url)
        return
    with asyncio.Runner() as runner:
        settings = AnvilSettings(install_tools().toolchain.anvil, place.make("chain") / "state.json")
        anvil = runner.run(Anvil.start(settings))
        try:
            yield anvil.url
        finally:
            runner.run(anvil.stop())
