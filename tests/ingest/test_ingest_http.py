"""The gateway over a real socket."""

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from gateway_rig import KEY, SETTINGS, WINDOW, Rig, sign_packet, sign_seal

from fieldproof.core import FieldproofError, Point, PythonArithmetic
from fieldproof.ingest import PortTakenError, create_app, keep_closing, open_port, serve
from fieldproof.protocol import ReceiptKind, verify_receipt
from fieldproof.store import StoreUnavailableError

GATE_LIMIT = 2


@pytest.fixture
async def client(rig: Rig) -> AsyncIterator[httpx.AsyncClient]:
    listener = open_port("127.0.0.1", 0)
    port = listener.getsockname()[1]
    stop = asyncio.Event()
    app = create_app(rig.pipeline, rig.store, packets_in_flight=GATE_LIMIT)
    serving = asyncio.create_task(serve(app, listener, stop))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        yield client
    stop.set()
    await serving


async def test_a_packet_and_its_seal_get_receipts(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/packets", content=sign_packet())
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/cose")
    assert verify_receipt(answer.content, KEY.address).kind is ReceiptKind.PACKET
    answer = await client.post("/v1/seals", content=sign_seal())
    assert answer.status_code == 200
    assert verify_receipt(answer.content, KEY.address).kind is ReceiptKind.SEAL


@pytest.mark.parametrize(
    ("path", "body", "status", "reason"),
    [
        ("/v1/packets", b"rubbish", 400, "malformed"),
        ("/v1/packets", sign_packet(window=WINDOW + 9), 422, "window-in-future"),
        ("/v1/packets", sign_packet()[:-1] + b"\0", 403, "bad-signature"),
        ("/v1/packets", sign_packet(window=WINDOW - 2), 410, "window-closed"),
        ("/v1/packets", bytes(65_537), 413, "too-large"),
        ("/v1/packets", sign_packet(network=bytes(32)), 421, "wrong-network"),
        ("/v1/seals", bytes(513), 413, "too-large"),
        ("/v1/seals", sign_seal(), 409, "seal-incomplete"),
    ],
)
async def test_a_refusal_says_reason_detail_and_hint(
    client: httpx.AsyncClient, path: str, body: bytes, status: int, reason: str
) -> None:
    answer = await client.post(path, content=body)
    assert answer.status_code == status
    problem = answer.json()
    assert problem["reason"] == reason
    assert problem["detail"]
    assert problem["hint"]


async def test_a_large_body_is_refused_before_it_is_read(client: httpx.AsyncClient) -> None:
    """Neither a declared length nor an endless stream fills the memory."""
    host, port = client.base_url.host, client.base_url.port
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"POST /v1/packets HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n")
    assert b"413" in await asyncio.wait_for(reader.readline(), 60)
    writer.close()
    sent = 0

    async def stream() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1_000):
            sent += 65_536
            yield bytes(65_536)

    try:
        answer = await client.post("/v1/packets", content=stream())
        assert answer.status_code == 413
    except httpx.TransportError:
        pass  # the gateway closed the connection while the sender was still sending
    assert sent < 500 * 65_536


