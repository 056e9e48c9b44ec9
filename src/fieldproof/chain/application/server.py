"""ABCI over a local socket: requests of CometBFT in, responses out, in order on each of its four connections.

The socket is a file in the node's own folder: whoever can open it can speak for consensus (CometBFT's
specification, "Client and Server").
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from google.protobuf.message import DecodeError

from fieldproof.chain.messages.framing import frame_message, read_message
from fieldproof.chain.messages.tendermint.abci import types_pb2 as abci

MAXIMUM_MESSAGE_BYTES = 128 * 2**20
"""More than the largest block that CometBFT can carry (100 MiB) and what goes around it."""

_QUERY_TAG = bytes([abci.Request.QUERY_FIELD_NUMBER << 3 | 2])
"""First byte of a query: its field, of bytes."""

Handler = Callable[[abci.Request], Awaitable[abci.Response]]


class AbciServer:
    """Serves one handler. An exception of it ends the server: better no answer than a wrong one."""

    def __init__(self, handler: Handler, socket: Path) -> None:
        self._handler = handler
        self._socket = socket
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def serve(self) -> None:
        """Serve until cancelled, or until the handler raises, which passes through."""
        self._socket.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._serve_connection, self._socket)
        os.chmod(self._socket, 0o600)
        try:
            await self._failed
        finally:
            server.close()
            self._socket.unlink(missing_ok=True)

    async def _serve_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (data := await read_message(reader, MAXIMUM_MESSAGE_BYTES)) is not None:
                request = _parse(data)
                response = await self._handler(request)
                writer.write(frame_message(response))
                if request.WhichOneof("value") == "flush":
                    await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # CometBFT went away: it connects again, or is started again.
        except Exception as failure:
            if not self._failed.done():
                self._failed.set_exception(failure)
        finally:
            writer.close()


def _parse(data: bytes) -> abci.Request:
    """Return the request; raise `DecodeError` if it is none.

    CometBFT passes on whatever path a stranger asks for, be it text or not: what is no text asks for nothing.
    """
    try:
        return abci.Request.FromString(data)
    except DecodeError:
        if data[:1] != _QUERY_TAG:
            raise
        return abci.Request(query=abci.RequestQuery())
