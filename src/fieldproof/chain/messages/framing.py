"""Messages on CometBFT's local sockets: the length as a varint, then the bytes."""

import asyncio
import io

from google.protobuf.message import Message
from google.protobuf.proto import serialize_length_prefixed

from fieldproof.chain.errors import NodeError

_MAXIMUM_VARINT_BYTES = 5


async def read_message(reader: asyncio.StreamReader, limit: int) -> bytes | None:
    """Return the next message, None at the end; `NodeError` for one of more than `limit` bytes."""
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
    if length > limit:
        raise NodeError(f"CometBFT sent a message of {length} bytes; {limit} are possible")
    return await reader.readexactly(length)


def frame_message(message: Message) -> bytes:
    """Return a message's bytes behind their length."""
    output = io.BytesIO()
    serialize_length_prefixed(message, output)
    return output.getvalue()
