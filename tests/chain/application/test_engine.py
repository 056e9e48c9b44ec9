"""The Engine API's client, against a server that says what it was asked."""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import jwt
import pytest
import uvicorn

from chain.application.application_samples import make_bytes
from chain.application.test_payload import PAYLOAD
from fieldproof.chain.application import engine as module
from fieldproof.chain.application.engine import (
    FIRST_PAUSE_S,
    LAST_PAUSE_S,
    ContractLog,
    EngineClient,
    PayloadStatus,
    Verdict,
)
from fieldproof.chain.application.payload import Attributes
from fieldproof.chain.errors import EngineError

pytestmark = pytest.mark.asyncio

SECRET = make_bytes("secret")
HEAD, ROOT = make_bytes("head"), make_bytes("root")
ATTRIBUTES = Attributes(5, make_bytes("randao"), make_bytes("fees", 20), PAYLOAD.withdrawals[0], ROOT)
VALID = {"status": "VALID", "latestValidHash": None, "validationError": None}


class ExecutionServer:
    """Answers what it is told to, and keeps what it was asked."""

    def __init__(self, port: int = 0) -> None:
        self.socket = bind(port)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.requests: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.answers: list[Any] = []
        """Each a result, or a pair of a status and a body."""

    async def __call__(
        self, scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]
    ) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        request = json.loads(body)
        self.requests.append(request)
        self.tokens.append(dict(scope["headers"])[b"authorization"].decode())
        answer = self.answers.pop(0)
        status, document = answer if isinstance(answer, tuple) else (200, {"result": answer})
        document = {"jsonrpc": "2.0", "id": request["id"], **document}
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(document).encode()})


