"""One node: an application on its file and its engine, and what CometBFT of this node keeps on its own disk.

Crash and recovery follow CometBFT's handshake (internal/consensus/replay.go).
"""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

from chain.harness.grammar import START, follow
from chain.harness.interruption import Crash, Fuse, FusedEngine, FusedStore, Interruptions, Moment
from chain.harness.memory_engine import Loss
from fieldproof.chain.application.application import Application, Timing
from fieldproof.chain.application.execution import Execution
from fieldproof.chain.application.genesis import Genesis, format_genesis
from fieldproof.chain.application.state import State
from fieldproof.chain.errors import ExecutionLostError
from fieldproof.chain.messages.tendermint.abci import types_pb2 as abci

WITHOUT_EFFECT = frozenset(
    {"Info", "InitChain", "PrepareProposal", "ProcessProposal", "ExtendVote", "VerifyVoteExtension"}
    | {"OfferSnapshot", "FinalizeBlock"}
    | {"Echo", "Flush", "Query", "CheckTx", "ListSnapshots", "LoadSnapshotChunk"}
)
"""Calls after which state and file are as before: what FinalizeBlock does is not committed yet."""


class Client(Protocol):
    """An execution client as a process."""

    engine: Any

    async def restart(self, loss: Loss, kept: int) -> None:
        """Be killed, or stopped in order, and come back."""

    async def renew(self) -> None:
        """Begin at block 0."""


class Ledger(Protocol):
    """What all nodes agree on."""

    genesis: Genesis

    def get_decided(self, height: int) -> abci.RequestFinalizeBlock:
        """Return the decided block."""
        ...

    def observe_response(self, height: int, response: abci.ResponseFinalizeBlock) -> None:
        """Hold an answer against those of the other nodes."""

    def observe_state(self, state: State) -> None:
        """Hold a committed state against those of the other nodes."""

    def get_app_hash(self, height: int) -> bytes:
        """Return the hash that the nodes agree on."""
        ...


class NodeDownError(Exception):
    """The node's process has ended."""


class Node:
    """One node. It is down until `start`."""

    def __init__(
        self, folder: Path, ledger: Ledger, client: Client, timing: Timing, interruptions: Interruptions
    ) -> None:
        self._path = folder / "application.sqlite"
        self._ledger = ledger
        self.client = client
        self._timing = timing
        self._interruptions = interruptions
        self._fuse = Fuse()
        self._store: FusedStore | None = None
        self._application: Application | None = None
        self._states = START
        self._is_lost = False
        self.committed = 0
        """The height that the application has acknowledged."""
        self._is_uncertain = False
        self.stored = 0
        """The highest block in CometBFT's store."""
        self._known = 0
        """The height of CometBFT's own state."""
        self._responses: dict[int, bytes] = {}

    @property
    def is_up(self) -> bool:
        """Whether its process runs."""
        return self._application is not None

    @property
    def application(self) -> Application:
        """The application of this life."""
        if self._application is None:
            raise NodeDownError
        return self._application

    @property
    def store(self) -> FusedStore:
        """The file of this life."""
        if self._store is None:
            raise NodeDownError
        return self._store

    def stop(self) -> None:
        """End the process: what is not in the file is gone."""
        if self._store is not None:
            self._store.close()
        self._store = self._application = None
        self._fuse.quench()

    async def start(self) -> None:
        """Start the process."""
        if self._is_lost:
            await self.client.renew()
            self._is_lost = False
        self._store = FusedStore.open(self._path)
        self._store.fuse = self._fuse
        engine: Any = FusedEngine(self.client.engine, self._fuse)
        genesis = self._ledger.genesis
        execution = Execution(engine, self._store, genesis.execution_hash)
        self._application = Application(
            genesis, self._store, execution, self._timing, _wait_not, lambda state: None
        )
        self._states = START
        await self._guard("Start", self._application.start)

    async def introduce(self) -> None:
        """Shake hands as CometBFT does, with all that it replays."""
        info = await self.call("Info", abci.RequestInfo())
        self._check_info(info)
        if self.committed == 0:
            response = await self.call("InitChain", build_init_chain(self._ledger.genesis))
            assert response.app_hash == self._ledger.get_app_hash(0)
        for height in range(self.committed + 1, self.stored + 1):
            await self._execute(height)
        assert self._known in (self.stored, self.stored - 1)
        assert self._known == self.stored or self.stored in self._responses
        self._known = self.stored

    def _check_info(self, info: abci.ResponseInfo) -> None:
        height = info.last_block_height
        assert height in {self.committed, self.committed + self._is_uncertain}
        self.committed, self._is_uncertain = height, False
        assert info.last_block_app_hash == (self._ledger.get_app_hash(height) if height else b"")
        assert height <= self.stored
        if height:
            # A node that ended in Commit shows only now what it committed.
            self._ledger.observe_state(self.application.state)

    async def decide(self, height: int) -> None:
        """Store a decided block, execute and commit it."""
        assert self.stored == height - 1
        self.stored = height
        await self._execute(height)
        self._known = height

    async def _execute(self, height: int) -> None:
        response = await self.call("FinalizeBlock", self._ledger.get_decided(height))
        data = response.SerializeToString(deterministic=True)
        assert self._responses.setdefault(height, data) == data
        self._ledger.observe_response(height, response)
        self._is_uncertain = True
        await self.call("Commit", abci.RequestCommit())
        self.committed, self._is_uncertain = height, False
        self._ledger.observe_state(self.application.state)
        assert height % 4 or self.store.get_state() == self.application.state

    async def restore(self, height: int) -> None:
        """Begin from a snapshot of this height, which the application has taken."""
        self.committed = self.stored = self._known = height
        self._is_uncertain = False
        self._check_info(await self.call("Info", abci.RequestInfo()))

    async def call(self, name: str, request: Any) -> Any:
        """Make a call of the grammar, and return the answer if the process lives."""
        self._states = follow(self._states, name)
        assert self._states, f"CometBFT never calls {name} here"
        state, changes = self.application.state, self.store.changes
        response = await self._guard(name, lambda: self._handle(name, request))
        if name in WITHOUT_EFFECT:
            assert self.application.state is state
            assert self.store.changes == changes
        return response

    async def look(self, name: str, request: Any) -> Any:
        """Make a call that may come at any time."""
        state, changes = self.application.state, self.store.changes
        response = await self._handle(name, request)
        assert name in WITHOUT_EFFECT
        assert self.application.state is state
        assert self.store.changes == changes
        return response

    async def _handle(self, name: str, request: Any) -> Any:
        field = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        response = await self.application.handle(abci.Request(**{field: request}))
        assert response.WhichOneof("value") == field
        return getattr(response, field)

    async def _guard(self, name: str, work: Callable[[], Awaitable[Any]]) -> Any:
        """Do it, unless and until the process ends."""
        moment = self._interruptions.choose(name, self._fuse)
        try:
            if moment is Moment.BEFORE:
                raise Crash
            response = await work()
            if moment is not None:
                raise Crash
        except Crash:
            self.stop()
            raise NodeDownError from None
        except ExecutionLostError:
            self._is_lost = True
            self.stop()
            raise NodeDownError from None
        return response


def build_init_chain(genesis: Genesis) -> abci.RequestInitChain:
    """Return CometBFT's first call."""
    return abci.RequestInitChain(
        chain_id="harness", initial_height=1, app_state_bytes=json.dumps(format_genesis(genesis)).encode()
    )


async def _wait_not(_: float) -> None:
    """Propose at once: no clock decides anything here."""
