"""Getting transactions mined, whatever crashes, gets stuck or is rearranged away.

A transaction is signed and durable before it is sent, so after any crash the same bytes are sent again or
found mined. Every attempt for an intent is remembered; whichever is mined counts.

What this does not guarantee: when somebody else uses the same account, a nonce can be lost to them. The
intent is then signed anew, and only a rearrangement deeper than the confirmations could bring both to pass.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from fieldproof.core import Clock
from fieldproof.protocol.transaction import Attempt, Inclusion, Outbox, OutboxEntry, TransactionState
from fieldproof.settle.client import TRANSACTION_GAS_LIMIT, ChainClient
from fieldproof.settle.errors import (
    CallRevertedError,
    EmptyPurseError,
    FeeTooHighError,
    NotConfirmedError,
    RpcRefusedError,
    SettleError,
    TransactionRevertedError,
)
from fieldproof.settle.refusals import Refused, classify_refusal
from fieldproof.settle.values import Call, Fees, UnsignedTransaction
from fieldproof.settle.wallet import Signer

STORED = "transaction hash stored"
SENT = "transaction sent"
MINED = "transaction mined"
CONFIRMED = "transaction confirmed"
REORGED = "transaction reorged"
SUBMISSION_POINTS = (STORED, SENT, MINED, CONFIRMED, REORGED)
"""The points that `reached` is told of, each right after the step is durable."""


@dataclass(frozen=True, slots=True)
class SubmissionSettings:
    """How patient and how generous submission is."""

    confirmations: int = 1
    """Blocks, the transaction's own included, after which it counts as final."""
    poll_s: float = 1.0
    """Pause between two looks at the chain."""
    stuck_after_s: float = 60.0
    """Time in the pool after which fees are raised."""
    maximum_fee_wei: int = 10**12
    """Most that is ever offered for a unit of gas, in wei."""


