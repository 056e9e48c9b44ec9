"""A network of real CometBFTs, made anew: its encodings are known, and both light clients follow it."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fieldproof.chain.commitment import compute_application_hash
from fieldproof.chain.consensus_rpc import ConsensusRpc
from fieldproof.chain.light import (
    History,
    LightClientContract,
    TrustedHeader,
    TrustSettings,
    VoteKind,
    follow,
    read_header,
    read_light_block,
)
from fieldproof.chain.light.encoding import compute_header_hash, compute_validators_hash
from fieldproof.chain.toolchain import find_programs
from fieldproof.core import SystemClock
from fieldproof.prove.toolchain import get_cache_folder
from fieldproof.settle import Anvil, Submitter

from .live_network import CHAIN_ID, EPOCH_BLOCKS, LiveNetwork, make_leaves
from .record import LAST_HEIGHT, record

pytestmark = pytest.mark.slow

SETTINGS = TrustSettings(CHAIN_ID, trusting_period_s=3600, maximum_drift_s=10)


@pytest.fixture
def starts_s() -> int:
    return int(time.time())


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[LiveNetwork]:
    programs = find_programs(get_cache_folder())
    if programs is None:
        pytest.skip("CometBFT is not built: it is with the first devnet, in about five minutes")
    running = LiveNetwork(tmp_path / "network", programs.cometbft)
    yield running
    await running.stop()


async def test_a_new_network_is_followed_in_python_and_by_the_contract(
    network: LiveNetwork, anvil: Anvil, submitter: Submitter
) -> None:
    await record(network)
    kinds, rounds = set(), set()
    async with ConsensusRpc(network.rpc_url) as rpc:
        for height in range(1, LAST_HEIGHT + 1):
            block = await read_light_block(rpc, height)
            assert compute_header_hash(block.header) == block.commit.block_id.hash
            assert compute_validators_hash(block.validators) == block.header.validators_hash
            assert block.header.app_hash == compute_application_hash(make_leaves(height - 1))
            kinds |= {vote.kind for vote in block.commit.votes}
            rounds.add(block.commit.round)
        assert kinds >= {VoteKind.COMMIT, VoteKind.ABSENT}
        assert rounds > {0}

        first = TrustedHeader.of(await read_header(rpc, 1))
        last = TrustedHeader.of(await read_header(rpc, LAST_HEIGHT))
        history = History(rpc, SETTINGS, first, SystemClock())
        await history.take(LAST_HEIGHT)
        assert history.trusted == last

        contract = await LightClientContract.deploy(
            anvil.client, submitter, SETTINGS, unbonding_period_s=7200, trusted=first
        )
        updates = await follow(rpc, contract, SystemClock())
        reached = await contract.get_trusted()
        assert reached == TrustedHeader.of(await read_header(rpc, reached.height))
        assert reached.height > LAST_HEIGHT
        assert updates <= (reached.height - 1) // EPOCH_BLOCKS + 1
