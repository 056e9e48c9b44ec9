"""Serving the gateway: the port, and an orderly stop."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from fieldproof.ingest.errors import PortTakenError

CONNECTION_BACKLOG = 1_024
CONNECTIONS_LIMIT = 2_048
"""Connections at the same time; further ones get 503 at once."""
STOP_TIMEOUT_S = 10
"""How long requests under way may still take after a stop was asked for."""


def open_port(host: str, port: int) -> socket.socket:
    """Listen on an address; port 0 takes a free one. Raises `PortTakenError`."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(CONNECTION_BACKLOG)
    except OSError as error:
        listener.close()
        raise PortTakenError(host, port, error.strerror or str(error)) from error
    listener.setblocking(False)
    return listener


class _EmbeddedServer(uvicorn.Server):
    """Leaves signals to whoever runs the whole process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(app: FastAPI, listener: socket.socket, stop: asyncio.Event) -> None:
    """Answer requests until `stop` is set, then let those under way finish and close the listener."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        limit_concurrency=CONNECTIONS_LIMIT,
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
    )
    server = _EmbeddedServer(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        server.should_exit = True
        stopping.cancel()
        await serving
        listener.close()
