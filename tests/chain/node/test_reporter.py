"""Whose turn it is to bring what consensus found, and that a failure costs a turn, not the node."""

import asyncio
import itertools
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import cast

from structlog.testing import capture_logs

from chain.application.application_samples import make_genesis, make_member
from fieldproof.chain import ConsensusRpc, ConsensusRpcError, Sender, StakingContract
from fieldproof.chain.node.reporter import TURN_BLOCKS, Reporter, has_turn
from fieldproof.chain.proofs import FaultProof

STATE = make_genesis().state
OPERATORS = [member.operator for member in STATE.frozen_pool]
STRANGER = make_member(len(OPERATORS) + 1).operator


def test_each_member_has_one_turn_in_a_round_and_no_two_at_once() -> None:
    round_ = range(1, 1 + TURN_BLOCKS * len(OPERATORS))
    turns = [
        (height, operator)
        for height in round_
        for operator in OPERATORS
        if has_turn(replace(STATE, height=height), operator)
    ]
    assert Counter(operator for _, operator in turns) == dict.fromkeys(OPERATORS, 1)
    heights = [height for height, _ in turns]
    assert all(later - earlier == TURN_BLOCKS for earlier, later in itertools.pairwise(heights))
    assert not any(has_turn(replace(STATE, height=height), STRANGER) for height in round_)


class Account:
    address = OPERATORS[0]


class Staking:
    """Contracts of a node that does not answer the first time."""

    def __init__(self) -> None:
        self.looks = 0
        self.is_settled = asyncio.Event()

    async def list_unpunished(self, _consensus: ConsensusRpc) -> list[FaultProof]:
        self.looks += 1
        if self.looks == 1:
            raise ConsensusRpcError("CometBFT does not answer")
        return []

    async def settle(self, _sender: Sender, _consensus: ConsensusRpc) -> int:
        self.is_settled.set()
        return 2


async def test_what_fails_in_one_turn_is_tried_in_the_next_and_in_nobody_elses() -> None:
    staking = Staking()
    reporter = Reporter(
        cast("Sender", Account()), cast("StakingContract", staking), cast("ConsensusRpc", None)
    )
    turns = [replace(STATE, height=TURN_BLOCKS * len(OPERATORS) * count) for count in (1, 2)]
    with capture_logs() as logs:
        task = asyncio.ensure_future(reporter.run())
        reporter.observe(turns[0])
        async with asyncio.timeout(5):
            while not logs:
                await asyncio.sleep(0)
        for height in range(turns[0].height + 1, turns[1].height):
            reporter.observe(replace(STATE, height=height))
        await asyncio.sleep(0.05)
        assert staking.looks == 1
        reporter.observe(turns[1])
        async with asyncio.timeout(5):
            await staking.is_settled.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert [entry["event"] for entry in logs] == ["not brought to the contracts", "epochs credited"]
    assert staking.looks == 2
