"""A node's application that does what it must not: `liar.py LIE FOLDER`; LIE is a file that names it.

The file is read at each step, so that one node tells one lie after another without a restart. Where it names
nothing, the node is honest.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import rlp

from fieldproof.chain.application.application import Application
from fieldproof.chain.application.duties import list_duties
from fieldproof.chain.application.engine import EngineClient
from fieldproof.chain.application.participant import Participant
from fieldproof.chain.application.payload import Attributes, Payload, Withdrawal
from fieldproof.chain.application.proposals import Proposal, compute_attributes
from fieldproof.chain.application.rounds import RecordKind
from fieldproof.chain.application.state import State
from fieldproof.chain.contracts import BEACON
from fieldproof.chain.messages.tendermint.abci import types_pb2 as abci
from fieldproof.chain.node.process import Behaviour, main
from fieldproof.core.keccak import keccak256

ACCEPT, REJECT = abci.ResponseProcessProposal.ACCEPT, abci.ResponseProcessProposal.REJECT
CENSOR = "censor"
"""Votes for no block that has a transaction of the beacon's in it; its geth puts none into its own."""

ROOT = "beacon root"

ATTRIBUTES: dict[str, Callable[[Attributes], Attributes]] = {
    "time": lambda right: replace(right, time_s=right.time_s + 1),
    "randomness": lambda right: replace(right, randao=bytes(32)),
    "fee recipient": lambda right: replace(right, fee_recipient=b"\x11" * 20),
    "withdrawals": lambda right: replace(
        right, withdrawal=Withdrawal(right.withdrawal.index, b"\x11" * 20, right.withdrawal.amount_gwei)
    ),
    ROOT: lambda right: replace(right, beacon_root=b"\x11" * 32),
}
"""Blocks that execute, built on other attributes than the rules have."""

HEADERS: dict[str, Callable[[Application], dict[str, Any]]] = {
    "parent": lambda liar: {"parent_hash": liar._genesis.execution_hash},
    "number": lambda liar: {"number": liar.state.height + 2},
    "gas limit": lambda liar: {"gas_limit": liar._parameters.gas_limit - 1},
    "execution": lambda liar: {"state_root": b"\x11" * 32},
}
"""Headers changed in one value, under the hash that they then have."""

TRANSACTIONS: dict[str, Callable[[bytes], list[bytes]]] = {
    "two payloads": lambda right: [right, right],
    "no payload": lambda _: [],
    "no payload's bytes": lambda right: [right[:-1]],
}

BODIES: dict[str, dict[str, Any]] = {
    "block hash": {"state_root": b"\x11" * 32},
    "an empty execution request": {"requests": (b"",)},
    "execution requests out of order": {"requests": (b"\2more", b"\1more")},
}
"""Payloads changed in one value, under the hash that they had. To requests geth answers with an error."""

LIES = (*ATTRIBUTES, *HEADERS, *BODIES, *TRANSACTIONS)
"""What a proposer can lie about."""

SILENT = "no opening"
ABSENT = "no dealing"
MUTE = "neither"

_KEYS = (
    ("parentHash", "parent_hash"),
    ("sha3Uncles", None),
    ("miner", None),
    ("stateRoot", "state_root"),
    ("transactionsRoot", None),
    ("receiptsRoot", None),
    ("logsBloom", None),
    ("difficulty", None),
    ("number", "number"),
    ("gasLimit", "gas_limit"),
    ("gasUsed", None),
    ("timestamp", None),
    ("extraData", None),
    ("mixHash", None),
    ("nonce", None),
    ("baseFeePerGas", None),
    ("withdrawalsRoot", None),
    ("blobGasUsed", None),
    ("excessBlobGas", None),
    ("parentBeaconBlockRoot", None),
    ("requestsHash", None),
)
"""A header's values in their order, and what they are called in a payload."""
_NUMBERS = {"difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas"} | {
    "blobGasUsed",
    "excessBlobGas",
}

_lie_file = Path()


def read_lie() -> str:
    """Return the lie of the moment, empty for none."""
    return _lie_file.read_text() if _lie_file.is_file() else ""


async def reseal(engine: EngineClient, payload: Payload, beacon_root: bytes, **changes: Any) -> Payload:
    """Return a payload with values changed and the hash that its header then has."""
    await engine.submit_payload(payload, beacon_root)
    block = await engine._request("eth_getBlockByHash", "0x" + payload.block_hash.hex(), False)
    assert _hash_header(block, {}) == payload.block_hash, "the header has values that are not known here"
    return replace(payload, **changes, block_hash=_hash_header(block, changes))


def _hash_header(block: dict[str, Any], changes: dict[str, Any]) -> bytes:
    values = []
    for key, name in _KEYS:
        value = changes.get(name) if name is not None else None
        if value is None:
            value = int(block[key], 16) if key in _NUMBERS else bytes.fromhex(block[key][2:])
        values.append(value)
    return keccak256(rlp.encode(values))


class LyingApplication(Application):
    """Lies when it proposes, and votes for its own lies."""

    async def _prepare_proposal(self, request: abci.RequestPrepareProposal) -> abci.ResponsePrepareProposal:
        lie = read_lie()
        if lie not in LIES:
            return await super()._prepare_proposal(request)
        payload = await self._build(request, ATTRIBUTES.get(lie, lambda right: right))
        if lie in HEADERS:
            payload = await reseal(self._execution._engine, payload, self._app_hash, **HEADERS[lie](self))
        payload = replace(payload, **BODIES.get(lie, {}))
        carried = TRANSACTIONS.get(lie, lambda right: [right])(payload.encode())
        return abci.ResponsePrepareProposal(txs=carried)

    async def _process_proposal(self, request: abci.RequestProcessProposal) -> abci.ResponseProcessProposal:
        lie = read_lie()
        if lie in LIES:
            return abci.ResponseProcessProposal(status=ACCEPT)
        if lie == CENSOR and any(BEACON in item for item in Payload.decode(request.txs[0]).transactions):
            return abci.ResponseProcessProposal(status=REJECT)
        return await super()._process_proposal(request)

    async def _build(
        self,
        request: abci.RequestPrepareProposal,
        change: Callable[[Attributes], Attributes],
    ) -> Payload:
        """Return a block on changed attributes."""
        proposal = Proposal(request.height, request.time.seconds, request.proposer_address)
        right = compute_attributes(self._parameters, self.state, proposal, self._app_hash)
        await self._wait_until(self.state.time_s + self._timing.interval_s - self._timing.allowance_s)
        payload = await self._execution.build(
            self.state, change(right), self._timing.allowance_s, self._timing.sync_patience_s
        )
        assert payload is not None, "geth does not build"
        return payload


class SilentParticipant(Participant):
    """Leaves out what the lie names of what it owes the beacon."""

    async def _fulfil(self, state: State) -> None:
        owed = {duty.kind for duty in list_duties(self._parameters, state, self._signer.address)}
        left_out = {
            SILENT: {RecordKind.OPENED, RecordKind.SHARED},
            ABSENT: {RecordKind.DEALT},
            MUTE: set(RecordKind),
        }.get(read_lie(), set())
        if not owed & left_out:
            await super()._fulfil(state)


if __name__ == "__main__":
    _lie_file = Path(sys.argv.pop(1))
    sys.exit(main(Behaviour(LyingApplication, SilentParticipant)))