class Submitter:
    """Sends the transactions of one account. One per account and outbox."""

    def __init__(
        self,
        client: ChainClient,
        signer: Signer,
        outbox: Outbox,
        *,
        clock: Clock,
        settings: SubmissionSettings | None = None,
        reached: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._client = client
        self._signer = signer
        self._outbox = outbox
        self._clock = clock
        self._settings = settings or SubmissionSettings()
        self._reached = reached
        self._lock = asyncio.Lock()

    @property
    def address(self) -> bytes:
        """The account that signs and pays, 20 bytes."""
        return self._signer.address

    async def submit(self, key: str, call: Call, *, timeout_s: float | None = None) -> Inclusion:
        """Do what `key` names exactly once and return where it was mined, confirmed.

        The first call with a key fixes what is done; later ones, also after a restart, wait for it. Raises
        `CallRevertedError` before anything is stored if the contract would refuse, `EmptyPurseError`,
        `FeeTooHighError`, `TransactionRevertedError`, `NotConfirmedError` after `timeout_s`.
        """
        await self.prepare(key, call)
        return await self.wait(key, timeout_s=timeout_s)

    async def prepare(self, key: str, call: Call) -> OutboxEntry:
        """Sign and store what `key` names, unless it is there already; `process` sends it."""
        async with self._lock:
            entry = await asyncio.to_thread(self._outbox.get_entry, key)
            if entry is not None:
                if (entry.chain_id, entry.sender) != (self._client.chain_id, self.address):
                    raise SettleError(
                        f"{key} was submitted on chain {entry.chain_id} by 0x{entry.sender.hex()} before",
                        hint="Use one folder for one chain, and the account that began.",
                    )
                return entry
            entry = await self._create(key, call)
            await asyncio.to_thread(self._outbox.add_entry, entry)
            self._reached(STORED)
            return entry

    async def wait(self, key: str, *, timeout_s: float | None = None) -> Inclusion:
        """Look after all open transactions until the one of `key` is final."""
        started = time.monotonic()
        while True:
            await self.process()
            entry = await asyncio.to_thread(self._outbox.get_entry, key)
            if entry is None:
                raise ValueError(f"nothing was ever submitted as {key}: this is a bug")
            if entry.inclusion is not None and entry.state is TransactionState.CONFIRMED:
                return entry.inclusion
            if entry.inclusion is not None and entry.state is TransactionState.REVERTED:
                reason = await self._find_reason(entry, entry.inclusion)
                raise TransactionRevertedError(key, entry.inclusion.transaction_hash, reason)
            if timeout_s is not None and time.monotonic() - started > timeout_s:
                raise NotConfirmedError(key, timeout_s, entry.state.value)
            await asyncio.sleep(self._settings.poll_s)

    async def process(self) -> int:
        """Take every open transaction one step further and return how many are still open.

        This is also what is done after a restart. A transaction that was final and that the chain no longer
        has is taken up again.
        """
        async with self._lock:
            head = await self._client.get_latest_block()
            count = await self._client.get_transaction_count(self.address)
            still_open = 0
            for entry in await asyncio.to_thread(self._list_entries, count):
                advanced = await self._advance(entry, head.number, count)
                still_open += not advanced.state.is_final
            return still_open

    def _list_entries(self, count: int) -> list[OutboxEntry]:
        chain_id, sender = self._client.chain_id, self.address
        entries = {entry.key: entry for entry in self._outbox.get_open_entries(chain_id, sender)}
        # The chain says that these nonces are unused: what was final is gone with a rearrangement.
        lost = {entry.key: entry for entry in self._outbox.get_entries_from(chain_id, sender, count)}
        return sorted((entries | lost).values(), key=lambda entry: entry.nonce)

    async def _advance(self, entry: OutboxEntry, head: int, count: int) -> OutboxEntry:
        # `count` was read before the receipts: a nonce that was used by us shows its receipt here.
        found = await self._find_inclusion(entry)
        if found is None and entry.inclusion is not None:
            entry = await self._save(replace(entry, state=TransactionState.SENT, inclusion=None), REORGED)
        if found is None:
            return await self._push(entry, head, count)
        if found != entry.inclusion:
            point = MINED if entry.inclusion is None else REORGED
            entry = await self._save(replace(entry, state=TransactionState.MINED, inclusion=found), point)
        if not entry.state.is_final and head - found.block_number + 1 >= self._settings.confirmations:
            state = TransactionState.CONFIRMED if found.succeeded else TransactionState.REVERTED
            entry = await self._save(replace(entry, state=state), CONFIRMED)
        return entry

    async def _find_inclusion(self, entry: OutboxEntry) -> Inclusion | None:
        for attempt in reversed(entry.attempts):
            found = await self._client.get_inclusion(attempt.transaction_hash)
            if found is not None:
                return found
        return None

    async def _push(self, entry: OutboxEntry, head: int, count: int) -> OutboxEntry:
        """Move a transaction on that is in no block."""
        if count > entry.nonce:
            for attempt in entry.attempts:
                if await self._client.is_known(attempt.transaction_hash):
                    # Mined in this moment, or this node lags behind the one that was asked before.
                    return entry
            # Somebody else's transaction took the nonce; wait until theirs is final.
            depth = self._settings.confirmations - 1
            if (
                depth
                and await self._client.get_transaction_count(self.address, max(0, head - depth))
                <= entry.nonce
            ):
                return entry
            entry = await self._sign_again(entry, await self._get_next_nonce(), await self._get_fees())
            return await self._send(entry)
        newest = entry.attempts[-1]
        if entry.state is TransactionState.STORED or not await self._client.is_known(newest.transaction_hash):
            return await self._send(entry)
        waited_ms = self._clock.now_ms() - newest.signed_ms
        if entry.nonce == count and waited_ms >= self._settings.stuck_after_s * 1000:
            return await self._raise_fees(entry)
        return entry

    async def _send(self, entry: OutboxEntry, *, may_raise_fees: bool = True) -> OutboxEntry:
        try:
            await self._client.send_raw(entry.attempts[-1].raw)
        except RpcRefusedError as error:
            refused = classify_refusal(error.message)
            if refused is Refused.EMPTY_PURSE:
                await self._check_purse(
                    entry.gas_limit, entry.value_wei, entry.attempts[-1].maximum_fee_wei, ()
                )
            if refused is Refused.UNDERPRICED and may_raise_fees:
                return await self._raise_fees(entry)
            if refused is Refused.NONCE_USED:
                # Mined in this moment, by us or by a stranger: the next look at the chain tells.
                return entry
            if refused is not Refused.KNOWN:
                raise
        if entry.state is TransactionState.STORED:
            return await self._save(replace(entry, state=TransactionState.SENT), SENT)
        self._reached(SENT)
        return entry

    async def _raise_fees(self, entry: OutboxEntry) -> OutboxEntry:
        """Replace a stuck transaction by one that offers more, as far as the settings allow."""
        newest, asked = entry.attempts[-1], await self._client.get_fees()
        raised = Fees(
            max(asked.maximum_fee_wei, _raise_by_eighth(newest.maximum_fee_wei)),
            max(asked.maximum_tip_wei, _raise_by_eighth(newest.maximum_tip_wei)),
        )
        if raised.maximum_fee_wei > self._settings.maximum_fee_wei:
            return entry
        entry = await self._sign_again(entry, entry.nonce, raised)
        return await self._send(entry, may_raise_fees=False)

    async def _sign_again(self, entry: OutboxEntry, nonce: int, fees: Fees) -> OutboxEntry:
        call = Call(entry.target, entry.data, entry.value_wei)
        attempt = await self._sign(call, nonce, entry.gas_limit, fees)
        return await self._save(replace(entry, nonce=nonce, attempts=(*entry.attempts, attempt)), STORED)

    async def _create(self, key: str, call: Call) -> OutboxEntry:
        fees = await self._get_fees()
        try:
            gas = await self._client.estimate_gas(call, self.address)
        except CallRevertedError as error:
            raise CallRevertedError(key, error.reason) from error
        except RpcRefusedError as error:
            if classify_refusal(error.message) is Refused.EMPTY_PURSE:
                await self._check_purse(TRANSACTION_GAS_LIMIT, call.value_wei, fees.maximum_fee_wei, ())
            raise
        if gas > TRANSACTION_GAS_LIMIT:
            raise SettleError(f"{key} needs {gas} gas; a transaction may use {TRANSACTION_GAS_LIMIT}")
        gas_limit = min(gas + gas // 4 + 10_000 + call.spare_gas, TRANSACTION_GAS_LIMIT)
        chain_id, sender = self._client.chain_id, self.address
        before = tuple(await asyncio.to_thread(self._outbox.get_open_entries, chain_id, sender))
        await self._check_purse(gas_limit, call.value_wei, fees.maximum_fee_wei, before)
        nonce = await self._get_next_nonce()
        attempt = await self._sign(call, nonce, gas_limit, fees)
        return OutboxEntry(
            key=key,
            chain_id=chain_id,
            sender=sender,
            nonce=nonce,
            target=call.target,
            data=call.data,
            value_wei=call.value_wei,
            gas_limit=gas_limit,
            attempts=(attempt,),
            state=TransactionState.STORED,
            inclusion=None,
        )

    async def _sign(self, call: Call, nonce: int, gas_limit: int, fees: Fees) -> Attempt:
        signed = await self._signer.sign_transaction(
            UnsignedTransaction(self._client.chain_id, nonce, call, gas_limit, fees)
        )
        return Attempt(
            transaction_hash=signed.transaction_hash,
            raw=signed.raw,
            nonce=nonce,
            maximum_fee_wei=fees.maximum_fee_wei,
            maximum_tip_wei=fees.maximum_tip_wei,
            signed_ms=self._clock.now_ms(),
        )

    async def _get_next_nonce(self) -> int:
        kept = await asyncio.to_thread(self._outbox.get_next_nonce, self._client.chain_id, self.address)
        return max(kept, await self._client.get_transaction_count(self.address, "pending"))

    async def _get_fees(self) -> Fees:
        fees = await self._client.get_fees()
        if fees.maximum_fee_wei > self._settings.maximum_fee_wei:
            raise FeeTooHighError(fees.maximum_fee_wei, self._settings.maximum_fee_wei)
        return fees

    async def _check_purse(
        self, gas_limit: int, value_wei: int, fee_wei: int, before: tuple[OutboxEntry, ...]
    ) -> None:
        """Raise `EmptyPurseError` unless the account can pay for this and for all that waits before it."""
        needed = gas_limit * fee_wei + value_wei
        for entry in before:
            if entry.inclusion is None:
                needed += entry.gas_limit * entry.attempts[-1].maximum_fee_wei + entry.value_wei
        balance = await self._client.get_balance(self.address)
        if balance < needed:
            raise EmptyPurseError(self.address, needed, balance)

    async def _find_reason(self, entry: OutboxEntry, inclusion: Inclusion) -> str:
        """Execute a failed transaction again on the block before its own, to hear why."""
        try:
            call = Call(entry.target, entry.data, entry.value_wei)
            await self._client.call(call, sender=entry.sender, block=inclusion.block_number - 1)
        except CallRevertedError as error:
            return error.reason
        except RpcRefusedError as error:
            return f"the node cannot tell ({error.message[:100]})"
        if inclusion.gas_used >= entry.gas_limit:
            return "it ran out of gas"
        return "what came before it in the same block changed its outcome"

    async def _save(self, entry: OutboxEntry, point: str) -> OutboxEntry:
        await asyncio.to_thread(self._outbox.replace_entry, entry)
        self._reached(point)
        return entry


def _raise_by_eighth(fee_wei: int) -> int:
    """Nodes take a replacement that offers at least a tenth more; an eighth is above every node's mark."""
    return fee_wei + fee_wei // 8 + 1
