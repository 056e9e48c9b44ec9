"""A hundred of the sequences against geth itself: the engine in memory says what geth says."""

import asyncio
import random
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from chain.application.application_samples import make_member
from chain.harness.geth_world import GethChain, make_chain, open_world
from chain.harness.ledger import Outcome
from chain.harness.memory_engine import Loss
from chain.harness.memory_world import CANDIDATES, make_world
from chain.harness.sequence import NODES, Plan, SequencePlayer
from chain.harness.virtual_time import run
from fieldproof.chain.toolchain import Programs

pytestmark = pytest.mark.timeout(600)

SEQUENCES, EACH_DAY = 100, 10
"""One takes up to half a minute: most are played at night."""


@pytest.fixture(scope="module")
def chain(programs: Programs, anvil_program: Path, tmp_path_factory: pytest.TempPathFactory) -> GethChain:
    return asyncio.run(make_chain(programs, anvil_program, tmp_path_factory.mktemp("chain")))


def make_plan(seed: int) -> Plan:
    """Return a sequence in which nothing depends on how much a killed geth loses."""
    chance = random.Random(seed)
    return Plan(
        heights=chance.choice([3, 8, 12, 14, 15, 16]),
        crashes=chance.choice([0, 2, 4]),
        has_votes=False,
        has_lag=False,
        losses=(Loss.NOTHING, Loss.BLOCKS, Loss.STATES),
    )


def play_in_memory(seed: int, chain: GethChain) -> list[Outcome]:
    others = tuple(
        replace(make_member(index), votes=1)
        for index in range(CANDIDATES)
        if all(member.operator != make_member(index).operator for member in chain.genesis.pool)
    )
    candidates = (*chain.genesis.pool, *others)
    with tempfile.TemporaryDirectory() as folder:
        world = make_world(Path(folder), NODES, chain.genesis, candidates)
        world = replace(world, candidates=tuple(make_member(index) for index in range(CANDIDATES)))
        player = SequencePlayer(seed, make_plan(seed), world)
        run(player.play())
    return player.ledger.outcomes


async def play_with_geth(seed: int, chain: GethChain, plan: Plan, *, is_archive: bool) -> list[Outcome]:
    with tempfile.TemporaryDirectory() as folder:
        async with open_world(chain, Path(folder), NODES, is_archive=is_archive) as world:
            player = SequencePlayer(seed, plan, world)
            await player.play()
    return player.ledger.outcomes


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(seed, marks=pytest.mark.slow if seed < EACH_DAY else pytest.mark.nightly)
        for seed in range(SEQUENCES)
    ],
)
def test_a_sequence_comes_to_the_same_with_geth_as_in_memory(seed: int, chain: GethChain) -> None:
    expected = play_in_memory(seed, chain)
    assert asyncio.run(play_with_geth(seed, chain, make_plan(seed), is_archive=True)) == expected
