"""Headers of a chain as whoever trusts an earlier one of it may trust them, whatever the node is worth."""

from fieldproof.chain.consensus_rpc import ConsensusRpc
from fieldproof.chain.light.follow import find_block
from fieldproof.chain.light.values import LightBlock, TrustedHeader, TrustSettings
from fieldproof.chain.light.verifier import verify_light_block
from fieldproof.core.clock import Clock


class History:
    """Blocks of rising heights, each verified from the one before."""

    def __init__(
        self, rpc: ConsensusRpc, settings: TrustSettings, trusted: TrustedHeader, clock: Clock
    ) -> None:
        self._rpc = rpc
        self._settings = settings
        self._clock = clock
        self.trusted = trusted
        """The newest header so far."""

    async def take(self, height: int) -> LightBlock:
        """Return the verified block of a height above all that were taken, in a step for each committee.

        Raises `RefusedHeaderError`, `ConsensusRpcError`.
        """
        while True:
            block = await find_block(self._rpc, self.trusted, height)
            self.trusted = verify_light_block(
                self._settings, self.trusted, block, self._clock.now_ms() // 1000
            )
            if self.trusted.height == height:
                return block
