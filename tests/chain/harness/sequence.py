"""One sequence: several nodes driven through some heights by one seed, and all that must hold on the way."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chain.harness.forgery import forge
from chain.harness.grammar import expand
from chain.harness.interruption import Interruptions
from chain.harness.ledger import Ledger
from chain.harness.members import Members
from chain.harness.memory_engine import Loss
from chain.harness.node import Client, Node, NodeDownError
from chain.harness.state_sync import take_snapshot
from fieldproof.chain.application import codec
from fieldproof.chain.application.application import Timing
from fieldproof.chain.application.genesis import Genesis
from fieldproof.chain.application.transition import Misconduct
from fieldproof.chain.commitment import FaultKind, Member
from fieldproof.chain.contracts import STAKING
from fieldproof.chain.messages.tendermint.abci import types_pb2 as abci

NODES = 3
MAXIMUM_TX_BYTES = 1 << 20
ROUNDS = 60
"""Of one height: with fewer than so many it is decided, or the chain stands still."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How eventful a sequence is."""

    heights: int
    crashes: int
    """At most."""
    crash_odds: float = 0.03
    """In each call."""
    loss_odds: float = 0.04
    """That an execution client is killed, for each node and height."""
    offence_odds: float = 0.03
    has_votes: bool = True
    """Whether candidates gain and lose votes."""
    has_lag: bool = True
    """Whether execution clients hear of blocks late."""
    losses: tuple[Loss, ...] = tuple(Loss)
    """What killed execution clients lose."""


@dataclass(frozen=True, slots=True)
class World:
    """What a sequence is played in."""

    genesis: Genesis
    candidates: tuple[Member, ...]
    folder: Path
    timing: Timing
    publish: Callable[[bytes, bytes, bytes], None]
    flush: Callable[[], Any]
    """Awaited before each height: what was published is in every client's pool."""
    observe: Callable[[bytes, bytes], Any]
    """Awaited with each decided block: somebody on the network always has all of them."""
    clients: Sequence[Client]
    """One for each node; the last node joins late, from a snapshot."""


class Chooser:
    """Decides what the grammar leaves open in a round."""

    def __init__(self, chance: random.Random, *, must_propose: bool) -> None:
        self._chance = chance
        self._must_propose = must_propose

    def count(self, first: str, least: int, most: int | None) -> int:
        odds = {"got-vote": 0.15, "prepare-proposal": 0.9, "process-proposal": 0.9, "extend": 0.2}[first]
        if first == "prepare-proposal" and self._must_propose:
            return 1
        return int(self._chance.random() < odds)

    def pick(self, number: int) -> int:
        return self._chance.randrange(number)


@dataclass(slots=True)
class Proposal:
    """A block that was proposed in a round."""

    request: abci.RequestProcessProposal
    is_honest: bool
    accepted: int = 0


