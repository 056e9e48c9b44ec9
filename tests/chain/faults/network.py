"""Real nodes on loopback, and what is done to them and asked of them."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from fieldproof.chain import (
    ConsensusRpc,
    ConsensusRpcError,
    Devnet,
    DevnetPlan,
    NodeSupervisor,
    Programs,
    Sender,
    create_devnet,
    read_consensus_key,
)
from fieldproof.chain.node.supervisor import APPLICATION_COMMAND, Part
from fieldproof.settle import CHAIN_ID, ChainClient, KeySigner, get_development_account

NODES = 4
EPOCH_BLOCKS = 12
PLAN = DevnetPlan(NODES, NODES, EPOCH_BLOCKS, (get_development_account(0).address,))
"""Of the network that most scenarios are played on."""
PATIENCE_S = 120.0
"""For anything that is waited for; others may use the machine."""
LOOK_EVERY_S = 0.25
PAGE = 20
"""Blocks in one answer of CometBFT."""


class FaultNetwork:
    """A devnet. Only node 0 keeps every state of the past: the others lose the last ones by a kill."""

    def __init__(self, devnet: Devnet, programs: Programs, client: ChainClient) -> None:
        self.nodes = devnet.nodes
        self.supervisors = devnet.supervisors
        self.client = client
        """Of node 0."""
        self.faucet = Sender(client, get_development_account(0))
        self.programs = programs

    @property
    def everyone(self) -> range:
        """The numbers of all nodes."""
        return range(len(self.nodes))

    @classmethod
    @asynccontextmanager
    async def start(
        cls, path: Path, programs: Programs, anvil: Path, plan: DevnetPlan = PLAN
    ) -> AsyncIterator["FaultNetwork"]:
        """Make a new one and run it."""
        nodes = await create_devnet(path, plan, programs, anvil)
        for number in range(1, len(nodes)):
            nodes[number] = replace(nodes[number], settings=replace(nodes[number].settings, is_archive=False))
            nodes[number].settings.save(nodes[number].folder.path)
        devnet = Devnet(nodes, programs)
        try:
            await devnet.start()
            async with await ChainClient.connect(devnet.rpc_url, chain_id=CHAIN_ID) as client:
                network = cls(devnet, programs, client)
                await network.wait_for_height(2)
                yield network
        finally:
            await devnet.stop()

    def consensus(self, node: int = 0) -> ConsensusRpc:
        """Return CometBFT's RPC of a node, to be entered."""
        return ConsensusRpc(f"http://127.0.0.1:{self.nodes[node].settings.ports.consensus_rpc}")

    async def query(self, path: str, data: str = "", node: int = 0) -> Any:
        async with self.consensus(node) as rpc:
            return await rpc.query(path, data)

    async def get_height(self, node: int = 0) -> int:
        """Return what `read_height` says of a node."""
        async with self.consensus(node) as rpc:
            return await read_height(rpc)

    async def get_heights(self) -> list[int]:
        return list(await asyncio.gather(*(self.get_height(node) for node in self.everyone)))

    async def get_validators(self, height: int) -> set[bytes]:
        """Return the consensus addresses that sign a height."""
        async with self.consensus() as rpc:
            answer = await rpc.request("validators", height=str(height), per_page="100")
        return {bytes.fromhex(item["address"]) for item in answer["validators"]}

    async def wait_for_height(
        self, height: int, nodes: Iterable[int] | None = None, within_s: float = PATIENCE_S
    ) -> float:
        """Wait until `nodes`, or all, have committed a height; return after how many seconds."""
        wanted = list(self.everyone if nodes is None else nodes)

        async def has_come() -> bool:
            heights = await asyncio.gather(*(self.get_height(node) for node in wanted))
            return min(heights) >= height

        return await wait(f"nodes {wanted} have height {height}", has_come, within_s)

    async def wait_for_epoch(self, epoch: int) -> None:
        """Wait until every node has committed the first block of an epoch."""
        await self.wait_for_height(epoch * EPOCH_BLOCKS + 1)

    async def get_epoch(self) -> int:
        return int((await self.query("state"))["epoch"])

    async def settle(self) -> float:
        """Wait until all nodes make blocks again and agree on every block; return after how many seconds."""
        since_s = time.monotonic()
        await self.wait_for_height(max(await self.get_heights()) + 2)
        seconds = time.monotonic() - since_s
        await self.check_agreement()
        return seconds

    async def check_agreement(self, first: int = 1) -> int:
        """Compare all block hashes from a height on over the nodes, both clients'; return the last height."""
        heights: list[int] = []

        async def is_there() -> bool:
            heights[:] = await self.get_heights()
            return min(heights) >= first

        await wait(f"all nodes have height {first}", is_there)
        last = min(heights)
        chains = await asyncio.gather(*(self._read_hashes(node, first, last) for node in self.everyone))
        for height, hashes in enumerate(zip(*chains, strict=True), first):
            assert len(set(hashes)) == 1, f"the nodes differ at height {height}: {hashes}"
        return last

    async def _read_hashes(self, node: int, first: int, last: int) -> list[tuple[str, str]]:
        decided: dict[int, str] = {}
        heights = range(first, last + 1)
        async with self.consensus(node) as rpc:
            for lowest in heights[::PAGE]:
                bounds = {"minHeight": str(lowest), "maxHeight": str(min(lowest + PAGE - 1, last))}
                for meta in (await rpc.request("blockchain", **bounds))["block_metas"]:
                    decided[int(meta["header"]["height"])] = meta["block_id"]["hash"]
        executed = await self.request_many(
            node, [("eth_getBlockByNumber", hex(height), False) for height in heights]
        )
        return [(decided[height], block["hash"]) for height, block in zip(heights, executed, strict=True)]

    async def request_many(self, node: int, calls: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Ask a node's geth many things at once."""
        url = f"http://127.0.0.1:{self.nodes[node].settings.ports.rpc}"
        answers: list[Any] = []
        async with httpx.AsyncClient(trust_env=False, timeout=30.0) as client:
            for first in range(0, len(calls), 100):
                batch = [
                    {"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}
                    for number, (method, *parameters) in enumerate(calls[first : first + 100])
                ]
                found = (await client.post(url, json=batch)).json()
                answers += [item["result"] for item in sorted(found, key=lambda item: item["id"])]
        return answers

    async def get_execution_heights(self) -> list[int | None]:
        """Return the number of each geth's head; None for one that does not answer."""
        return list(await asyncio.gather(*(self._get_execution_height(node) for node in self.everyone)))

    async def _get_execution_height(self, node: int) -> int | None:
        try:
            (number,) = await self.request_many(node, [("eth_blockNumber",)])
        except httpx.TransportError:
            return None
        return int(number, 16)

    async def send_signal(self, number: signal.Signals, node: int, parts: Iterable[Part] = Part) -> None:
        """Send a signal to processes of a node, all at once."""
        for pid in [self.supervisors[node].pids[part] for part in parts]:
            os.kill(pid, number)

    async def replace_programs(
        self, node: int, application: Sequence[str] = APPLICATION_COMMAND, programs: Programs | None = None
    ) -> None:
        """Restart a node with other programs; where none are named, with the right ones."""
        found = self.nodes[node]
        await self.supervisors[node].stop()
        self.supervisors[node] = NodeSupervisor(
            found.folder, found.settings, programs or self.programs, application
        )
        await self.supervisors[node].start()

    def get_consensus_address(self, node: int) -> bytes:
        return KeySigner(read_consensus_key(self.nodes[node].folder.consensus_key)).address

    async def get_operator(self, node: int) -> bytes:
        """Return a node's operator, whose consensus key it holds."""
        address = "0x" + self.get_consensus_address(node).hex()
        pool = (await self.query("state"))["frozen_pool"]
        return next(
            bytes.fromhex(member["operator"][2:]) for member in pool if member["consensus"] == address
        )

    def read_log(self, node: int, event: str) -> list[dict[str, Any]]:
        """Return what a node's application said of an event."""
        lines = (self.nodes[node].folder.logs / "application.log").read_text().splitlines()
        entries = [json.loads(line) for line in lines if line.startswith("{")]
        return [entry for entry in entries if entry.get("event") == event]


def wrap_programs(folder: Path, programs: Programs, before: str = "", for_geth: str = "") -> Programs:
    """Return programs that run behind a command, and geth with options of its own."""
    folder.mkdir(exist_ok=True)
    for name, options in (("geth", for_geth), ("cometbft", "")):
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec {before} {programs.folder / name} "$@" {options}\n')
        script.chmod(0o755)
    return Programs(folder)


async def read_height(consensus: ConsensusRpc) -> int:
    """Return the height that a node's application has committed; 0 while it does not answer."""
    try:
        async with asyncio.timeout(3.0):
            return int((await consensus.query("state"))["height"])
    except (ConsensusRpcError, TimeoutError):
        return 0


async def wait(what: str, holds: Callable[[], Awaitable[bool]], within_s: float = PATIENCE_S) -> float:
    """Wait until something holds and return after how many seconds; `AssertionError` if it never does."""
    since_s = time.monotonic()
    while not await holds():
        waited_s = time.monotonic() - since_s
        assert waited_s < within_s, f"waited {within_s:.0f} s in vain until {what}"
        await asyncio.sleep(LOOK_EVERY_S)
    return time.monotonic() - since_s
