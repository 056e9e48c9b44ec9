"""The chain's demo: four validators, the whole way on their chain, a kill, a double signer.

Everything is real and on this machine: consensus, execution, beacon, proofs. Keys and coins are worth
nothing.
"""

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from fieldproof.chain import (
    CandidateStanding,
    CheckedEpoch,
    ConsensusRpc,
    ConsensusRpcError,
    Devnet,
    DevnetPlan,
    NodeSupervisor,
    Programs,
    Sender,
    StakingContract,
    create_devnet,
    create_twin,
    read_consensus_key,
    verify_epochs,
)
from fieldproof.core import SystemClock
from fieldproof.run.chain_tools import install_chain_programs, install_genesis_tools
from fieldproof.run.demo_report import Claim
from fieldproof.run.errors import RunError
from fieldproof.run.folder import NetworkFolder
from fieldproof.run.keys import load_operator, load_owner, load_password
from fieldproof.run.replay import LiveChain, ReplayReport, replay_recording
from fieldproof.run.tools import Progress
from fieldproof.settle import CHAIN_ID, Call, ChainClient, KeySigner, get_development_account

VALIDATORS = 4
EPOCH_BLOCKS = 20
KILLED = 2
"""The node that is killed while the network runs."""
CHEAT = 3
"""The node whose consensus key signs twice."""
FUNDS_WEI = 10**20
AWAY_BLOCKS = 5
"""Blocks that the others make before the killed node comes back."""
BACK_WITHIN_S = 60.0
PATIENCE_S = 120.0
"""For anything that the demo waits for."""
LOOK_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class ChainDemoReport:
    """What was shown."""

    folder: Path
    replay: ReplayReport
    epochs: tuple[CheckedEpoch, ...]
    before: CandidateStanding
    """The double signer, before."""
    after: CandidateStanding
    claims: tuple[Claim, ...]

    @property
    def holds(self) -> bool:
        """Whether all of it held."""
        return all(claim.holds for claim in self.claims)


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was seen around the kill of a validator."""

    blocks_away: int
    """That the others made without it."""
    back_s: float
    """From its start until it had the others' last block."""
    agrees: bool
    """Whether that block is the same one for it and for them."""


async def run_chain_demo(progress: Progress) -> ChainDemoReport:
    """Play the demo in a new folder and return what happened, judged."""
    folder = Path(tempfile.mkdtemp(prefix="fieldproof-chain-"))
    programs = await asyncio.to_thread(install_chain_programs, progress)
    anvil = await asyncio.to_thread(install_genesis_tools, progress)
    plan = DevnetPlan(VALIDATORS, VALIDATORS, EPOCH_BLOCKS, (get_development_account(0).address,))
    nodes = await create_devnet(folder / "devnet", plan, programs, anvil)
    async with _start(Devnet(nodes, programs), programs, folder, progress) as stage:
        first = await stage.get_epoch()
        replaying = asyncio.create_task(stage.replay())
        recovery = await stage.kill_and_revive()
        replay = await replaying
        last = await stage.get_epoch()
        paid = sum(each.units for each in replay.results.devices)
        progress(f"the whole way ran through epochs {first} to {last}")
        before, after, unseated = await stage.punish_double_signer()
        epochs = await stage.verify_epochs()
        claims = (
            Claim("devices were paid on this chain, with proofs that its contracts verified", paid > 0),
            Claim("at least two epochs changed while they were", last - first >= 2),
            Claim("three of four went on without the fourth", recovery.blocks_away >= AWAY_BLOCKS),
            Claim(
                "the killed validator came back within a minute and has the same blocks",
                recovery.agrees and recovery.back_s <= BACK_WITHIN_S,
            ),
            Claim("who signed twice lost its seat", unseated),
            Claim(
                "who signed twice lost stake", after.stake_wei < before.stake_wei and after.jailed_until_s > 0
            ),
            Claim("every seed and committee is what chain data alone say it must be", len(epochs) > last),
        )
        return ChainDemoReport(folder, replay, epochs, before, after, claims)


@asynccontextmanager
async def _start(
    devnet: Devnet, programs: Programs, folder: Path, progress: Progress
) -> AsyncIterator["_Stage"]:
    async with AsyncExitStack() as stack:
        stack.push_async_callback(devnet.stop)
        await devnet.start()
        consensus = await stack.enter_async_context(ConsensusRpc(devnet.consensus_url))
        client = await stack.enter_async_context(await ChainClient.connect(devnet.rpc_url, chain_id=CHAIN_ID))
        stage = _Stage(devnet, programs, folder, consensus, client, progress)
        await stage.wait_for_height(2)
        progress(f"{VALIDATORS} validators make blocks; JSON-RPC {devnet.rpc_url}")
        yield stage


