"""What members publish at the beacon contract: what they owe, and what they must not."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from chain.application.application_samples import compute_dealing, get_key
from fieldproof.chain import beacon
from fieldproof.chain.application.duties import Duty, list_duties
from fieldproof.chain.application.rounds import RecordKind, compute_round, get_dealing
from fieldproof.chain.application.state import Parameters, State
from fieldproof.chain.commitment import Member
from fieldproof.chain.contracts import BEACON, load_contract

Publish = Callable[[bytes, bytes, bytes], None]
"""Sender's operator, contract, data."""

DILIGENCE = (1.0, 1.0, 0.7, 0.3, 0.0)
"""How likely a member does in a block what it owes: some never do."""

MISCHIEF = 0.06
"""How likely somebody publishes what does not count, for each block."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A call of the beacon contract."""

    sender: bytes
    kind: RecordKind
    epoch: int
    dealer: bytes
    data: bytes

    @property
    def calldata(self) -> bytes:
        """As the contract takes it."""
        functions = load_contract("Beacon").functions
        match self.kind:
            case RecordKind.DEALT:
                return functions["deal"].encode_call(self.epoch, self.data)
            case RecordKind.OPENED:
                return functions["open"].encode_call(self.epoch, self.data)
            case _:
                return functions["share"].encode_call(self.epoch, self.dealer, self.data)


class Members:
    """The candidates of a chain, each with its own diligence."""

    def __init__(
        self, parameters: Parameters, candidates: tuple[Member, ...], chance: random.Random, publish: Publish
    ) -> None:
        self._parameters = parameters
        self._candidates = candidates
        self._chance = chance
        self._publish = publish
        self._diligence = {item.operator: chance.choice(DILIGENCE) for item in candidates}
        self._sent: set[tuple[bytes, Duty]] = set()
        self._earlier: list[Publication] = []

    def act(self, state: State) -> None:
        """Publish before the block that follows `state`."""
        round_ = compute_round(self._parameters, state)
        for member in state.frozen_pool:
            for duty in list_duties(self._parameters, state, member.operator):
                is_willing = self._chance.random() < self._diligence[member.operator]
                if is_willing and (member.operator, duty) not in self._sent:
                    self._sent.add((member.operator, duty))
                    self._send(fulfil(round_, state, round_.operators.index(member.operator), duty))
        if self._chance.random() < MISCHIEF:
            self._send(self._make_mischief(round_, state))

    def _send(self, publication: Publication) -> None:
        self._earlier.append(publication)
        self._publish(publication.sender, BEACON, publication.calldata)

    def _make_mischief(self, round_: beacon.Round, state: State) -> Publication:
        """Return something of a possible size that should not count, or not again."""
        sender = self._chance.choice(self._candidates).operator
        dealer = self._chance.choice(round_.operators)
        kind = self._chance.choice(list(RecordKind))
        if self._earlier and self._chance.random() < 0.5:
            found = self._chance.choice(self._earlier)
            return Publication(sender, found.kind, round_.epoch, found.dealer, found.data)
        length = beacon.PROVEN_POINT_LENGTH
        if kind is RecordKind.DEALT:
            length = beacon.compute_dealing_length(round_.size)
        epoch = self._chance.choice([round_.epoch, max(0, round_.epoch - 1), round_.epoch + 1, 2**64 - 1])
        return Publication(sender, kind, epoch, dealer, self._chance.randbytes(length))


def fulfil(round_: beacon.Round, state: State, member: int, duty: Duty) -> Publication:
    """Return what a member of the round owes."""
    sender, dealer = round_.operators[member], round_.operators[duty.dealer]
    match duty.kind:
        case RecordKind.DEALT:
            data = compute_dealing(round_, member).encode()
        case RecordKind.OPENED:
            data = _open(round_, member)
        case _:
            dealing = get_dealing(round_, state.beacon, duty.dealer)
            data = _share(round_, member, duty.dealer, dealing)
    return Publication(sender, duty.kind, duty.epoch, dealer, data)


@cache
def _open(round_: beacon.Round, member: int) -> bytes:
    return beacon.compute_opening(round_, member, get_key(round_, member)).encode()


@cache
def _share(round_: beacon.Round, member: int, dealer: int, dealing: beacon.Dealing) -> bytes:
    key = get_key(round_, member)
    return beacon.compute_share(round_, member, dealer, dealing, key).encode()
