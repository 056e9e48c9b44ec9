"""Our own chain on this machine, followed from another EVM chain for ten epochs."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from fieldproof.chain import ConsensusRpc, Devnet, DevnetPlan, create_devnet, verify_epoch
from fieldproof.chain.commitment import Leaf, prove_leaf
from fieldproof.chain.contracts import load_contract
from fieldproof.chain.light import (
    LightClientContract,
    RefusedHeaderError,
    TrustedHeader,
    TrustSettings,
    follow,
    read_header,
)
from fieldproof.chain.toolchain import Programs
from fieldproof.core import SystemClock
from fieldproof.settle import CHAIN_ID, Anvil, ChainClient, Submitter

pytestmark = pytest.mark.slow

STRANGER = Path(__file__).parents[1] / "network" / "stranger.py"
EPOCHS = 10
EPOCH_BLOCKS = 12
CLOCK = SystemClock()


@pytest.fixture
def starts_s() -> int:
    return int(time.time())


@pytest.fixture
async def devnet(programs: Programs, anvil_program: Path, tmp_path: Path) -> AsyncIterator[Devnet]:
    plan = DevnetPlan(validators=6, committee=4, epoch_blocks=EPOCH_BLOCKS)
    running = Devnet(await create_devnet(tmp_path / "net", plan, programs, anvil_program), programs)
    try:
        await running.start()
        yield running
    finally:
        await running.stop()


@pytest.mark.timeout(900)  # The chain's own two minutes, and six nodes to start.
async def test_our_own_chain_is_followed_for_ten_epochs(
    devnet: Devnet, anvil: Anvil, submitter: Submitter
) -> None:
    async with ConsensusRpc(devnet.consensus_url) as rpc:
        await wait_for(rpc, 2)
        contract = await LightClientContract.deploy(
            anvil.client,
            submitter,
            TrustSettings(await rpc.get_consensus_chain_id(), trusting_period_s=3600, maximum_drift_s=10),
            unbonding_period_s=1_814_400,
            trusted=TrustedHeader.of(await read_header(rpc, 1)),
        )
        committees = set()
        for epoch in range(1, EPOCHS + 1):
            second = epoch * EPOCH_BLOCKS + 2
            await wait_for(rpc, second)
            # One for the committee that went, one for the second block, whose header has the first's hash.
            assert 1 <= await follow(rpc, contract, CLOCK, second) <= 2
            committees.add((await contract.get_trusted()).next_validators_hash)
            await prove_epoch(rpc, contract, epoch, second)
        assert len(committees) > 2
        await check_stranger(devnet, rpc)
        async with await ChainClient.connect(devnet.rpc_url, chain_id=CHAIN_ID) as client:
            for epoch in (0, 1, EPOCHS):
                assert (await verify_epoch(client, rpc, epoch, CLOCK)).epoch == epoch
            async with LyingRpc(devnet.consensus_url) as liar:
                with pytest.raises(RefusedHeaderError, match="the commit is for another block"):
                    await verify_epoch(client, liar, 2, CLOCK)


async def check_stranger(devnet: Devnet, rpc: ConsensusRpc) -> None:
    """A script that shares no code with ours, given two URLs, comes to the same ten seeds and committees."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(STRANGER), devnet.rpc_url, devnet.consensus_url, str(EPOCHS)),
        env={**os.environ, "PYTHONPATH": str(STRANGER.parents[2])},
        stdout=asyncio.subprocess.PIPE,
    )
    answer, _ = await process.communicate()
    assert process.returncode == 0
    found = [json.loads(line) for line in answer.splitlines()]
    assert [item["epoch"] for item in found] == list(range(1, EPOCHS + 1))
    assert all(item["dealings"] == 6 for item in found)
    for item in found:
        record = await rpc.query("epoch", str(item["epoch"]))
        assert item["seed"] == record["leaves"][Leaf.SEED][2:]
        assert item["committee"] == [member["operator"] for member in record["committee"]]


class LyingRpc(ConsensusRpc):
    """A node that shows another application hash than was signed."""

    async def request(self, method: str, **parameters: str) -> Any:
        answer = await super().request(method, **parameters)
        if method == "commit":
            answer["signed_header"]["header"]["app_hash"] = "AB" * 32
        return answer


async def prove_epoch(rpc: ConsensusRpc, contract: LightClientContract, epoch: int, height: int) -> None:
    """Prove number, seed and committee of an epoch to contracts elsewhere, by its second block's header."""
    leaves = [bytes.fromhex(leaf[2:]) for leaf in (await rpc.query("epoch", str(epoch)))["leaves"]]
    assert int.from_bytes(leaves[Leaf.EPOCH]) == epoch
    verify = load_contract("LightClient").functions["verifyLeaf"]
    for leaf in (Leaf.EPOCH, Leaf.SEED, Leaf.COMMITTEE):
        await contract.client.read(
            contract.address, verify, height, leaf, leaves[leaf], prove_leaf(leaves, leaf)
        )


async def wait_for(rpc: ConsensusRpc, height: int) -> None:
    async with asyncio.timeout(120):
        while await rpc.get_height() < height:
            await asyncio.sleep(0.1)
