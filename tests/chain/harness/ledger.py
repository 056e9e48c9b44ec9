"""What the nodes of a sequence agree on, and CometBFT's rules about it."""

from dataclasses import dataclass
from typing import Any

from fieldproof.chain.application.genesis import Genesis
from fieldproof.chain.application.state import Parameters, State, compute_leaves
from fieldproof.chain.application.transition import list_offenders
from fieldproof.chain.commitment import compute_application_hash
from fieldproof.chain.messages.tendermint.abci import types_pb2 as abci
from fieldproof.chain.node.keys import compute_consensus_address


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a height came to, in words that hang on no hash of an execution block."""

    seed: bytes
    committee: tuple[bytes, ...]
    validators: tuple[bytes, ...]
    pool: tuple[bytes, ...]
    proposed: tuple[int, ...]
    frozen_pool: tuple[bytes, ...]
    beacon: tuple[Any, ...]
    drawn: tuple[bytes, tuple[bytes, ...], bool] | None
    faults: tuple[Any, ...]
    results: bytes
    time_s: int


def describe(state: State) -> Outcome:
    """Return what a state says."""
    beacon, drawn = state.beacon, state.drawn
    return Outcome(
        state.seed,
        tuple(item.operator for item in state.committee),
        state.validators,
        tuple(item.operator for item in state.pool),
        state.proposed,
        tuple(item.operator for item in state.frozen_pool),
        (
            sorted((item.dealer, item.data) for item in beacon.dealt),
            sorted((item.dealer, item.is_valid) for item in beacon.opened),
            sorted((item.dealer, item.member, item.data) for item in beacon.shared),
            sorted((item.dealer, item.point) for item in beacon.known),
        ),
        drawn and (drawn.seed, tuple(item.operator for item in drawn.committee), drawn.is_missed),
        tuple((fault.operator, fault.kind, fault.height, fault.time_s) for fault in state.faults),
        state.results,
        state.time_s,
    )


class Ledger:
    """Decided blocks, and the first answer and state of each; every later one must be the same."""

    def __init__(self, genesis: Genesis) -> None:
        self.genesis = genesis
        self.states: dict[int, State] = {0: genesis.state}
        self.outcomes: list[Outcome] = []
        self._decided: dict[int, abci.RequestFinalizeBlock] = {}
        self._responses: dict[int, bytes] = {}
        self._hashes = {0: _compute_hash(genesis.parameters, genesis.state)}
        first = frozenset(genesis.state.validators)
        self._validators = {1: first, 2: first}

    @property
    def height(self) -> int:
        """The last decided height."""
        return len(self._decided)

    def get_validators(self, height: int) -> list[bytes]:
        """Return who votes at a height, which is at most two behind the last with an answer."""
        return sorted(self._validators[height])

    def get_decided(self, height: int) -> abci.RequestFinalizeBlock:
        return self._decided[height]

    def get_app_hash(self, height: int) -> bytes:
        return self._hashes[height]

    def record(self, request: abci.RequestFinalizeBlock) -> None:
        """Decide the next block."""
        assert request.height == self.height + 1
        assert request.proposer_address in self._validators[request.height]
        self._decided[request.height] = request

    def observe_response(self, height: int, response: abci.ResponseFinalizeBlock) -> None:
        """Take the first answer as CometBFT takes it; all others are the same, byte by byte."""
        data = response.SerializeToString(deterministic=True)
        assert self._responses.setdefault(height, data) == data
        self._hashes[height] = response.app_hash
        assert len(response.app_hash) == 32
        assert len(response.tx_results) == 1
        self._validators[height + 2] = _update(self._validators[height + 1], response.validator_updates)

    def observe_state(self, state: State) -> None:
        """Take the first committed state of a height; all others are the same."""
        height = state.height
        if height in self.states:
            assert self.states[height] == state
            return
        self.states[height] = state
        assert self._hashes[height] == _compute_hash(self.genesis.parameters, state)
        assert frozenset(state.validators) == self._validators[height + 2]
        if self.genesis.parameters.schedule.get_position(height) == 0:
            self._check_committee(state)
        self.outcomes.append(describe(state))

    def _check_committee(self, state: State) -> None:
        """From the first block of an epoch on its committee votes, without those who broke consensus."""
        offenders = list_offenders(state.faults)
        honest = {item.consensus for item in state.committee if item.operator not in offenders}
        seated = {item.consensus for item in state.committee}
        voting = self._validators[state.height]
        assert honest <= voting <= seated


def _compute_hash(parameters: Parameters, state: State) -> bytes:
    return compute_application_hash(compute_leaves(parameters, state).values)


def _update(validators: frozenset[bytes], updates: Any) -> frozenset[bytes]:
    """Return the next set, by CometBFT's rules (types/validator_set.go)."""
    addresses = [compute_consensus_address(update.pub_key.secp256k1eth) for update in updates]
    assert len(set(addresses)) == len(addresses), "one key twice in one answer"
    found = set(validators)
    for address, update in zip(addresses, updates, strict=True):
        assert update.power in (0, 1)
        if update.power:
            assert address not in found, "a seat for who has one: it says nothing, but it is a slip"
            found.add(address)
        else:
            assert address in found, "CometBFT does not remove who is not there"
            found.discard(address)
    assert found, "CometBFT ends without validators"
    return frozenset(found)
