"""A chain behind a JSON-RPC URL: reading it, calling contracts, sending what was signed.

web3 is loaded with the first client, not with the module: the audit uses this room's values without it.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from fieldproof.core.abi import AbiItem, ContractInterface
from fieldproof.protocol.transaction import Inclusion
from fieldproof.settle.errors import (
    CallRevertedError,
    NoCodeError,
    RpcRefusedError,
    RpcUnreachableError,
    WrongChainError,
)
from fieldproof.settle.reasons import describe_revert
from fieldproof.settle.values import Block, Call, Fees, Log

T = TypeVar("T")

TRANSACTION_GAS_LIMIT = 1 << 24
"""Most gas that one transaction may use (16,777,216, since the Osaka upgrade)."""

LOG_BLOCKS_PER_REQUEST = 5_000
"""Public nodes refuse a search for events over many more blocks."""

READS_PER_REQUEST = 200
"""Nodes refuse lists of many more requests, geth those of over a thousand."""


@dataclass(frozen=True, slots=True)
class RetrySettings:
    """How long a request is tried before the chain counts as unreachable."""

    tries: int = 5
    first_pause_s: float = 0.2
    """Before the second try; doubled before each further one."""
    timeout_s: float = 20.0
    """For one try."""


class ChainClient:
    """One chain. Make it with `connect`; close it, or use it as an asynchronous context manager."""

    def __init__(self, url: str, chain_id: int, retry: RetrySettings) -> None:
        from aiohttp import ClientError, ClientTimeout
        from web3 import AsyncHTTPProvider

        self._failures = (ClientError, TimeoutError, OSError, json.JSONDecodeError, UnicodeDecodeError)
        self._provider = AsyncHTTPProvider(
            url,
            request_kwargs={"timeout": ClientTimeout(total=retry.timeout_s)},
            exception_retry_configuration=None,
        )
        self._retry = retry
        self.shown_url = describe_url(url)
        """The URL without what may be secret in it."""
        self.chain_id = chain_id
        self._errors: dict[bytes, AbiItem] = {}

    @classmethod
    async def connect(cls, url: str, *, chain_id: int, retry: RetrySettings | None = None) -> Self:
        """Connect and check that the chain is the right one.

        Raises `RpcUnreachableError` or `WrongChainError`.
        """
        client = cls(url, chain_id, retry or RetrySettings())
        try:
            found = _parse_quantity(await client.request("eth_chainId"))
            if found != chain_id:
                raise WrongChainError(client.shown_url, chain_id, found)
        except BaseException:
            await client.close()
            raise
        return client

    async def close(self) -> None:
        """Close the connections."""
        await self._provider.disconnect()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def learn_errors(self, contract: ContractInterface) -> None:
        """Have `CallRevertedError` name the errors of one more contract, beside those of a network."""
        self._errors |= contract.errors

    async def request(self, method: str, *parameters: Any) -> Any:
        """Return the plain JSON result of a method.

        Tried again as the settings say while nobody answers (`RpcUnreachableError` in the end); an
        answer with an error raises `RpcRefusedError` at once. Safe also for sending: the same raw transaction
        twice is one.
        """
        from web3.types import RPCEndpoint

        response = await self._try(lambda: self._provider.make_request(RPCEndpoint(method), parameters))
        return _take_result(method, response)

    async def request_many(self, method: str, many: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Return the results of one method for many lists of parameters, in their order, in one request.

        Raises what `request` raises, for the first that the node refuses.
        """
        from web3.types import RPCEndpoint

        if not many:
            return []
        requests = [(RPCEndpoint(method), parameters) for parameters in many]
        responses = await self._try(lambda: self._provider.make_batch_request(requests))
        if not isinstance(responses, list):
            # Refused as a whole, such as by a node that takes no lists.
            responses = [responses]
        results = [_take_result(method, response) for response in responses]
        if len(results) != len(many):
            raise RpcRefusedError(method, f"the node gives {len(results)} answers to {len(many)} requests")
        return results

    async def _try(self, send: Callable[[], Awaitable[T]]) -> T:
        started = time.monotonic()
        pause_s = self._retry.first_pause_s
        attempt = 1
        while True:
            try:
                return await send()
            except self._failures as error:
                if attempt == self._retry.tries:
                    cause = type(error).__name__
                    seconds = time.monotonic() - started
                    raise RpcUnreachableError(self.shown_url, attempt, seconds, cause) from error
            await asyncio.sleep(pause_s)
            pause_s *= 2
            attempt += 1

    async def get_block(self, number: int | str = "latest") -> Block | None:
        """Return a block by number, or the one that a tag such as "latest" names; None if there is none."""
        found = await self.request("eth_getBlockByNumber", _format_block(number), False)
        if found is None:
            return None
        return Block(
            _parse_quantity(found["number"]), _parse_bytes(found["hash"]), _parse_quantity(found["timestamp"])
        )

    async def get_latest_block(self) -> Block:
        """Return the newest block."""
        block = await self.get_block()
        if block is None:
            raise RpcRefusedError("eth_getBlockByNumber", "the node has no latest block")
        return block

    async def get_balance(self, account: bytes) -> int:
        """Return an account's coins in wei."""
        return _parse_quantity(await self.request("eth_getBalance", format_hex(account), "latest"))

    async def get_transaction_count(self, account: bytes, block: int | str = "latest") -> int:
        """Return how many of an account's transactions were mined up to a block: its next nonce."""
        return _parse_quantity(
            await self.request("eth_getTransactionCount", format_hex(account), _format_block(block))
        )

    async def get_code(self, address: bytes) -> bytes:
        """Return the code at an address, empty if there is none."""
        return _parse_bytes(await self.request("eth_getCode", format_hex(address), "latest"))

    async def verify_code(self, name: str, address: bytes) -> None:
        """Raise `NoCodeError` unless there is code at the address; `name` is for the message."""
        if not await self.get_code(address):
            raise NoCodeError(name, address, self.chain_id)

    async def get_fees(self) -> Fees:
        """Return what the chain asks now: twice the base fee, which five full blocks cannot pass."""
        history = await self.request("eth_feeHistory", "0x5", "latest", [50])
        base_fee = _parse_quantity(history["baseFeePerGas"][-1])
        tips = sorted(_parse_quantity(tips[0]) for tips in history.get("reward") or () if tips)
        tip = max(tips[len(tips) // 2] if tips else 0, 1)
        return Fees(2 * base_fee + tip, tip)

    async def call(self, call: Call, *, sender: bytes | None = None, block: int | str = "latest") -> bytes:
        """Execute a call without sending it and return what it gives back, or raise `CallRevertedError`."""
        try:
            return _parse_bytes(
                await self.request("eth_call", _format_call(call, sender), _format_block(block))
            )
        except RpcRefusedError as error:
            if not _is_revert(error):
                raise
            reason = describe_revert(error.message, error.data, self._errors)
            raise CallRevertedError("the call", reason) from error

    async def read(
        self, address: bytes, function: AbiItem, *values: Any, block: int | str = "latest"
    ) -> tuple[Any, ...]:
        """Call a view function of a contract and return its decoded results."""
        data = await self.call(Call(address, function.encode_call(*values)), block=block)
        if not data and function.outputs:
            await self.verify_code("a contract", address)
        return function.decode_result(data)

    async def read_many(
        self, address: bytes, function: AbiItem, many: Sequence[tuple[Any, ...]]
    ) -> list[tuple[Any, ...]]:
        """Call a view function of a contract with many lists of values, `READS_PER_REQUEST` at once."""
        calls = [(_format_call(Call(address, function.encode_call(*each)), None), "latest") for each in many]
        results: list[Any] = []
        for first in range(0, len(calls), READS_PER_REQUEST):
            results += await self.request_many("eth_call", calls[first : first + READS_PER_REQUEST])
        return [function.decode_result(_parse_bytes(result)) for result in results]

    async def estimate_gas(self, call: Call, sender: bytes) -> int:
        """Return the gas that a call would use now, or raise `CallRevertedError`."""
        try:
            return _parse_quantity(await self.request("eth_estimateGas", _format_call(call, sender)))
        except RpcRefusedError as error:
            if not _is_revert(error):
                raise
            reason = describe_revert(error.message, error.data, self._errors)
            raise CallRevertedError("the transaction", reason) from error

    async def send_raw(self, raw: bytes) -> None:
        """Hand a signed transaction to the node; raises `RpcRefusedError` if it does not take it."""
        await self.request("eth_sendRawTransaction", format_hex(raw))

    async def is_known(self, transaction_hash: bytes) -> bool:
        """Say whether the node knows a transaction, mined or waiting."""
        return await self.request("eth_getTransactionByHash", format_hex(transaction_hash)) is not None

    async def get_inclusion(self, transaction_hash: bytes) -> Inclusion | None:
        """Return where a transaction was mined; None if it was not."""
        receipt = await self.request("eth_getTransactionReceipt", format_hex(transaction_hash))
        if receipt is None or receipt.get("blockHash") is None:
            return None
        contract = receipt.get("contractAddress")
        return Inclusion(
            transaction_hash=transaction_hash,
            block_number=_parse_quantity(receipt["blockNumber"]),
            block_hash=_parse_bytes(receipt["blockHash"]),
            gas_used=_parse_quantity(receipt["gasUsed"]),
            gas_price_wei=_parse_quantity(receipt["effectiveGasPrice"]),
            succeeded=_parse_quantity(receipt["status"]) == 1,
            contract=_parse_bytes(contract) if contract else None,
        )

    async def get_logs(
        self, address: bytes, topics: Sequence[bytes | None], *, first_block: int, last_block: int
    ) -> tuple[Log, ...]:
        """Return the events of a contract in the blocks from first to last, both included, in their order."""
        logs = []
        for start in range(first_block, last_block + 1, LOG_BLOCKS_PER_REQUEST):
            end = min(last_block, start + LOG_BLOCKS_PER_REQUEST - 1)
            query = {
                "address": format_hex(address),
                "topics": [None if topic is None else format_hex(topic) for topic in topics],
                "fromBlock": hex(start),
                "toBlock": hex(end),
            }
            logs += [_parse_log(found) for found in await self.request("eth_getLogs", query)]
        return tuple(logs)


def describe_url(url: str) -> str:
    """Return scheme, host and port of a URL: paths and user names often carry keys."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}"


def format_hex(data: bytes) -> str:
    """Return bytes as JSON-RPC writes them."""
    return "0x" + data.hex()


def _format_block(block: int | str) -> str:
    return block if isinstance(block, str) else hex(block)


def _format_call(call: Call, sender: bytes | None) -> dict[str, str]:
    fields = {"data": format_hex(call.data), "value": hex(call.value_wei)}
    if call.target is not None:
        fields["to"] = format_hex(call.target)
    if sender is not None:
        fields["from"] = format_hex(sender)
    return fields


def _take_result(method: str, response: Mapping[str, Any]) -> Any:
    failure = response.get("error")
    if failure is not None:
        message, data = _parse_error(failure)
        raise RpcRefusedError(method, message, data)
    return response.get("result")


def _parse_quantity(value: Any) -> int:
    if not isinstance(value, str):
        raise RpcRefusedError("a request", f"a number was expected, the node gave {value!r:.80}")
    return int(value, 16)


def _parse_bytes(value: Any) -> bytes:
    if not isinstance(value, str):
        raise RpcRefusedError("a request", f"bytes were expected, the node gave {value!r:.80}")
    return bytes.fromhex(value.removeprefix("0x"))


def _parse_log(found: Any) -> Log:
    return Log(
        address=_parse_bytes(found["address"]),
        topics=tuple(_parse_bytes(topic) for topic in found["topics"]),
        data=_parse_bytes(found["data"]),
        block_number=_parse_quantity(found["blockNumber"]),
        block_hash=_parse_bytes(found["blockHash"]),
        transaction_hash=_parse_bytes(found["transactionHash"]),
    )


def _parse_error(failure: Any) -> tuple[str, bytes]:
    if not isinstance(failure, dict):
        return str(failure), b""
    data = failure.get("data")
    if isinstance(data, dict):
        data = data.get("data")
    is_hex = isinstance(data, str) and data.startswith("0x")
    return str(failure.get("message", failure)), bytes.fromhex(data[2:]) if is_hex and isinstance(
        data, str
    ) else b""


def _is_revert(error: RpcRefusedError) -> bool:
    return bool(error.data) or "revert" in error.message.lower()
