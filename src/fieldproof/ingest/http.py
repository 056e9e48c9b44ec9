"""The gateway over HTTP: packets and seals in, receipts out.

A refusal is JSON of reason, detail and hint with a status of the 4xx kind; 503 with Retry-After means
that nothing was kept and the same bytes may be sent again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.requests import ClientDisconnect

from fieldproof.core import FieldproofError
from fieldproof.ingest.body import Gate, OversizedError, SlowBodyError, read_body
from fieldproof.ingest.errors import BusyError
from fieldproof.ingest.metrics import CONTENT_TYPE, GatewayMetrics
from fieldproof.ingest.page import render_page
from fieldproof.ingest.pipeline import Answer, Pipeline, Receipted
from fieldproof.protocol import MAXIMUM_PACKET_BYTES, MAXIMUM_SEAL_BYTES, Reason
from fieldproof.store import Store, StoreUnavailableError

PACKETS_IN_FLIGHT = 512
"""Packets under way; with their bodies they stay below 40 MB."""
SEALS_IN_FLIGHT = 256
"""Seals under way: as many as the greatest cohort has devices."""

RETRY_AFTER_S = 1
READINESS_KEPT_S = 2.0
"""How long one answer of the disk holds for further readiness requests."""

_STATUS = {
    Reason.TOO_LARGE: 413,
    Reason.MALFORMED: 400,
    Reason.WRONG_NETWORK: 421,
    Reason.UNKNOWN_DEVICE: 403,
    Reason.INACTIVE_DEVICE: 403,
    Reason.UNPROVEN_REGISTRATION: 403,
    Reason.WRONG_ALGORITHM: 403,
    Reason.BAD_SIGNATURE: 403,
    Reason.HIGH_S: 403,
    Reason.INDEX_CONFLICT: 409,
    Reason.ALREADY_SEALED: 409,
    Reason.CONFLICTING_SEAL: 409,
    Reason.SEAL_INCOMPLETE: 409,
    Reason.WINDOW_CLOSED: 410,
}
"""HTTP status of each reason; 422 for all others: well-formed, but not to be had."""

_RECEIPT_TYPE = "application/cose"
_log = structlog.get_logger(__name__)
_Accept = Callable[[bytes], Awaitable[Answer]]


def create_app(
    pipeline: Pipeline,
    store: Store,
    *,
    metrics: GatewayMetrics | None = None,
    packets_in_flight: int = PACKETS_IN_FLIGHT,
    seals_in_flight: int = SEALS_IN_FLIGHT,
) -> FastAPI:
    """Build the gateway's HTTP application around a pipeline; the caller owns pipeline and store."""
    numbers = metrics or GatewayMetrics()
    # One gate each: a flood of seals must not keep packets out.
    gates = {"packet": Gate(packets_in_flight), "seal": Gate(seals_in_flight)}
    readiness = _Readiness(store)
    app = FastAPI(
        title="Fieldproof gateway",
        description="Signed packets and seals in, signed receipts out.",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )

    async def take(kind: str, request: Request, limit_bytes: int, accept: _Accept) -> Response:
        is_body_left = False
        try:
            async with gates[kind].enter():
                try:
                    body = await read_body(request, limit_bytes)
                    started = time.perf_counter()
                    answer = await accept(body)
                except OversizedError as error:
                    started = time.perf_counter()
                    answer = await pipeline.refuse_oversized(error.beginning, limit_bytes)
                    is_body_left = True
        except SlowBodyError:
            return _hang_up(_problem(408, "slow-body", "the body did not come in time", "Send it again."))
        except ClientDisconnect:
            return Response(status_code=400)
        except BusyError as error:
            numbers.count_unavailable("busy")
            return _unavailable("busy", str(error))
        except StoreUnavailableError as error:
            numbers.count_unavailable("store")
            _log.error("nothing kept", kind=kind, error=str(error))
            return _unavailable("store-unavailable", "the log cannot be written; nothing was kept")
        except FieldproofError as error:
            numbers.count_unavailable("check")
            _log.error("could not be checked", kind=kind, error=str(error))
            return _unavailable("check-unavailable", "it could not be checked; nothing was kept")
        numbers.count_answer(kind, answer, time.perf_counter() - started)
        response = _respond(kind, answer)
        return _hang_up(response) if is_body_left else response

    @app.post("/v1/packets", **_describe("Send a packet", "application/cose", MAXIMUM_PACKET_BYTES))
    async def post_packet(request: Request) -> Response:
        """Take a COSE_Sign1 packet and answer with its receipt."""
        return await take("packet", request, MAXIMUM_PACKET_BYTES, pipeline.accept_packet)

    @app.post("/v1/seals", **_describe("Send a seal", "application/cbor", MAXIMUM_SEAL_BYTES))
    async def post_seal(request: Request) -> Response:
        """Take the seal of a device's window and answer with its receipt."""
        return await take("seal", request, MAXIMUM_SEAL_BYTES, pipeline.accept_seal)

    @app.get("/live", summary="Whether the process answers")
    async def get_live() -> dict[str, str]:
        """Answer while the process is there."""
        return {"status": "live"}

    @app.get("/ready", summary="Whether packets can be kept", responses={503: {"description": "Not ready"}})
    async def get_ready() -> Response:
        """Answer 200 while the log can be written, else 503."""
        if await readiness.is_ready():
            return JSONResponse({"status": "ready"})
        return _unavailable("store-unavailable", "the log cannot be written")

    @app.get("/metrics", summary="Numbers for Prometheus", response_class=Response)
    async def get_metrics() -> Response:
        """Return the gateway's numbers."""
        for kind, gate in gates.items():
            numbers.set_in_flight(kind, gate.in_flight)
        return Response(numbers.render(), media_type=CONTENT_TYPE)

    @app.get("/docs", include_in_schema=False)
    async def get_page() -> HTMLResponse:
        """Return the description of this interface as a page that needs nothing from elsewhere."""
        return HTMLResponse(render_page(app.openapi()))

    return app


