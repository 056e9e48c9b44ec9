"""CometBFT's grammar is read as it is meant."""

import asyncio
import random
import subprocess
from pathlib import Path

import pytest

from chain.harness.grammar import RULES, START, TEXT, expand, follow
from chain.harness.virtual_time import run


class RandomChooser:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def count(self, first: str, least: int, most: int | None) -> int:
        return self.chance.randint(least, least + 2 if most is None else most)

    def pick(self, number: int) -> int:
        return self.chance.randrange(number)


def is_beginning(calls: list[str]) -> bool:
    states = START
    for call in calls:
        states = follow(states, call)
    return bool(states)


def test_the_grammar_has_the_calls_and_the_rules_that_cometbft_names() -> None:
    calls = {name for seed in range(50) for name in expand("start", RandomChooser(seed))}
    assert calls == {
        *("Info", "InitChain", "OfferSnapshot", "ApplySnapshotChunk", "PrepareProposal", "ProcessProposal"),
        *("ExtendVote", "VerifyVoteExtension", "FinalizeBlock", "Commit"),
    }
    assert len(RULES) == 23


def test_whatever_is_made_from_the_grammar_is_found_in_it() -> None:
    for seed in range(300):
        assert is_beginning(expand("start", RandomChooser(seed)))


@pytest.mark.parametrize(
    "calls",
    [
        "",
        "Info InitChain",
        "Info InitChain FinalizeBlock Commit FinalizeBlock Commit",
        "Info FinalizeBlock Commit",
        "Info InitChain PrepareProposal ProcessProposal ExtendVote FinalizeBlock",
        "OfferSnapshot ApplySnapshotChunk ApplySnapshotChunk Info FinalizeBlock",
        "OfferSnapshot OfferSnapshot ApplySnapshotChunk OfferSnapshot ApplySnapshotChunk Info",
        "Info VerifyVoteExtension ProcessProposal ProcessProposal FinalizeBlock",
    ],
)
def test_sequences_that_cometbft_may_call_are_in_it(calls: str) -> None:
    assert is_beginning(calls.split())


@pytest.mark.parametrize(
    "calls",
    [
        "Commit",
        "InitChain",
        "Info Commit",
        "Info Info",
        "Info InitChain InitChain",
        "Info FinalizeBlock FinalizeBlock",
        "Info FinalizeBlock ProcessProposal",
        "Info FinalizeBlock Commit Commit",
        "OfferSnapshot Info",
        "ApplySnapshotChunk",
        "OfferSnapshot ApplySnapshotChunk FinalizeBlock",
        "Info InitChain OfferSnapshot",
        "Info Surprise",
    ],
)
def test_sequences_that_cometbft_never_calls_are_not_in_it(calls: str) -> None:
    assert not is_beginning(calls.split())


def test_the_grammar_is_cometbfts_own_to_the_letter() -> None:
    found = subprocess.run(["go", "env", "GOMODCACHE"], capture_output=True, text=True, check=False)
    page = Path(found.stdout.strip()) / (
        "github.com/cometbft/cometbft@v0.40.0/spec/abci/abci++_comet_expected_behavior.md"
    )
    if found.returncode or not page.is_file():
        pytest.skip("CometBFT's sources are not on this machine")
    assert f"```abnf\n{TEXT}```\n" in page.read_text()


def test_an_hour_of_virtual_time_takes_none() -> None:
    async def wait() -> tuple[float, str]:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        order = []
        for name, pause_s in (("late", 3600.0), ("early", 1.0)):
            loop.call_later(pause_s, order.append, name)
        await asyncio.sleep(3600.5)
        return loop.time() - began_s, " ".join(order)

    passed_s, order = run(wait())
    assert passed_s == pytest.approx(3600.5)
    assert order == "early late"


def test_waiting_for_what_never_comes_is_an_error() -> None:
    async def wait() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(RuntimeError, match="never comes"):
        run(wait())