class _Stage:
    """The running chain, and what is done with it."""

    def __init__(
        self,
        devnet: Devnet,
        programs: Programs,
        folder: Path,
        consensus: ConsensusRpc,
        client: ChainClient,
        progress: Progress,
    ) -> None:
        self._devnet = devnet
        self._programs = programs
        self._folder = folder
        self._consensus = consensus
        self._client = client
        self._progress = progress
        self._faucet = Sender(client, get_development_account(0))

    async def get_epoch(self) -> int:
        """Return the present epoch."""
        return int((await self._consensus.query("state"))["epoch"])

    async def wait_for_height(self, height: int, node: int = 0) -> None:
        """Wait until a node has executed a height; `RunError` if it never does."""
        url = f"http://127.0.0.1:{self._devnet.nodes[node].settings.ports.consensus_rpc}"
        async with ConsensusRpc(url) as consensus:
            await _wait(f"node {node} reaches height {height}", lambda: _has_reached(consensus, height))

    async def replay(self) -> ReplayReport:
        """Run the heartbeat network the whole way on this chain."""
        folder = self._folder / "heartbeats"
        with resources.as_file(resources.files("fieldproof.run") / "heartbeat") as source:
            shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
        place = NetworkFolder(folder)
        password = load_password(place, os.environ, is_worthless=True)
        for signer in (load_operator(place, password), load_owner(place, password)):
            await self._faucet.send(Call(signer.address, b"", FUNDS_WEI))
        live = LiveChain(self._devnet.rpc_url, CHAIN_ID)
        return await replay_recording(folder, folder / "data.csv", self._progress, live=live)

    async def kill_and_revive(self) -> Recovery:
        """Kill one node, let the others go on, and bring it back."""
        supervisor = self._devnet.supervisors[KILLED]
        await supervisor.kill()
        height = await self._consensus.get_height()
        self._progress(f"node {KILLED} is killed at height {height}: three of four go on")
        await self.wait_for_height(height + AWAY_BLOCKS)
        last, started_s = await self._consensus.get_height(), time.monotonic()
        await supervisor.start()
        await self.wait_for_height(last, KILLED)
        back_s = time.monotonic() - started_s
        self._progress(f"node {KILLED} is back after {back_s:.1f} s")
        url = f"http://127.0.0.1:{self._devnet.nodes[KILLED].settings.ports.rpc}"
        async with await ChainClient.connect(url, chain_id=CHAIN_ID) as client:
            agrees = await client.get_block(last) == await self._client.get_block(last)
        return Recovery(last - height, back_s, agrees)

    async def punish_double_signer(self) -> tuple[CandidateStanding, CandidateStanding, bool]:
        """Let a second node sign with one node's key, and wait until the others' nodes have it punished.

        Return how the candidate stood before and stands after, and whether it lost its seat.
        """
        staking = StakingContract(self._client)
        (member,) = await self._list_members(CHEAT)
        operator = bytes.fromhex(member["operator"][2:])
        before = await staking.get_standing(operator)
        node = create_twin(self._folder / "twin", self._devnet.nodes, CHEAT)
        twin = NodeSupervisor(node.folder, node.settings, self._programs)
        await twin.start()
        self._progress(f"a second node signs with the consensus key of node {CHEAT}")
        try:
            await _wait("the chain has evidence", lambda: self._is_charged(member["operator"]))
        finally:
            await twin.kill()

        async def is_slashed() -> bool:
            return (await staking.get_standing(operator)).stake_wei < before.stake_wei

        await _wait("a node proves it to the staking contract", is_slashed)
        after = await staking.get_standing(operator)
        lost = (before.stake_wei - after.stake_wei) // 10**18
        self._progress(f"a node has proven it to the staking contract: {lost:,} coins are burnt")
        state = await self._consensus.query("state")
        return before, after, member["consensus"] not in state["validators"]

    async def verify_epochs(self) -> tuple[CheckedEpoch, ...]:
        """Recompute every seed and committee so far, from outside."""
        last = await self.get_epoch()
        # What an epoch's first block left is signed by the next one.
        await self.wait_for_height(last * EPOCH_BLOCKS + 2)
        found = verify_epochs(self._client, self._consensus, range(last + 1), SystemClock())
        epochs = [epoch async for epoch in found]
        self._progress(f"{len(epochs)} committees are recomputed from chain data alone")
        return tuple(epochs)

    async def _list_members(self, number: int) -> list[dict[str, str]]:
        """Return the member of the committee whose consensus key a node holds."""
        secret = read_consensus_key(self._devnet.nodes[number].folder.consensus_key)
        address = "0x" + KeySigner(secret).address.hex()
        state = await self._consensus.query("state")
        return [member for member in state["committee"] if member["consensus"] == address]

    async def _is_charged(self, operator: str) -> bool:
        state = await self._consensus.query("state")
        return any(fault["operator"] == operator for fault in state["faults"])


async def _has_reached(consensus: ConsensusRpc, height: int) -> bool:
    try:
        return await consensus.get_height() >= height
    except ConsensusRpcError:
        return False


async def _wait(what: str, holds: Callable[[], Awaitable[bool]]) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await holds():
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError:
        raise RunError(f"the demo waited {PATIENCE_S:.0f} s in vain until {what}") from None
