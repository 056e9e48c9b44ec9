"""Writes vectors/light_network.json anew: `python -m tests.chain.light.record`, with the built CometBFT."""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

import httpx

from fieldproof.chain.toolchain import VERSIONS, find_programs
from fieldproof.prove.toolchain import get_cache_folder

from .live_network import CHAIN_ID, EPOCH_BLOCKS, LiveNetwork, make_leaves

FILE = Path(__file__).parents[3] / "vectors" / "light_network.json"
LAST_HEIGHT = 5 * EPOCH_BLOCKS
STOPPED_NODE = 2
STOPPED_AT = 3 * EPOCH_BLOCKS + 1
"""From then on one of the seats does not vote, nor propose: absent votes, and commits of later rounds."""


async def record(network: LiveNetwork) -> dict[str, Any]:
    """Let a network come to its last height, and return what it answers about every block."""
    await network.start()
    await network.wait_for(STOPPED_AT)
    await network.stop_node(STOPPED_NODE)
    await network.wait_for(LAST_HEIGHT + 1)
    blocks = []
    async with httpx.AsyncClient(base_url=network.rpc_url, trust_env=False) as client:
        for height in range(1, LAST_HEIGHT + 1):
            commit = (await client.get(f"/commit?height={height}")).json()["result"]
            validators = (await client.get(f"/validators?height={height}")).json()["result"]
            leaves = [leaf.hex() for leaf in make_leaves(height - 1)]
            blocks.append({"commit": commit, "validators": validators, "leaves": leaves})
    return {"made_with": f"CometBFT {VERSIONS['cometbft'].version}", "chain_id": CHAIN_ID, "blocks": blocks}


async def _main() -> None:
    programs = find_programs(get_cache_folder())
    if programs is None:
        raise SystemExit("CometBFT is not built yet: start a devnet once, or build the toolchain")
    with tempfile.TemporaryDirectory() as folder:
        network = LiveNetwork(Path(folder), programs.cometbft)
        try:
            recorded = await record(network)
        finally:
            await network.stop()
    FILE.write_text(json.dumps(recorded, indent=1) + "\n")


if __name__ == "__main__":
    asyncio.run(_main())
