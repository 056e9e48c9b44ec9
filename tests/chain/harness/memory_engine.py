"""A client of the Engine API in memory, as far as the application uses one, with geth's own ways.

Source of the ways: eth/catalyst/api.go of geth 1.17.8, and what it was seen to do when it was killed.
"""

import hashlib
from collections.abc import Iterable, Sequence
from enum import StrEnum

from chain.harness.memory_chain import Executed, build, execute, hash_block
from fieldproof.chain.application.engine import ContractLog, PayloadStatus, Verdict
from fieldproof.chain.application.genesis import Genesis
from fieldproof.chain.application.payload import Attributes, Payload
from fieldproof.chain.commitment import Member
from fieldproof.chain.contracts import STAKING, load_contract
from fieldproof.chain.errors import EngineError
from fieldproof.chain.genesis.execution import EXCESS_BLOB_GAS
from fieldproof.core.abi import decode_arguments, encode_arguments
from fieldproof.core.errors import EncodingError

SYNC_POLLS = 3
"""Times that a head is asked for until the peers have sent it."""

LARGEST_REORG = 32

SYNCING = Verdict(PayloadStatus.SYNCING, "", None)


class Loss(StrEnum):
    """What a client has lost when it is back."""

    NOTHING = "nothing"
    """It was stopped in order."""
    BLOCKS = "blocks"
    """All since it was last stopped in order."""
    STATES = "states"
    """The states of these blocks, and the last blocks whole."""
    TRUST = "trust"
    """The same, and it takes no block any more but from peers."""


