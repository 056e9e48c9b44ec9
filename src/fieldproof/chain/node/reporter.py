"""The member's errand to the contracts of stake and reward: it brings them what consensus found.

Faults that stand and results of epochs reach the contracts by proofs that anyone may bring. So that no fault
goes unpunished and no epoch uncredited for want of somebody, the members of the frozen pool take turns: what
one leaves undone the next one finds.
"""

import asyncio

import structlog

from fieldproof.chain.application.state import State
from fieldproof.chain.consensus_rpc import ConsensusRpc
from fieldproof.chain.errors import ChainError
from fieldproof.chain.sender import Sender
from fieldproof.chain.staking import StakingContract
from fieldproof.settle import SettleError

TURN_BLOCKS = 4
"""From one member's turn to the next: what the one sends is in a block before the other looks."""

_log = structlog.get_logger()


def has_turn(state: State, operator: bytes) -> bool:
    """Whether it is for this member of the frozen pool to look after a block; never for anyone else."""
    turn, within = divmod(state.height, TURN_BLOCKS)
    pool = state.frozen_pool
    return within == 0 and pool[turn % len(pool)].operator == operator


class Reporter:
    """One member. Feed it with `observe`; `run` does the work."""

    def __init__(self, sender: Sender, staking: StakingContract, consensus: ConsensusRpc) -> None:
        self._sender = sender
        self._staking = staking
        self._consensus = consensus
        self._turn = asyncio.Event()

    def observe(self, state: State) -> None:
        """Take note of a committed block."""
        if has_turn(state, self._sender.address):
            self._turn.set()

    async def run(self) -> None:
        """Take this member's turns until cancelled. What cannot be brought now is left to the next turn."""
        while True:
            await self._turn.wait()
            self._turn.clear()
            try:
                await self._bring()
            except (ChainError, SettleError) as failure:
                _log.warning("not brought to the contracts", cause=str(failure))

    async def _bring(self) -> None:
        for found in await self._staking.list_unpunished(self._consensus):
            await self._staking.prove_fault(self._sender, found)
            _log.info("fault proven", operator=f"0x{found.fault.operator.hex()}", kind=found.fault.kind.name)
        if epochs := await self._staking.settle(self._sender, self._consensus):
            _log.info("epochs credited", epochs=epochs)
