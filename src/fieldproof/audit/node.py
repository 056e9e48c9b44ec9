"""The chain as an audit reads it: JSON-RPC with Python's own library, at one block."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from fieldproof.audit.errors import NodeError
from fieldproof.core.abi import AbiItem
from fieldproof.settle import Block, Log

TRIES = 5
TIMEOUT_S = 30.0
_FIRST_PAUSE_S = 0.3
_LOG_BLOCKS_PER_REQUEST = 5_000

Pause = Callable[[float], None]


class Node:
    """Reads one chain as it stood at its newest block when the audit began."""

    def __init__(self, url: str, *, chain_id: int, pause: Pause = time.sleep) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https"):
            raise NodeError(
                f"{parts.scheme or 'nothing'} is no way to a node", hint="Give an http or https URL."
            )
        self._url = url
        self._pause = pause
        # Paths and user names of such URLs often carry keys.
        self.shown_url = f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
        found = int(self.request("eth_chainId"), 16)
        if found != chain_id:
            raise NodeError(
                f"the node at {self.shown_url} serves chain {found}, the network lives on chain {chain_id}",
                hint=f"Use the URL of a node of chain {chain_id}.",
            )
        head = self.request("eth_getBlockByNumber", "latest", False)
        self.head = Block(int(head["number"], 16), _to_bytes(head["hash"]), int(head["timestamp"], 16))

    def request(self, method: str, *parameters: object) -> Any:
        """Return the result of a method; `NodeError` after five tries without an answer, or for a refusal."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "fieldproof-audit"}
        pause_s = _FIRST_PAUSE_S
        for attempt in range(1, TRIES + 1):
            try:
                # The scheme was checked: no file is ever opened.
                request = urllib.request.Request(self._url, body, headers)  # noqa: S310
                with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310
                    answer = json.load(response)
                break
            except (urllib.error.URLError, OSError, ValueError) as error:
                if attempt == TRIES:
                    raise NodeError(
                        f"the node at {self.shown_url} did not answer {TRIES} tries ({type(error).__name__})",
                        hint="Check that it runs and that the URL is right.",
                    ) from error
            self._pause(pause_s)
            pause_s *= 2
        failure = answer.get("error")
        if failure is not None:
            message = failure.get("message", failure) if isinstance(failure, dict) else failure
            raise NodeError(f"the node refused {method}: {str(message)[:300]}")
        return answer.get("result")

    def call(self, address: bytes, function: AbiItem, *values: object) -> tuple[Any, ...]:
        """Return the results of a view function at the head."""
        call = {"to": _to_hex(address), "data": _to_hex(function.encode_call(*values))}
        data = _to_bytes(self.request("eth_call", call, hex(self.head.number)))
        if not data:
            raise NodeError(
                f"there is no contract with {function.name} at {_to_hex(address)}",
                hint="Is this the chain on which the network was made, and not one started anew?",
            )
        return function.decode_result(data)

    def get_logs(self, address: bytes, first_block: int) -> tuple[Log, ...]:
        """Return all events of a contract from `first_block` to the head, in their order."""
        logs = []
        for start in range(first_block, self.head.number + 1, _LOG_BLOCKS_PER_REQUEST):
            end = min(self.head.number, start + _LOG_BLOCKS_PER_REQUEST - 1)
            query = {"address": _to_hex(address), "fromBlock": hex(start), "toBlock": hex(end)}
            logs += [_parse_log(found) for found in self.request("eth_getLogs", query)]
        return tuple(logs)


def _parse_log(found: Any) -> Log:
    return Log(
        address=_to_bytes(found["address"]),
        topics=tuple(_to_bytes(topic) for topic in found["topics"]),
        data=_to_bytes(found["data"]),
        block_number=int(found["blockNumber"], 16),
        block_hash=_to_bytes(found["blockHash"]),
        transaction_hash=_to_bytes(found["transactionHash"]),
    )


def _to_hex(data: bytes) -> str:
    return "0x" + data.hex()


def _to_bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