class MemoryEngine:
    """One client. `waiting` is the pool of transactions, which all clients share."""

    def __init__(
        self,
        genesis: Genesis,
        candidates: tuple[Member, ...],
        waiting: list[bytes],
        peers: "list[MemoryEngine]",
    ) -> None:
        self._genesis = genesis
        self._candidates = candidates
        self._waiting = waiting
        self._peers = peers
        self.lag = 0
        """How many of the next blocks and heads it will not have heard of yet."""
        self.wipe()

    def wipe(self) -> None:
        """Begin at block 0."""
        self._genesis_block = _make_genesis_block(self._genesis, self._candidates)
        self._blocks = {self._genesis.execution_hash: self._genesis_block}
        self._canonical = {0: self._genesis.execution_hash}
        self._head = self._genesis.execution_hash
        self._final: int | None = None
        self._durable = 0
        self._forget()

    def restart(self, loss: Loss, kept: int = 0) -> None:
        """Be away and back; `kept` of the lost states' blocks are still known."""
        self._forget()
        if loss is Loss.NOTHING:
            self._durable = self._get_number(self._head)
            return
        head = self._get_number(self._head)
        known = self._durable if loss is Loss.BLOCKS else min(self._durable + kept, head)
        self._blocks = {key: item for key, item in self._blocks.items() if item.payload.number <= known}
        self._stateless = {key for key in self._blocks if self._get_number(key) > self._durable}
        self._canonical = {number: key for number, key in self._canonical.items() if number <= known}
        self._head = self._canonical[self._durable]
        self._final, self._is_synced = None, False
        self._waits_for_peers = loss is Loss.TRUST and self._durable == 0 and known > 0

    def _forget(self) -> None:
        self._heard: dict[bytes, Payload] = {}
        self._polls: dict[bytes, int] = {}
        self._refused: set[bytes] = set()
        self._building: dict[str, tuple[bytes, Attributes]] = {}
        self._built: dict[str, Payload] = {}
        self._stateless: set[bytes] = set()
        self._is_synced = True
        self._waits_for_peers = False

    async def submit_payload(self, payload: Payload, beacon_root: bytes) -> Verdict:
        kinds = [item[:1] for item in payload.requests]
        if kinds != sorted(set(kinds)) or not all(len(item) > 1 for item in payload.requests):
            raise EngineError("engine_newPayloadV4: Invalid parameters (-32602)")
        if hash_block(payload, beacon_root) != payload.block_hash:
            return Verdict(PayloadStatus.INVALID, "blockhash mismatch", None)
        if payload.block_hash in self._blocks:
            return Verdict(PayloadStatus.VALID, "", None)
        if payload.block_hash in self._refused:
            return Verdict(PayloadStatus.INVALID, "links to previously rejected block", None)
        parent = self._blocks.get(payload.parent_hash)
        if parent is None or self._is_lagging() or (self._waits_for_peers and payload.number != 1):
            self._heard[payload.block_hash] = payload
            return SYNCING
        if payload.parent_hash in self._stateless:
            self._heard[payload.block_hash] = payload
            return Verdict(PayloadStatus.ACCEPTED, "", None)
        try:
            self._blocks[payload.block_hash] = execute(parent, payload, beacon_root)
        except EncodingError as failure:
            self._refused.add(payload.block_hash)
            return Verdict(PayloadStatus.INVALID, str(failure), None)
        return Verdict(PayloadStatus.VALID, "", None)

    async def set_head(self, block_hash: bytes, attributes: Attributes | None = None) -> Verdict:
        if block_hash not in self._blocks and not self._fetch(block_hash):
            return SYNCING
        if self._is_lagging():
            return SYNCING
        number = self._get_number(block_hash)
        if self._canonical.get(number) != block_hash:
            self._make_canonical(block_hash)
        elif self._head != block_hash:
            if not self._is_synced or (self._final is not None and number < self._final):
                return Verdict(PayloadStatus.VALID, "", None)
            if self._get_number(self._head) - number > LARGEST_REORG:
                raise EngineError("engine_forkchoiceUpdatedV3: Too deep reorg (-38006)")
            self._make_canonical(block_hash)
        self._is_synced, self._final = True, number
        payload_id = None
        if attributes is not None:
            payload_id = hashlib.sha256(repr((block_hash, attributes)).encode()).hexdigest()[:16]
            self._building.setdefault(payload_id, (block_hash, attributes))
        return Verdict(PayloadStatus.VALID, "", payload_id)

    async def get_payload(self, payload_id: str) -> Payload:
        if payload_id not in self._built:
            parent_hash, attributes = self._building[payload_id]
            gas_limit = self._genesis.parameters.gas_limit
            self._built[payload_id] = build(self._blocks[parent_hash], attributes, gas_limit, self._waiting)
        return self._built[payload_id]

    async def get_block_hash(self, number: int) -> bytes | None:
        return self._canonical.get(number)

    async def get_head_number(self) -> int:
        return self._get_number(self._head)

    async def get_logs(self, contract: bytes, block_hash: bytes) -> Sequence[ContractLog]:
        return self._get_executed(block_hash).logs

    async def call(self, contract: bytes, data: bytes, block_hash: bytes) -> bytes:
        count = load_contract("Staking").functions["getCandidateCount"]
        if contract == STAKING and data == count.selector:
            number = len(self._get_executed(block_hash).candidates)
            return encode_arguments(count.outputs, [number])
        view = load_contract("Staking").functions["getCandidates"]
        if contract != STAKING or data[:4] != view.selector:
            raise EngineError("eth_call: execution reverted (3)")
        offset, limit = decode_arguments(view.inputs, data[4:])
        page = self._get_executed(block_hash).candidates[offset : offset + limit]
        return encode_arguments(view.outputs, [[_list_values(member) for member in page]])

    @property
    def head(self) -> bytes:
        """The hash of its head."""
        return self._head

    def find(self, block_hash: bytes) -> Executed | None:
        """Return a block that it has with its state."""
        return None if block_hash in self._stateless else self._blocks.get(block_hash)

    def _get_executed(self, block_hash: bytes) -> Executed:
        found = self.find(block_hash)
        if found is None:
            raise EngineError("header not found (-32000)")
        return found

    def _get_number(self, block_hash: bytes) -> int:
        return self._blocks[block_hash].payload.number

    def _is_lagging(self) -> bool:
        self.lag = max(0, self.lag - 1)
        return self.lag > 0

    def _make_canonical(self, block_hash: bytes) -> None:
        """Make a block the head; blocks below it that lack their state are executed again."""
        self._canonical = {
            number: key for number, key in self._canonical.items() if number <= self._get_number(block_hash)
        }
        self._head = block_hash
        while (
            self._canonical.get(self._get_number(block_hash)) != block_hash or block_hash in self._stateless
        ):
            self._canonical[self._get_number(block_hash)] = block_hash
            self._stateless.discard(block_hash)
            block_hash = self._blocks[block_hash].payload.parent_hash

    def _fetch(self, block_hash: bytes) -> bool:
        """Ask peers for a block of which only the header was heard; return whether it is here."""
        if block_hash not in self._heard:
            return False
        self._polls[block_hash] = self._polls.get(block_hash, 0) + 1
        if self._polls[block_hash] < SYNC_POLLS:
            return False
        missing: list[Executed] = []
        while block_hash not in self._blocks or block_hash in self._stateless:
            found = next(filter(None, (peer.find(block_hash) for peer in self._peers)), None)
            if found is None:
                return False
            missing.append(found)
            block_hash = found.payload.parent_hash
        self._take(missing)
        return True

    def _take(self, blocks: Iterable[Executed]) -> None:
        for block in blocks:
            self._blocks[block.payload.block_hash] = block
            self._stateless.discard(block.payload.block_hash)
        self._waits_for_peers = False


def _make_genesis_block(genesis: Genesis, candidates: tuple[Member, ...]) -> Executed:
    payload = Payload(
        parent_hash=bytes(32),
        fee_recipient=bytes(20),
        state_root=bytes(32),
        receipts_root=bytes(32),
        logs_bloom=bytes(256),
        randao=bytes(32),
        number=0,
        gas_limit=genesis.parameters.gas_limit,
        gas_used=0,
        time_s=genesis.time_s,
        extra_data=b"",
        base_fee_wei=7,
        block_hash=genesis.execution_hash,
        blob_gas_used=0,
        excess_blob_gas=EXCESS_BLOB_GAS,
        transactions=(),
        withdrawals=(),
        requests=(),
    )
    return Executed(payload, candidates, (), frozenset())


def _list_values(member: Member) -> tuple[object, ...]:
    return (
        member.operator,
        member.consensus,
        member.consensus_prefix,
        member.consensus_x,
        member.beacon_prefix,
        member.beacon_x,
        member.votes,
    )