async def test_too_many_requests_at_once_are_told_to_come_again(
    client: httpx.AsyncClient,
) -> None:
    host, port = client.base_url.host, client.base_url.port
    slow = [await asyncio.open_connection(host, port) for _ in range(GATE_LIMIT)]
    for _, writer in slow:
        writer.write(b"POST /v1/packets HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
        await writer.drain()
    for _ in range(600):
        answer = await client.post("/v1/packets", content=sign_packet())
        if answer.status_code == 503:
            break
    assert (answer.status_code, answer.json()["reason"]) == (503, "busy")
    assert (await client.post("/v1/seals", content=sign_seal())).status_code == 409, (
        "seals have a gate of their own"
    )
    assert 'in_flight{kind="packet"} 2.0' in (await client.get("/metrics")).text
    assert answer.headers["retry-after"] == "1"
    for _, writer in slow:
        writer.close()
        await writer.wait_closed()
    for _ in range(600):
        answer = await client.post("/v1/packets", content=sign_packet())
        if answer.status_code == 200:
            break
        await asyncio.sleep(0.01)
    assert answer.status_code == 200
    assert 'fieldproof_unavailable_total{cause="busy"}' in (await client.get("/metrics")).text


async def test_a_slow_body_is_given_up(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fieldproof.ingest.body.BODY_TIMEOUT_S", 0.1)
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    writer.write(b"POST /v1/packets HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
    assert b"408" in await asyncio.wait_for(reader.readline(), 60)
    writer.close()


async def test_it_is_live_ready_measured_and_described(client: httpx.AsyncClient) -> None:
    assert (await client.get("/live")).json() == {"status": "live"}
    assert (await client.get("/ready")).json() == {"status": "ready"}
    await client.post("/v1/packets", content=sign_packet())
    await client.post("/v1/packets", content=b"rubbish")
    numbers = (await client.get("/metrics")).text
    assert 'fieldproof_receipts_total{kind="packet",repeated="false"} 1.0' in numbers
    assert 'fieldproof_refusals_total{kind="packet",reason="malformed"} 1.0' in numbers
    document = (await client.get("/openapi.json")).json()
    assert set(document["paths"]) >= {"/v1/packets", "/v1/seals", "/live", "/ready", "/metrics"}
    packets = document["paths"]["/v1/packets"]["post"]
    assert packets["requestBody"]["content"]["application/cose"]["schema"]["maxLength"] == 65_536
    assert {"200", "400", "403", "409", "413", "503"} <= set(packets["responses"])
    page = (await client.get("/docs")).text
    assert "POST /v1/packets" in page
    assert "http://" not in page
    assert "https://" not in page


async def test_windows_close_on_the_clock_without_anybody_sending(rig: Rig) -> None:
    stop = asyncio.Event()
    closing = asyncio.create_task(keep_closing(SETTINGS, rig.store, rig.clock, stop))
    await rig.pipeline.accept_packet(sign_packet())
    await rig.pipeline.accept_seal(sign_seal())
    rig.clock.set_ms(SETTINGS.calendar.compute_close_ms(WINDOW))
    for _ in range(600):
        await asyncio.sleep(0.05)
        if rig.store.windows.get_closed_until(SETTINGS.network_id) == WINDOW + 1:
            break
    (job,) = rig.store.jobs.get_jobs(SETTINGS.network_id)
    assert (job.job.window, job.job.cohort) == (WINDOW, 0)
    stop.set()
    await closing


async def test_a_disk_that_fails_is_answered_with_503_and_no_receipt(
    client: httpx.AsyncClient, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreUnavailableError(rig.folder, "no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(rig.store.log, "append_packet", fail)
        patch.setattr(rig.store, "check_writable", fail)
        answer = await client.post("/v1/packets", content=sign_packet())
        assert (answer.status_code, answer.json()["reason"]) == (503, "store-unavailable")
        assert "no space" not in answer.text
        assert (await client.get("/ready")).status_code == 503
        assert (await client.get("/live")).status_code == 200
    answer = await client.post("/v1/packets", content=sign_packet())
    assert answer.status_code == 200


async def test_arithmetic_that_fails_is_answered_with_503_and_tried_again(
    client: httpx.AsyncClient, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dead(PythonArithmetic):
        def multiply(self, scalar: int, point: Point) -> Point:
            raise FieldproofError("the process that computes has died")

    await client.post("/v1/packets", content=sign_packet())
    with monkeypatch.context() as patch:
        patch.setattr(rig.pipeline, "_arithmetic", Dead())
        answer = await client.post("/v1/seals", content=sign_seal())
    assert (answer.status_code, answer.json()["reason"]) == (503, "check-unavailable")
    assert "died" not in answer.text
    assert (await client.post("/v1/seals", content=sign_seal())).status_code == 200


def test_a_taken_port_is_said_clearly() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(PortTakenError, match="cannot be listened on: Address already in use") as error:
            open_port("127.0.0.1", other.getsockname()[1])
    assert "another port" in str(error.value.hint)