class SequencePlayer:
    """Plays one sequence."""

    def __init__(self, seed: int, plan: Plan, world: World) -> None:
        self._chance = random.Random(seed)
        self._plan = plan
        self._world = world
        self.ledger = Ledger(world.genesis)
        self.interruptions = Interruptions(self._chance, plan.crash_odds, plan.crashes)
        self._members = Members(
            world.genesis.parameters, world.candidates, random.Random(seed + 1), world.publish
        )
        self.nodes = [self._make_node(number) for number in range(len(world.clients))]
        self._late = self.nodes[-1] if len(self.nodes) > NODES else None
        self._away: dict[Node, int] = {}
        """Nodes that are down, and the height at which they come back."""
        self._impaired: set[Node] = set()
        """Nodes whose execution client is behind: they may refuse what is right."""
        self._nanoseconds = 0
        self._honest: abci.RequestProcessProposal | None = None
        """The last honest proposal of this height."""

    def _make_node(self, number: int) -> Node:
        folder = self._world.folder / f"node{number}"
        folder.mkdir()
        world = self._world
        return Node(folder, self.ledger, world.clients[number], world.timing, self.interruptions)

    @property
    def _up(self) -> list[Node]:
        return [node for node in self.nodes if node.is_up]

    async def play(self) -> None:
        """Play all heights, then bring every node to the end and compare."""
        for node in self.nodes[:NODES]:
            await self._revive(node)
        joins_at = self._chance.randrange(2, self._plan.heights + 1)
        for height in range(1, self._plan.heights + 1):
            await self._disturb(height)
            if self._late is not None and height == joins_at:
                await self._revive(self._late)
            await self._play_height(height)
        await self._finish()

    async def _revive(self, node: Node) -> None:
        """Start a node, again and again where it ends, and bring it to the last decided block."""
        self._away.pop(node, None)
        while True:
            try:
                await node.start()
                if node is self._late and not node.stored:
                    await take_snapshot(node, self._find_giver(node), self.ledger, self._chance)
                else:
                    await node.introduce()
                for height in range(node.stored + 1, self.ledger.height + 1):
                    await node.decide(height)
            except NodeDownError:
                continue
            self._impaired.discard(node)
            return

    def _find_giver(self, node: Node) -> Node:
        return next(other for other in self._up if other is not node)

    async def _disturb(self, height: int) -> None:
        """Let something happen around the nodes before a height."""
        chance, plan = self._chance, self._plan
        for node in [node for node, until in self._away.items() if until <= height]:
            await self._revive(node)
        if not self._up:
            await self._revive(self.nodes[chance.randrange(NODES)])
        at_once = chance.random() < plan.loss_odds
        for node in self.nodes:
            if at_once or chance.random() < plan.loss_odds:
                await node.client.restart(chance.choice(plan.losses), chance.randrange(12))
            if plan.has_lag and chance.random() < plan.loss_odds:
                node.client.engine.lag = chance.choice([2, 5, 60])
                self._impaired.add(node)
        if plan.has_votes and chance.random() < plan.loss_odds:
            self._change_votes()
        state = self.ledger.states[self.ledger.height]
        self._members.act(state)
        await self._world.flush()
        await self._look_around()

    def _change_votes(self) -> None:
        member = self._chance.choice(self._world.candidates)
        votes = self._chance.choice([0, 1, 5, 10**20, 10**24])
        self._world.publish(member.operator, STAKING, codec.encode(replace(member, votes=votes)))

    async def _look_around(self) -> None:
        """Ask what may be asked at any time."""
        for node in self._up:
            match self._chance.randrange(12):
                case 0:
                    echo = await node.look("Echo", abci.RequestEcho(message="there"))
                    assert echo.message == "there"
                case 1:
                    await node.look("Flush", abci.RequestFlush())
                case 2:
                    info = await node.look("Info", abci.RequestInfo())
                    assert info.last_block_height == node.committed
                case 3:
                    assert (await node.look("CheckTx", abci.RequestCheckTx(tx=b"anything"))).code
                case 4:
                    query = await node.look("Query", abci.RequestQuery(path="state"))
                    assert query.height == node.committed
                case 5:
                    await node.look("ListSnapshots", abci.RequestListSnapshots())
                case 6:
                    await node.look("LoadSnapshotChunk", abci.RequestLoadSnapshotChunk(height=1, format=1))

    async def _play_height(self, height: int) -> None:
        rounds = self._chance.choice([1, 1, 1, 1, 2, 3])
        self._honest = None
        for number in range(ROUNDS):
            must_decide = number >= rounds - 1
            proposal = await self._play_round(height, must_propose=must_decide)
            if must_decide and proposal is not None and proposal.is_honest and proposal.accepted:
                await self._decide(height, proposal)
                return
        raise AssertionError(f"height {height} is not decided: the chain stands still")

    async def _play_round(self, height: int, *, must_propose: bool) -> Proposal | None:
        """Play one round at all nodes; return what was proposed."""
        self._nanoseconds += self._chance.choice([1, 10**9, 10**9, 10**9, 7 * 10**9])
        if not self._up:
            await self._revive(self.nodes[self._chance.randrange(NODES)])
        proposer = self._chance.choice(self._up)
        is_byzantine = not must_propose and self._chance.random() < 0.5
        proposal = None
        if is_byzantine:
            proposal = self._forge(height)
        else:
            chooser = Chooser(self._chance, must_propose=must_propose)
            calls = expand("proposer", chooser)
            proposal = await self._take_part(proposer, calls, height, None)
        for node in self._up:
            if is_byzantine or node is not proposer:
                calls = expand("non-proposer", Chooser(self._chance, must_propose=False))
                await self._take_part(node, calls, height, proposal)
        return proposal

    async def _take_part(
        self, node: Node, calls: list[str], height: int, proposal: Proposal | None
    ) -> Proposal | None:
        """Make a node's calls of one round; return what it proposed, or what it was shown."""
        try:
            for call in calls:
                match call:
                    case "PrepareProposal":
                        proposal = await self._propose(node, height)
                    case "ProcessProposal":
                        if proposal is not None:
                            await self._check(node, proposal)
                    case "ExtendVote":
                        response = await node.call(call, abci.RequestExtendVote(height=height))
                        assert response.vote_extension == b""
                    case "VerifyVoteExtension":
                        response = await node.call(call, abci.RequestVerifyVoteExtension(height=height))
                        assert response.status == abci.ResponseVerifyVoteExtension.ACCEPT
        except NodeDownError:
            await self._leave(node, height)
        return proposal

    async def _leave(self, node: Node, height: int) -> None:
        """A node has ended: it is back at once, or in some heights."""
        away = self._chance.choice([0, 0, 0, 1, 4])
        if away:
            self._away[node] = height + away
        else:
            await self._revive(node)

    async def _propose(self, node: Node, height: int) -> Proposal:
        header = self._make_header(height)
        response = await node.call(
            "PrepareProposal", abci.RequestPrepareProposal(max_tx_bytes=MAXIMUM_TX_BYTES, **header)
        )
        assert sum(map(len, response.txs)) <= MAXIMUM_TX_BYTES
        request = abci.RequestProcessProposal(txs=response.txs, hash=bytes(32), **header)
        if not response.txs:
            assert node in self._impaired, "nothing is proposed, and the client is well"
            return Proposal(request, is_honest=False)
        self._honest = request
        return Proposal(request, is_honest=True)

    def _forge(self, height: int) -> Proposal:
        """Return a block that is not right: like an honest one of an earlier round, where there was one."""
        request, honest = abci.RequestProcessProposal(hash=bytes(32), **self._make_header(height)), None
        if self._honest is not None and self._chance.random() < 0.9:
            request.CopyFrom(self._honest)
            honest = request.txs[0]
        del request.txs[:]
        request.txs.extend(forge(honest, self._chance))
        return Proposal(request, is_honest=False)

    def _make_header(self, height: int) -> dict[str, Any]:
        time_ns = self._world.genesis.time_s * 10**9 + self._nanoseconds
        return {
            "height": height,
            "time": {"seconds": time_ns // 10**9, "nanos": time_ns % 10**9},
            "proposer_address": self._chance.choice(self.ledger.get_validators(height)),
            "misbehavior": self._accuse(),
        }

    def _accuse(self) -> list[abci.Misbehavior]:
        """Return evidence: true, repeated, or against keys that nobody knows."""
        if self._chance.random() >= self._plan.offence_odds:
            return []
        addresses = [item.consensus for item in self._world.candidates] + [bytes(20)]
        found = [
            Misconduct(FaultKind(self._chance.choice([1, 2])), self._chance.choice(addresses))
            for _ in range(self._chance.choice([1, 1, 2, 4]))
        ]
        return [
            abci.Misbehavior(type=int(item.kind), validator=abci.Validator(address=item.consensus, power=1))
            for item in found
        ]

    async def _check(self, node: Node, proposal: Proposal) -> None:
        response = await node.call("ProcessProposal", proposal.request)
        is_accepted = response.status == abci.ResponseProcessProposal.ACCEPT
        assert is_accepted or response.status == abci.ResponseProcessProposal.REJECT
        if node in self._impaired:
            assert proposal.is_honest or not is_accepted
        else:
            assert is_accepted == proposal.is_honest
        proposal.accepted += is_accepted

    async def _decide(self, height: int, proposal: Proposal) -> None:
        shown = proposal.request
        self.ledger.record(
            abci.RequestFinalizeBlock(
                txs=shown.txs,
                hash=shown.hash,
                height=height,
                time=shown.time,
                proposer_address=shown.proposer_address,
                misbehavior=shown.misbehavior,
            )
        )
        await self._world.observe(shown.txs[0], self.ledger.get_app_hash(height - 1))
        for node in self._up:
            try:
                await node.decide(height)
                self._impaired.discard(node)
            except NodeDownError:
                await self._leave(node, height)
        if not self._up:
            await self._revive(self.nodes[self._chance.randrange(NODES)])

    async def _finish(self) -> None:
        """Bring every node to the end, start each anew from its file, and compare all that they hold."""
        for node in self.nodes:
            node.stop()
        for node in self.nodes[:NODES]:
            await self._revive(node)
        if self._late is not None:
            await self._revive(self._late)
        height = self.ledger.height
        state = self.ledger.states[height]
        assert state.height == height
        for node in self.nodes:
            assert node.application.state == state
            assert node.store.get_state() == state
            assert await node.client.engine.get_block_hash(height) == state.execution_hash
        for node in {self._chance.choice(self.nodes), self.nodes[-1]}:
            await self._compare_blocks(node, height)
        for node in self.nodes:
            node.stop()

    async def _compare_blocks(self, node: Node, height: int) -> None:
        """Each block's parent root is the application's hash before it, in the file as in the engine."""
        first = node.store.get_first_block_height()
        assert first is not None
        for number in range(first, height + 1):
            block = node.store.get_block(number)
            assert block is not None
            assert block.beacon_root == self.ledger.get_app_hash(number - 1)
            assert block.payload.encode() == self.ledger.get_decided(number).txs[0]
            assert await node.client.engine.get_block_hash(number) == block.payload.block_hash
