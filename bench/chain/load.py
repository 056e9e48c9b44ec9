"""Signed transactions of many accounts, sent as fast as is asked for, and when each was in a final block."""

import asyncio
import hashlib
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from fieldproof.settle import CHAIN_ID, Call, Fees, KeySigner, UnsignedTransaction

FEES = Fees(maximum_fee_wei=10**11, maximum_tip_wei=10**9)

MOST_WAITING = 4_000
"""Transactions that are sent and in no block yet: geth's pool takes 5,120 of all accounts together."""

MOST_IN_BATCH = 500
"""Of one JSON-RPC request; geth takes 1,000."""

_TICK_S = 0.1
_LOOK_EVERY_S = 0.05
_PATIENCE_S = 60.0


def make_signers(count: int) -> list[KeySigner]:
    """Return accounts that anyone can make again: they are worth nothing."""
    return [KeySigner(hashlib.sha256(f"bench account {number}".encode()).digest()) for number in range(count)]


@dataclass(frozen=True, slots=True)
class Signed:
    """One transaction, ready to be sent."""

    sender: int
    raw: str
    hash: str


class Accounts:
    """Accounts that sign, each counting its own transactions."""

    def __init__(self, signers: Sequence[KeySigner]) -> None:
        self._signers = signers
        self._nonces = [0] * len(signers)

    def __len__(self) -> int:
        return len(self._signers)

    def get_address(self, number: int) -> bytes:
        """Return an account's address; they are counted around."""
        return self._signers[number % len(self)].address

    async def sign(self, number: int, call: Call, gas: int) -> Signed:
        """Sign the next transaction of an account; they are counted around."""
        number %= len(self)
        nonce, self._nonces[number] = self._nonces[number], self._nonces[number] + 1
        unsigned = UnsignedTransaction(CHAIN_ID, nonce, call, gas, FEES)
        signed = await self._signers[number].sign_transaction(unsigned)
        return Signed(number, "0x" + signed.raw.hex(), "0x" + signed.transaction_hash.hex())

    async def sign_many(self, count: int, make_call: Callable[[int], Call], gas: int) -> list[Signed]:
        """Sign one after the other for account after account."""
        return [await self.sign(number, make_call(number), gas) for number in range(count)]


@dataclass(slots=True)
class Load:
    """What came of transactions that were sent."""

    sent_s: dict[str, float] = field(default_factory=dict)
    """When, by hash."""
    seen_s: dict[str, float] = field(default_factory=dict)
    """When it was in a block that the first node shows, by hash."""
    blocks: list[dict[str, Any]] = field(default_factory=list)

    @property
    def delays_s(self) -> list[float]:
        """From sending to being seen."""
        return [seen - self.sent_s[name] for name, seen in self.seen_s.items()]

    @property
    def per_s(self) -> float:
        """Transactions a second, from the first block that had some to the last."""
        times = sorted(self.seen_s.values())
        return sum(time > times[0] for time in times) / (times[-1] - times[0])

    def get_percentile(self, share: float) -> float:
        """Return the delay that this share of the transactions does not pass."""
        return statistics.quantiles(self.delays_s, n=1000, method="inclusive")[round(share * 1000) - 1]


class Driver:
    """Sends to nodes' JSON-RPC, each account to one of them, and watches the first."""

    def __init__(self, urls: Sequence[str], *, tag: str = "finalized") -> None:
        self._urls = urls
        self._tag = tag
        self._http = httpx.AsyncClient(timeout=_PATIENCE_S)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(self, transactions: Sequence[Signed], per_s: float | None = None) -> Load:
        """Send at a rate, or as fast as they are included, and return when all are in blocks."""
        load = Load()
        waiting = list(reversed(transactions))
        watcher = asyncio.create_task(self._watch(load, len(transactions), await self._get_number()))
        started_s = time.perf_counter()
        while waiting and not watcher.done():
            due = MOST_WAITING - len(load.sent_s) + len(load.seen_s)
            if per_s is not None:
                wanted = (time.perf_counter() - started_s + _TICK_S) * per_s
                due = min(due, round(wanted) - len(load.sent_s))
            await self._send([waiting.pop() for _ in range(min(due, len(waiting)))], load)
            await asyncio.sleep(_TICK_S)
        await watcher
        return load

    async def _send(self, transactions: list[Signed], load: Load) -> None:
        nodes = len(self._urls)
        shares = [[item for item in transactions if item.sender % nodes == node] for node in range(nodes)]
        await asyncio.gather(*map(self._send_share, self._urls, shares, [load] * nodes))

    async def _send_share(self, url: str, transactions: list[Signed], load: Load) -> None:
        """Send to one node, in order: of what comes before its turn, geth keeps little."""
        for first in range(0, len(transactions), MOST_IN_BATCH):
            await self._post(url, transactions[first : first + MOST_IN_BATCH], load)

    async def _post(self, url: str, transactions: list[Signed], load: Load) -> None:
        now_s = time.perf_counter()
        load.sent_s.update((item.hash, now_s) for item in transactions)
        body = [
            {"jsonrpc": "2.0", "id": number, "method": "eth_sendRawTransaction", "params": [item.raw]}
            for number, item in enumerate(transactions)
        ]
        for answer in await self._request(url, body):
            if "error" in answer:
                raise RuntimeError(f"a transaction was refused: {answer['error']}")

    async def _watch(self, load: Load, count: int, number: int) -> None:
        """Look at each block after `number` until so many transactions were seen."""
        last_s = time.perf_counter()
        while len(load.seen_s) < count:
            newest = await self._get_number()
            now_s = time.perf_counter()
            if now_s - last_s > _PATIENCE_S:
                raise RuntimeError(f"{count - len(load.seen_s)} transactions are in no block")
            while number < newest:
                number += 1
                block = await self.call("eth_getBlockByNumber", hex(number), False)
                load.blocks.append(block)
                found = [name for name in block["transactions"] if name in load.sent_s]
                load.seen_s.update((name, now_s) for name in found)
                if found:
                    last_s = now_s
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _get_number(self) -> int:
        block = await self.call("eth_getBlockByNumber", self._tag, False)
        return int(block["number"], 16) if block else 0

    async def call(self, method: str, *parameters: Any) -> Any:
        """Ask the first node."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        answer = await self._request(self._urls[0], body)
        if "error" in answer:
            raise RuntimeError(f"{method} was refused: {answer['error']}")
        return answer["result"]

    async def _request(self, url: str, body: Any) -> Any:
        content = json.dumps(body)
        response = await self._http.post(url, content=content, headers={"Content-Type": "application/json"})
        response.raise_for_status()
        return response.json()
