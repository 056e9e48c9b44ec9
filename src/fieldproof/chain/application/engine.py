"""The Engine API of the execution client (execution-apis, "Engine API", Osaka), and what a block reads.

Every request carries a fresh token signed with the secret that both processes read from a file. A client that
does not answer is asked again without bound: a node whose execution client is away waits, it never guesses.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

import httpx
import jwt
import structlog

from fieldproof.chain.application.payload import Attributes, Payload
from fieldproof.chain.errors import EngineError

FIRST_PAUSE_S = 0.05
LAST_PAUSE_S = 2.0
"""Between two tries while nobody answers; doubled from the first to the last."""

SILENT_PAUSE_S = 1.0
"""A client that is only starting is not worth a word: what is said, is said from this pause on."""

_REQUEST_TIMEOUT_S = 30.0
_log = structlog.get_logger()


class PayloadStatus(StrEnum):
    """What the execution client says of a block or a head."""

    VALID = "VALID"
    INVALID = "INVALID"
    SYNCING = "SYNCING"
    ACCEPTED = "ACCEPTED"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer to a new payload or a new head."""

    status: PayloadStatus
    error: str
    """Why it is invalid; empty otherwise."""
    payload_id: str | None
    """Names what is being built, where attributes were given."""


@dataclass(frozen=True, slots=True)
class ContractLog:
    """An event of a contract."""

    topics: tuple[bytes, ...]
    data: bytes


class EngineClient:
    """One execution client behind its authenticated port."""

    def __init__(self, url: str, secret: bytes) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=_REQUEST_TIMEOUT_S, trust_env=False)
        self._secret = secret
        self._number = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def submit_payload(self, payload: Payload, beacon_root: bytes) -> Verdict:
        """Have a block executed. It does not become the head."""
        body, requests = payload.to_json()
        answer = await self._request("engine_newPayloadV4", body, [], _hex(beacon_root), requests)
        return _parse_verdict(answer)

    async def set_head(self, block_hash: bytes, attributes: Attributes | None = None) -> Verdict:
        """Make a block head, safe and final at once; with attributes, begin to build on it."""
        head = _hex(block_hash)
        state = {"headBlockHash": head, "safeBlockHash": head, "finalizedBlockHash": head}
        built = None if attributes is None else attributes.to_json()
        answer = await self._request("engine_forkchoiceUpdatedV3", state, built)
        return _parse_verdict(answer["payloadStatus"], answer.get("payloadId"))

    async def get_payload(self, payload_id: str) -> Payload:
        """Take what was built."""
        answer = await self._request("engine_getPayloadV5", payload_id)
        return Payload.from_json(answer["executionPayload"], answer.get("executionRequests") or [])

    async def get_block_hash(self, number: int) -> bytes | None:
        """Return the hash of the canonical block of a number; None if the client has none."""
        block = await self._request("eth_getBlockByNumber", hex(number), False)
        return None if block is None else bytes.fromhex(block["hash"][2:])

    async def get_head_number(self) -> int:
        """Return the number of the client's head."""
        return int(await self._request("eth_blockNumber"), 16)

    async def get_logs(self, contract: bytes, block_hash: bytes) -> Sequence[ContractLog]:
        """Return a contract's events of one block, in order."""
        found = await self._request("eth_getLogs", {"address": _hex(contract), "blockHash": _hex(block_hash)})
        return [
            ContractLog(
                tuple(bytes.fromhex(topic[2:]) for topic in entry["topics"]), bytes.fromhex(entry["data"][2:])
            )
            for entry in found
        ]

    async def call(self, contract: bytes, data: bytes, block_hash: bytes) -> bytes:
        """Call a contract's view at a block."""
        request = {"to": _hex(contract), "data": _hex(data)}
        answer = await self._request("eth_call", request, {"blockHash": _hex(block_hash)})
        return bytes.fromhex(answer[2:])

    async def _request(self, method: str, *parameters: Any) -> Any:
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                return await self._request_once(method, parameters)
            except (httpx.TransportError, httpx.HTTPStatusError) as failure:
                if pause_s >= SILENT_PAUSE_S:
                    cause = type(failure).__name__
                    _log.warning("execution client does not answer", method=method, cause=cause)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LAST_PAUSE_S)

    async def _request_once(self, method: str, parameters: Sequence[Any]) -> Any:
        self._number += 1
        token = jwt.encode({"iat": int(time.time())}, self._secret, algorithm="HS256")
        response = await self._client.post(
            "/",
            json={"jsonrpc": "2.0", "id": self._number, "method": method, "params": parameters},
            headers={"Authorization": f"Bearer {token}"},
        )
        response.raise_for_status()
        answer = response.json()
        if "error" in answer:
            raise EngineError(f"{method}: {answer['error'].get('message')} ({answer['error'].get('code')})")
        return answer["result"]


def _parse_verdict(answer: dict[str, Any], payload_id: str | None = None) -> Verdict:
    return Verdict(PayloadStatus(answer["status"]), answer.get("validationError") or "", payload_id)


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