def bind(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


@contextlib.asynccontextmanager
async def serve(server: ExecutionServer) -> AsyncIterator[None]:
    config = uvicorn.Config(server, lifespan="off", log_level="critical", interface="asgi3")
    running = uvicorn.Server(config)
    task = asyncio.ensure_future(running.serve(sockets=[server.socket]))
    try:
        while not running.started:
            await asyncio.sleep(0.001)
        yield
    finally:
        running.should_exit = True
        await task
        server.socket.close()


@pytest.fixture
async def server() -> AsyncIterator[ExecutionServer]:
    server = ExecutionServer()
    async with serve(server):
        yield server


@pytest.fixture
async def client(server: ExecutionServer) -> AsyncIterator[EngineClient]:
    async with EngineClient(server.url, SECRET) as client:
        yield client


async def test_every_request_has_a_fresh_token_signed_with_the_secret(
    server: ExecutionServer, client: EngineClient
) -> None:
    server.answers = ["0x1", "0x2"]
    await client.get_head_number()
    await asyncio.sleep(1.1)
    await client.get_head_number()
    tokens = [token.removeprefix("Bearer ") for token in server.tokens]
    claims = [
        jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_iat": False}) for token in tokens
    ]
    assert claims[0]["iat"] < claims[1]["iat"]
    assert abs(time.time() - claims[1]["iat"]) < 5
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(tokens[0], make_bytes("another"), algorithms=["HS256"])


async def test_requests_are_numbered_json_rpc(server: ExecutionServer, client: EngineClient) -> None:
    server.answers = ["0x10", "0x11"]
    assert [await client.get_head_number(), await client.get_head_number()] == [16, 17]
    assert server.requests == [
        {"jsonrpc": "2.0", "id": number, "method": "eth_blockNumber", "params": []} for number in (1, 2)
    ]


async def test_a_payload_is_submitted_with_its_root_and_requests_and_without_blobs(
    server: ExecutionServer, client: EngineClient
) -> None:
    server.answers = [VALID]
    assert await client.submit_payload(PAYLOAD, ROOT) == Verdict(PayloadStatus.VALID, "", None)
    (request,) = server.requests
    body, requests = PAYLOAD.to_json()
    assert request["method"] == "engine_newPayloadV4"
    assert request["params"] == [body, [], "0x" + ROOT.hex(), requests]


@pytest.mark.parametrize("status", list(PayloadStatus))
async def test_a_verdict_carries_status_and_reason(
    server: ExecutionServer, client: EngineClient, status: PayloadStatus
) -> None:
    server.answers = [{"status": status.value, "validationError": "because"}]
    assert await client.submit_payload(PAYLOAD, ROOT) == Verdict(status, "because", None)


async def test_a_head_is_safe_and_final_at_once(server: ExecutionServer, client: EngineClient) -> None:
    server.answers = [{"payloadStatus": VALID, "payloadId": None}]
    assert await client.set_head(HEAD) == Verdict(PayloadStatus.VALID, "", None)
    (request,) = server.requests
    head = "0x" + HEAD.hex()
    state = {"headBlockHash": head, "safeBlockHash": head, "finalizedBlockHash": head}
    assert (request["method"], request["params"]) == ("engine_forkchoiceUpdatedV3", [state, None])


async def test_a_head_with_attributes_names_what_is_being_built(
    server: ExecutionServer, client: EngineClient
) -> None:
    server.answers = [{"payloadStatus": VALID, "payloadId": "0x0123"}]
    assert (await client.set_head(HEAD, ATTRIBUTES)).payload_id == "0x0123"
    assert server.requests[0]["params"][1] == ATTRIBUTES.to_json()


async def test_what_was_built_is_taken_by_its_name(server: ExecutionServer, client: EngineClient) -> None:
    body, requests = PAYLOAD.to_json()
    server.answers = [{"executionPayload": body, "executionRequests": requests}]
    assert await client.get_payload("0x0123") == PAYLOAD
    assert (server.requests[0]["method"], server.requests[0]["params"]) == ("engine_getPayloadV5", ["0x0123"])


async def test_a_block_that_the_client_has_not_has_no_hash(
    server: ExecutionServer, client: EngineClient
) -> None:
    server.answers = [{"hash": "0x" + HEAD.hex()}, None]
    assert [await client.get_block_hash(7), await client.get_block_hash(8)] == [HEAD, None]
    assert [request["params"] for request in server.requests] == [["0x7", False], ["0x8", False]]


async def test_events_are_read_by_the_blocks_hash(server: ExecutionServer, client: EngineClient) -> None:
    contract = make_bytes("contract", 20)
    server.answers = [[{"topics": ["0x" + ROOT.hex()], "data": "0x0102"}, {"topics": [], "data": "0x"}]]
    assert await client.get_logs(contract, HEAD) == [ContractLog((ROOT,), b"\1\2"), ContractLog((), b"")]
    assert server.requests[0]["params"] == [
        {"address": "0x" + contract.hex(), "blockHash": "0x" + HEAD.hex()}
    ]


async def test_views_are_called_at_the_blocks_hash(server: ExecutionServer, client: EngineClient) -> None:
    contract = make_bytes("contract", 20)
    server.answers = ["0x0a"]
    assert await client.call(contract, b"\7", HEAD) == b"\n"
    call = {"to": "0x" + contract.hex(), "data": "0x07"}
    assert server.requests[0]["params"] == [call, {"blockHash": "0x" + HEAD.hex()}]


async def test_an_error_of_the_client_is_raised_with_its_words_and_number(
    server: ExecutionServer, client: EngineClient
) -> None:
    server.answers = [(200, {"error": {"code": -38002, "message": "Invalid forkchoice state"}})]
    with pytest.raises(
        EngineError, match=r"^engine_forkchoiceUpdatedV3: Invalid forkchoice state \(-38002\)$"
    ):
        await client.set_head(HEAD)


@pytest.mark.parametrize("status", [401, 429, 503])
async def test_a_client_that_does_not_serve_is_asked_again(
    server: ExecutionServer, client: EngineClient, status: int
) -> None:
    server.answers = [(status, {}), (status, {}), "0x5"]
    assert await client.get_head_number() == 5
    assert len(server.requests) == 3


async def test_a_client_that_is_away_is_waited_for() -> None:
    server = ExecutionServer()
    server.answers = ["0x5"]
    async with EngineClient(server.url, SECRET) as client:
        asked = asyncio.ensure_future(client.get_head_number())
        await asyncio.sleep(3 * FIRST_PAUSE_S)
        assert not asked.done()
        async with serve(server):
            assert await asyncio.wait_for(asked, 10) == 5
    assert len(server.requests) == 1


async def test_a_client_that_goes_away_and_comes_back_is_asked_again() -> None:
    server = ExecutionServer()
    server.answers = ["0x5"]
    async with EngineClient(server.url, SECRET) as client:
        async with serve(server):
            assert await client.get_head_number() == 5
        asked = asyncio.ensure_future(client.get_head_number())
        await asyncio.sleep(2 * FIRST_PAUSE_S)
        assert not asked.done()
        again = ExecutionServer(int(server.url.rpartition(":")[2]))
        again.answers = ["0x6"]
        async with serve(again):
            assert await asyncio.wait_for(asked, 10) == 6


async def test_pauses_double_from_the_first_to_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def note(pause_s: float) -> None:
        pauses.append(pause_s)
        if len(pauses) == 8:
            raise asyncio.CancelledError

    monkeypatch.setattr(module.asyncio, "sleep", note)
    server = ExecutionServer()
    with server.socket:
        async with EngineClient(server.url, SECRET) as client:
            with pytest.raises(asyncio.CancelledError):
                await client.get_head_number()
    assert pauses == [min(FIRST_PAUSE_S * 2**tries, LAST_PAUSE_S) for tries in range(8)]
    assert pauses[-1] == LAST_PAUSE_S
