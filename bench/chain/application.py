"""What the application alone takes for a block, with a full pool and an execution client in memory."""

import functools
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any
from unittest import mock

from bench.figures import Figure, Section
from chain.application.application_samples import make_genesis, make_member
from chain.harness import members
from chain.harness.memory_world import make_world
from chain.harness.sequence import NODES, Plan, SequencePlayer
from chain.harness.virtual_time import run
from fieldproof.chain.application.application import Application

POOL, COMMITTEE, EPOCH_BLOCKS, EPOCHS = 36, 24, 20, 3
BLOCK_MS = 1_000


def measure_application() -> Section:
    """Play three epochs in which every member deals and opens; time each request."""
    spent_s: Counter[str] = Counter()
    handle = Application.handle

    @functools.wraps(handle)
    async def timed(self: Application, request: Any) -> Any:
        started_s = time.process_time()
        try:
            return await handle(self, request)
        finally:
            spent_s[request.WhichOneof("value")] += time.process_time() - started_s

    blocks = EPOCHS * EPOCH_BLOCKS
    genesis = make_genesis(POOL, pool_size=POOL, committee_size=COMMITTEE, epoch_blocks=EPOCH_BLOCKS)
    candidates = tuple(make_member(index) for index in range(POOL))
    plan = Plan(blocks, crashes=0, loss_odds=0, offence_odds=0, has_votes=False, has_lag=False)
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(Application, "handle", timed),
        mock.patch.object(members, "DILIGENCE", (1.0,)),
        mock.patch.object(members, "MISCHIEF", 0.0),
    ):
        player = SequencePlayer(1, plan, make_world(Path(folder), NODES, genesis, candidates))
        run(player.play())
    dealt = max(len(state.beacon.qualified) for state in player.ledger.states.values())
    if dealt != POOL:
        raise RuntimeError(f"only {dealt} members dealt")
    each_ms = {name: 1_000 * value / blocks / NODES for name, value in spent_s.items()}
    figures = [Figure(f"{name} for a block", value, "ms") for name, value in each_ms.items() if value > 0.005]
    whole = sum(each_ms.values())
    figures += [
        Figure("all requests for a block", whole, "ms"),
        Figure("of a block of a second", whole / BLOCK_MS, "%", at_most=0.05),
    ]
    return Section(
        f"The application with {POOL} in the pool",
        f"{EPOCHS} epochs of {EPOCH_BLOCKS} blocks, committees of {COMMITTEE}; every member deals and opens; "
        f"rounds that fail and forged blocks among them; {NODES} nodes, processor time of one.",
        tuple(figures),
        "Not shown: the execution client, which is one in memory here and counted with it, and "
        "transactions of users.",
    )
