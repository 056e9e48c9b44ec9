"""Reading a request's body within bounds of size, time and number."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request

from fieldproof.ingest.errors import BusyError

BODY_TIMEOUT_S = 10
"""A body that takes longer is given up, so that slow senders hold no place."""


class OversizedError(Exception):
    """The body is larger than allowed; `beginning` is what was read of it."""

    def __init__(self, beginning: bytes) -> None:
        super().__init__("body too large")
        self.beginning = beginning


class SlowBodyError(Exception):
    """The body did not come in time."""


class Gate:
    """Counts what is under way and turns away what would be too much."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.in_flight = 0

    @asynccontextmanager
    async def enter(self) -> AsyncIterator[None]:
        """Hold a place, or raise `BusyError`."""
        if self.in_flight >= self._limit:
            raise BusyError(f"{self._limit} requests are under way")
        self.in_flight += 1
        try:
            yield
        finally:
            self.in_flight -= 1


async def read_body(request: Request, limit_bytes: int) -> bytes:
    """Return the whole body; stop reading as soon as it is known to be too large.

    Raises `OversizedError`, `SlowBodyError`, or starlette's `ClientDisconnect`.
    """
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > limit_bytes:
        raise OversizedError(b"")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit_bytes:
                    raise OversizedError(bytes(body[:limit_bytes]))
    except TimeoutError as error:
        raise SlowBodyError from error
    return bytes(body)
