"""The member's own part in the beacon: it deals, opens, and shares for the silent, by ordinary transactions.

It acts on committed blocks only and keeps nothing: a dealing's secret follows from the beacon key and the
round, so a node that was restored opens what it dealt before.
"""

import asyncio

import structlog

from fieldproof.chain import beacon
from fieldproof.chain.application.duties import Duty, list_duties
from fieldproof.chain.application.rounds import RecordKind, compute_round, get_dealing
from fieldproof.chain.application.state import Parameters, State
from fieldproof.chain.contracts import BEACON, load_contract
from fieldproof.chain.sender import Sender
from fieldproof.settle import Call, ChainClient, SettleError, Signer

RESEND_BLOCKS = 4
"""A transaction that is not in a block after so many is sent again, for twice the fees."""

MOST_RAISES = 6
"""Doublings: 64 times what the chain asks."""

_log = structlog.get_logger()


class Participant:
    """One member. Feed it with `observe`; `run` does the work."""

    def __init__(
        self,
        parameters: Parameters,
        signer: Signer,
        beacon_key: beacon.BeaconKey,
        client: ChainClient,
    ) -> None:
        self._parameters = parameters
        self._signer = signer
        self._beacon_key = beacon_key
        self._client = client
        self._sender = Sender(client, signer)
        self._latest: asyncio.Queue[State] = asyncio.Queue()
        self._sent: dict[Duty, tuple[int, int]] = {}
        """Duty that is owed → the height after which it was sent last, long ago if never, and how often."""

    def observe(self, state: State) -> None:
        """Take note of a committed block."""
        self._latest.put_nowait(state)

    async def run(self) -> None:
        """Fulfil duties until cancelled. Where the execution client fails, the next block is another try."""
        while True:
            state = await self._latest.get()
            while not self._latest.empty():
                state = self._latest.get_nowait()
            try:
                await self._fulfil(state)
            except (SettleError, beacon.RoundError) as failure:
                # A pool that was frozen with another beacon key, before or after a change, is sat out.
                _log.warning("beacon transaction not sent", height=state.height, cause=str(failure))

    async def _fulfil(self, state: State) -> None:
        owed = list_duties(self._parameters, state, self._signer.address)
        self._sent = {duty: self._sent.get(duty, (-RESEND_BLOCKS, 0)) for duty in owed}
        due = [duty for duty, (height, _) in self._sent.items() if height + RESEND_BLOCKS <= state.height]
        if not due:
            return
        # What is sent again takes the place of what never came into a block.
        raised = min(max(self._sent[duty][1] for duty in due), MOST_RAISES)
        place = "latest" if raised else "pending"
        nonce = await self._client.get_transaction_count(self._signer.address, place)
        for offset, duty in enumerate(due):
            data = await asyncio.to_thread(self._build, state, duty)
            await self._sender.submit(Call(BEACON, data), nonce + offset, raised)
            self._sent[duty] = state.height, self._sent[duty][1] + 1
            _log.info("beacon transaction sent", kind=duty.kind.value, epoch=duty.epoch, dealer=duty.dealer)

    def _build(self, state: State, duty: Duty) -> bytes:
        round_ = compute_round(self._parameters, state)
        functions = load_contract("Beacon").functions
        if duty.kind is RecordKind.DEALT:
            dealing = beacon.compute_dealing(round_, duty.dealer, self._beacon_key)
            return functions["deal"].encode_call(duty.epoch, dealing.encode())
        if duty.kind is RecordKind.OPENED:
            opening = beacon.compute_opening(round_, duty.dealer, self._beacon_key)
            return functions["open"].encode_call(duty.epoch, opening.encode())
        member = round_.operators.index(self._signer.address)
        dealing = get_dealing(round_, state.beacon, duty.dealer)
        share = beacon.compute_share(round_, member, duty.dealer, dealing, self._beacon_key)
        return functions["share"].encode_call(duty.epoch, round_.operators[duty.dealer], share.encode())
