"""Whether a node's consensus stands still while its peers go on.

CometBFT that could not write a file stops deciding, says so in its log and does not end: whoever watches its
process sees nothing.
"""

import time
from collections.abc import Callable

from fieldproof.chain.consensus_rpc import ConsensusRpc
from fieldproof.chain.errors import ConsensusRpcError

STUCK_AFTER_S = 60.0
"""At the same height, with a peer ahead."""


class Progress:
    """Follows one CometBFT."""

    def __init__(self, consensus: ConsensusRpc, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._consensus = consensus
        self._clock_s = clock_s
        self._height = 0
        self._since_s = clock_s()

    async def is_stuck(self) -> bool:
        """Look once. True is said once in `STUCK_AFTER_S`; never of a node that still restores or syncs."""
        try:
            sync = (await self._consensus.request("status"))["sync_info"]
            round_state = await self._consensus.request("dump_consensus_state")
        except ConsensusRpcError:
            return False
        height, now_s = int(sync["latest_block_height"]), self._clock_s()
        peers = [int(peer["peer_state"]["round_state"]["height"]) for peer in round_state["peers"]]
        # A peer at the next height is where this node is; one above has a block that this node lacks.
        is_level = max(peers, default=0) <= height + 1
        if height != self._height or is_level or sync["catching_up"]:
            self._height, self._since_s = height, now_s
        if now_s - self._since_s < STUCK_AFTER_S:
            return False
        self._since_s = now_s
        return True
