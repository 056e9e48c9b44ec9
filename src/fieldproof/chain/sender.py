"""Sending one account's transactions to a chain that makes a block each second.

For commands and for a node's own duties, which can be done again: nothing is kept. What must survive restarts
goes through `settle.Submitter`.
"""

import asyncio

from fieldproof.chain.contracts import CONTRACTS, load_contract
from fieldproof.chain.errors import ChainError
from fieldproof.protocol.transaction import Inclusion
from fieldproof.settle import Call, ChainClient, Fees, RpcRefusedError, Signer, UnsignedTransaction
from fieldproof.settle import TransactionRevertedError as RevertedError

TIP_WEI = 10**9
"""Less, such as 1 wei, stays in the pool of transactions."""

WAIT_S = 60.0
"""For a transaction to be in a block."""

LOOK_EVERY_S = 0.2
"""How often the chain is asked for what its next block brings."""


class Sender:
    """One account on one chain."""

    def __init__(self, client: ChainClient, signer: Signer) -> None:
        self._client = client
        self._signer = signer
        for name in CONTRACTS:
            client.learn_errors(load_contract(name))

    @property
    def address(self) -> bytes:
        """The account, 20 bytes."""
        return self._signer.address

    async def send(self, call: Call) -> Inclusion:
        """Do something and return where it was mined.

        Raises `CallRevertedError` before anything is sent if the contract would refuse, `RevertedError` if it
        refused after all, `ChainError` if it is in no block after `WAIT_S` seconds.
        """
        transaction_hash = await self._submit_behind(call)
        waited_s = 0.0
        while (found := await self._client.get_inclusion(transaction_hash)) is None:
            if waited_s >= WAIT_S:
                shown = f"transaction 0x{transaction_hash.hex()}"
                raise ChainError(f"{shown} is in no block after {WAIT_S:.0f} s", hint="Look for it later.")
            await asyncio.sleep(LOOK_EVERY_S)
            waited_s += LOOK_EVERY_S
        if not found.succeeded:
            raise RevertedError("the transaction", transaction_hash, "see its receipt")
        return found

    async def submit(self, call: Call, nonce: int, raised: int = 0) -> bytes:
        """Hand a transaction to the node and return its hash, without waiting for a block.

        Fees are doubled `raised` times: whatever takes another's place in the pool must offer a tenth more.
        """
        gas = await self._client.estimate_gas(call, self.address)
        fees = await self._client.get_fees()
        maximum, tip = fees.maximum_fee_wei + TIP_WEI, max(fees.maximum_tip_wei, TIP_WEI)
        offer = Fees(maximum << raised, tip << raised)
        transaction = UnsignedTransaction(self._client.chain_id, nonce, call, gas + gas // 5, offer)
        signed = await self._signer.sign_transaction(transaction)
        try:
            await self._client.send_raw(signed.raw)
        except RpcRefusedError:
            # Handed over twice, where the first answer was lost, it has its place already.
            if not await self._client.is_known(signed.transaction_hash):
                raise
        return signed.transaction_hash

    async def _submit_behind(self, call: Call) -> bytes:
        """Submit behind all that the account has sent already."""
        nonce = await self._client.get_transaction_count(self.address, "pending")
        while True:
            try:
                return await self.submit(call, nonce)
            except RpcRefusedError:
                # An operator's node deals from the same account, and may have taken the place meanwhile.
                free = await self._client.get_transaction_count(self.address, "pending")
                if free == nonce:
                    raise
                nonce = free