class _Readiness:
    """Asks the disk, but not more often than its answer may have changed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = asyncio.Lock()
        self._asked_at = float("-inf")
        self._is_ready = False

    async def is_ready(self) -> bool:
        async with self._lock:
            if time.monotonic() - self._asked_at >= READINESS_KEPT_S:
                try:
                    await asyncio.to_thread(self._store.check_writable)
                    self._is_ready = True
                except StoreUnavailableError:
                    self._is_ready = False
                self._asked_at = time.monotonic()
            return self._is_ready


def _respond(kind: str, answer: Answer) -> Response:
    if isinstance(answer, Receipted):
        return Response(answer.receipt, media_type=_RECEIPT_TYPE)
    verdict = answer.verdict
    _log.info("refused", kind=kind, reason=verdict.reason.value, detail=verdict.detail)
    return _problem(
        _STATUS.get(verdict.reason, 422), verdict.reason.value, verdict.detail, verdict.reason.hint
    )


def _problem(status: int, reason: str, detail: str, hint: str) -> JSONResponse:
    return JSONResponse({"reason": reason, "detail": detail, "hint": hint}, status_code=status)


def _hang_up(response: Response) -> Response:
    """Have the connection closed, so that what is left of the body is not read."""
    response.headers["Connection"] = "close"
    return response


def _unavailable(reason: str, detail: str) -> JSONResponse:
    response = _problem(503, reason, detail, "Keep what you have and send it again.")
    response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _describe(summary: str, content_type: str, limit_bytes: int) -> dict[str, Any]:
    binary = {"schema": {"type": "string", "format": "binary", "maxLength": limit_bytes}}
    refusal = {
        "type": "object",
        "required": ["reason", "detail", "hint"],
        "properties": {
            "reason": {"type": "string", "enum": [reason.value for reason in Reason]},
            "detail": {"type": "string"},
            "hint": {"type": "string"},
        },
    }
    refused = {"description": "Refused for a reason", "content": {"application/json": {"schema": refusal}}}
    return {
        "summary": summary,
        "response_class": Response,
        "openapi_extra": {"requestBody": {"required": True, "content": {content_type: binary}}},
        "responses": {
            200: {
                "description": "The receipt, a COSE_Sign1 of the gateway's key",
                "content": {_RECEIPT_TYPE: {"schema": {"type": "string", "format": "binary"}}},
            },
            **dict.fromkeys(sorted({*_STATUS.values(), 422}), refused),
            503: {"description": "Nothing was kept; send the same bytes again after Retry-After seconds"},
        },
    }
