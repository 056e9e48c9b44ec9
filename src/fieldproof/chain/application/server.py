"""ABCI over a local socket: requests of CometBFT in, responses out, in order on each of its four connections.

A message is its length as a varint, then its bytes (CometBFT's specification, "Client and Server"). The
socket is a file in the node's own folder: whoever can open it can speak for consensus.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from google.protobuf.message import DecodeError

from fieldproof.chain.errors import NodeError
from fieldproof.chain.messages.tendermint.abci import types_pb2 as abci

MAXIMUM_MESSAGE_BYTES = 128 * 2**20
"""More than the largest block that CometBFT can carry (100 MiB) and what goes around it."""

_MAXIMUM_VARINT_BYTES = 5
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
            while (data := await _read_message(reader)) is not None:
                request = _parse(data)
                response = await self._handler(request)
                writer.write(_frame(response))
                if request.WhichOneof("value") == "flush":
                    await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # CometBFT went away: it connects again, or is started again.
        except Exception as failure:
            if not self._failed.done():
                self._failed.set_exception(failure)
        finally:
            writer.close()


async def _read_message(reader: asyncio.StreamReader) -> bytes | None:
    length = shift = 0
    for place in range(_MAXIMUM_VARINT_BYTES):
        byte = await reader.read(1)
        if not byte:
            if place:
                raise asyncio.IncompleteReadError(b"", 1)
            return None
        length |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            break
        shift += 7
    else:
        raise NodeError("CometBFT sent a length of more bytes than any message needs")
    if length > MAXIMUM_MESSAGE_BYTES:
        raise NodeError(f"CometBFT sent a message of {length} bytes; {MAXIMUM_MESSAGE_BYTES} are possible")
    return await reader.readexactly(length)


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


def _frame(response: abci.Response) -> bytes:
    data = response.SerializeToString()
    length, head = len(data), bytearray()
    while length >= 0x80:
        head.append(length & 0x7F | 0x80)
        length >>= 7
    head.append(length)
    return bytes(head) + data
