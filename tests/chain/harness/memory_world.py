"""A world without geth: all execution clients in memory."""

from dataclasses import replace
from pathlib import Path

from chain.application.application_samples import make_genesis, make_member
from chain.harness.memory_chain import Transaction
from chain.harness.memory_engine import Loss, MemoryEngine
from chain.harness.sequence import World
from fieldproof.chain.application import codec
from fieldproof.chain.application.application import Timing
from fieldproof.chain.application.genesis import Genesis
from fieldproof.chain.application.payload import Payload
from fieldproof.chain.commitment import Member

CANDIDATES = 5
"""One more than the pool has members."""

GENESIS = make_genesis(4, pool_size=4, fault_expiry_blocks=14)


class MemoryClient:
    """An engine in memory as a process."""

    def __init__(self, engine: MemoryEngine) -> None:
        self.engine = engine

    async def restart(self, loss: Loss, kept: int) -> None:
        self.engine.restart(loss, kept)

    async def renew(self) -> None:
        self.engine.wipe()


def make_world(
    folder: Path,
    nodes: int,
    genesis: Genesis = GENESIS,
    candidates: tuple[Member, ...] = tuple(make_member(index) for index in range(CANDIDATES)),
) -> World:
    """Return a world of so many nodes."""
    waiting: list[bytes] = []
    archive = MemoryEngine(genesis, candidates, waiting, [])
    clients = [MemoryClient(MemoryEngine(genesis, candidates, waiting, [archive])) for _ in range(nodes)]

    def publish(sender: bytes, contract: bytes, data: bytes) -> None:
        waiting.append(codec.encode(Transaction(len(waiting), sender, contract, data)))

    async def observe(block: bytes, beacon_root: bytes) -> None:
        payload = Payload.decode(block)
        await archive.submit_payload(payload, beacon_root)
        await archive.set_head(payload.block_hash)

    async def flush() -> None:
        """Nothing is under way: the pool is shared."""

    timing = replace(Timing(), allowance_s=0.0)
    return World(genesis, candidates, folder, timing, publish, flush, observe, clients)
