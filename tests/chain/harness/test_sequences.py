"""Thousands of call sequences, each with its own crashes: what CometBFT demands of an application holds."""

import random
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from chain.harness.interruption import Moment
from chain.harness.ledger import Outcome
from chain.harness.memory_world import make_world
from chain.harness.sequence import NODES, Plan, SequencePlayer
from chain.harness.virtual_time import run

MEMORY = Path("/dev/shm")

ENDS = (Moment.BEFORE, Moment.AFTER)
INTERRUPTIONS = {
    **dict.fromkeys(("Info", "InitChain", "OfferSnapshot", "ExtendVote", "VerifyVoteExtension"), ENDS),
    **dict.fromkeys(
        ("Start", "PrepareProposal", "ProcessProposal", "FinalizeBlock", "Commit"), tuple(Moment)
    ),
    "ApplySnapshotChunk": tuple(Moment),
}
"""When each call must have been interrupted. Inside of the first nothing is asked or written."""


def make_plan(seed: int) -> Plan:
    """Return short and long sequences, most of them about an epoch of twelve blocks."""
    chance = random.Random(seed)
    return Plan(
        heights=chance.choice([2, 3, 4, 6, 9, 11, 12, 13, 14, 16, 26]), crashes=chance.choice([0, 2, 4, 8])
    )


def play(seed: int) -> SequencePlayer:
    nodes = NODES + (seed % 3 == 0)
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        player = SequencePlayer(seed, make_plan(seed), make_world(Path(folder), nodes))
        run(player.play())
    return player


def play_all(seeds: range) -> tuple[Counter[tuple[str, Moment]], Counter[str]]:
    """Play them; return which interruptions there were, and what else."""
    happened: Counter[tuple[str, Moment]] = Counter()
    seen: Counter[str] = Counter()
    for seed in seeds:
        try:
            player = play(seed)
        except BaseException:
            print(f"seed {seed}")
            raise
        happened += player.interruptions.happened
        seen += describe(player.ledger.outcomes)
    return happened, seen


def describe(outcomes: list[Outcome]) -> Counter[str]:
    drawn = {item.drawn[0]: item.drawn[2] for item in outcomes if item.drawn}
    return Counter(
        {
            "seeds": sum(not is_missed for is_missed in drawn.values()),
            "missed": sum(drawn.values()),
            "offences": len({fault for item in outcomes for fault in item.faults if fault[1] != 3}),
            "silence": len({fault for item in outcomes for fault in item.faults if fault[1] == 3}),
            "committees": len({item.committee for item in outcomes}) - 1,
            "pools": len({item.frozen_pool for item in outcomes}) - 1,
        }
    )


def check(seeds: range) -> None:
    happened, seen = play_all(seeds)
    print(seen, sum(happened.values()))
    wanted = [(call, moment) for call, moments in INTERRUPTIONS.items() for moment in moments]
    assert not [item for item in wanted if not happened[item]], "some call was never interrupted so"
    assert all(seen[name] for name in ("seeds", "missed", "offences", "silence", "committees", "pools"))


def test_the_same_seed_plays_the_same_sequence() -> None:
    for seed in (3, 4):
        assert play(seed).ledger.outcomes == play(seed).ledger.outcomes


def test_three_hundred_sequences_keep_all_that_cometbft_demands() -> None:
    check(range(300))


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_ten_thousand_sequences_keep_all_that_cometbft_demands() -> None:
    check(range(10_000))
