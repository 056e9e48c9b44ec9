"""ABCI's framing on the local socket."""

import asyncio
import contextlib
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from google.protobuf.message import DecodeError

from fieldproof.chain.application.server import MAXIMUM_MESSAGE_BYTES, AbciServer
from fieldproof.chain.errors import NodeError
from fieldproof.chain.messages.tendermint.abci import types_pb2 as abci

pytestmark = pytest.mark.asyncio


async def repeat(request: abci.Request) -> abci.Response:
    """Answer an echo with its message, a query with its path; fail on an empty message."""
    match request.WhichOneof("value"):
        case "echo" if request.echo.message:
            return abci.Response(echo=abci.ResponseEcho(message=request.echo.message))
        case "query":
            return abci.Response(query=abci.ResponseQuery(log=f"path {request.query.path!r}"))
        case "flush":
            return abci.Response(flush=abci.ResponseFlush())
        case _:
            raise LookupError("the handler fails")


class Serving:
    """A server that runs, and its end."""

    def __init__(self, socket: Path, task: asyncio.Task[None]) -> None:
        self.socket = socket
        self.task = task

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_unix_connection(self.socket)

    async def fail(self) -> BaseException:
        with pytest.raises(Exception) as failure:  # noqa: PT011 - which one is for the caller to say
            await asyncio.wait_for(self.task, 5)
        return failure.value


@pytest.fixture
async def serving(tmp_path: Path) -> AsyncIterator[Serving]:
    socket = tmp_path / "application.sock"
    task = asyncio.ensure_future(AbciServer(repeat, socket).serve())
    while not socket.exists():
        await asyncio.sleep(0.001)
    yield Serving(socket, task)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await task


def frame(data: bytes) -> bytes:
    length, head = len(data), b""
    while length >= 0x80:
        head += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + bytes([length]) + data


def ask(message: str) -> bytes:
    return frame(abci.Request(echo=abci.RequestEcho(message=message)).SerializeToString())


async def read(reader: asyncio.StreamReader) -> abci.Response:
    length = shift = 0
    while True:
        (byte,) = await reader.readexactly(1)
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return abci.Response.FromString(await reader.readexactly(length))


async def test_requests_are_answered_in_their_order(serving: Serving) -> None:
    reader, writer = await serving.connect()
    writer.write(b"".join(ask(f"message {number}") for number in range(20)))
    assert [(await read(reader)).echo.message for _ in range(20)] == [f"message {n}" for n in range(20)]


@pytest.mark.parametrize("size", [1, 126, 127, 128, 16_383, 16_384, 300_000])
async def test_lengths_of_one_byte_and_of_several_come_and_go(serving: Serving, size: int) -> None:
    reader, writer = await serving.connect()
    writer.write(ask("x" * size))
    assert len((await read(reader)).echo.message) == size


async def test_a_request_may_come_byte_by_byte(serving: Serving) -> None:
    reader, writer = await serving.connect()
    for byte in ask("y" * 200):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0)
    assert (await read(reader)).echo.message == "y" * 200


async def test_four_connections_are_served_side_by_side(serving: Serving) -> None:
    connections = [await serving.connect() for _ in range(4)]
    for number, (_, writer) in enumerate(connections):
        writer.write(ask(f"connection {number}"))
    answers = [(await read(reader)).echo.message for reader, _ in reversed(connections)]
    assert answers == [f"connection {number}" for number in reversed(range(4))]


async def test_a_flush_is_answered(serving: Serving) -> None:
    reader, writer = await serving.connect()
    writer.write(frame(abci.Request(flush=abci.RequestFlush()).SerializeToString()))
    assert (await read(reader)).WhichOneof("value") == "flush"


@pytest.mark.parametrize("sent", [b"", b"\x80", ask("half")[:4]])
async def test_a_client_that_goes_away_ends_nothing_but_its_connection(serving: Serving, sent: bytes) -> None:
    _, writer = await serving.connect()
    writer.write(sent)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    reader, writer = await serving.connect()
    writer.write(ask("still here"))
    assert (await read(reader)).echo.message == "still here"
    assert not serving.task.done()


async def test_a_client_that_goes_away_before_its_answer_ends_nothing_else(serving: Serving) -> None:
    _, writer = await serving.connect()
    writer.write(ask("z" * 300_000) * 5)
    await writer.drain()
    writer.transport.abort()
    reader, writer = await serving.connect()
    writer.write(ask("still here"))
    assert (await read(reader)).echo.message == "still here"


async def test_a_handler_that_fails_ends_the_server_with_its_own_exception(serving: Serving) -> None:
    reader, writer = await serving.connect()
    writer.write(ask(""))
    assert isinstance(await serving.fail(), LookupError)
    assert await reader.read() == b""
    assert not serving.socket.exists()


@pytest.mark.parametrize("length", [MAXIMUM_MESSAGE_BYTES + 1, 2**34])
async def test_a_message_longer_than_any_block_is_refused_before_it_is_read(
    serving: Serving, length: int
) -> None:
    _, writer = await serving.connect()
    head = b""
    while length >= 0x80:
        head += bytes([length & 0x7F | 0x80])
        length >>= 7
    writer.write(head + bytes([length]))
    failure = await serving.fail()
    assert isinstance(failure, NodeError)
    assert str(MAXIMUM_MESSAGE_BYTES) in str(failure)


async def test_the_longest_message_is_waited_for(serving: Serving) -> None:
    _, writer = await serving.connect()
    writer.write(b"\x80\x80\x80\x40")
    assert MAXIMUM_MESSAGE_BYTES == 0x40 << 21
    await asyncio.sleep(0.05)
    assert not serving.task.done()


async def test_a_length_that_does_not_end_is_refused(serving: Serving) -> None:
    _, writer = await serving.connect()
    writer.write(b"\x80" * 5)
    assert isinstance(await serving.fail(), NodeError)


async def test_bytes_that_are_no_request_end_the_server(serving: Serving) -> None:
    _, writer = await serving.connect()
    writer.write(frame(b"\xff\xff"))
    assert isinstance(await serving.fail(), DecodeError)


async def test_a_query_whose_path_is_no_text_asks_for_nothing_and_ends_nothing(serving: Serving) -> None:
    """CometBFT's RPC takes a path in hex, /abci_query?path=0xff, from anyone."""
    query = abci.Request(query=abci.RequestQuery(path="~")).SerializeToString().replace(b"~", b"\xff")
    reader, writer = await serving.connect()
    writer.write(frame(query))
    assert (await read(reader)).query.log == "path ''"
    assert not serving.task.done()


async def test_the_socket_is_for_its_owner_alone_and_replaces_one_that_was_left(tmp_path: Path) -> None:
    socket = tmp_path / "application.sock"
    socket.write_bytes(b"")
    task = asyncio.ensure_future(AbciServer(repeat, socket).serve())
    while not stat.S_ISSOCK(os.stat(socket).st_mode) or os.stat(socket).st_mode & 0o777 != 0o600:
        await asyncio.sleep(0.001)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert not socket.exists()
