"""Deterministic CBOR (RFC 8949, section 4.2) of integers, byte strings, text, arrays, maps and null.

Decoding accepts one encoding for each value: bytes that would be written differently are refused, so
that nobody can say the same thing in two ways. The decoder is our own: a general one builds what tags ask
for (decimals, patterns, sets) before it can be refused, and a stranger's 64 KiB then cost half a second.
"""

from collections.abc import Mapping, Sequence

import cbor2

from fieldproof.core.errors import EncodingError

MAXIMUM_NESTING = 8

Value = int | bytes | str | Sequence["Value"] | Mapping[int, "Value"] | None
"""What is encoded: integers of 64 bits, bytes, text, arrays, maps with small integer keys, and null."""

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP = range(6)
_NULL = 0xF6
_LEAST_ARGUMENTS = {1: 24, 2: 1 << 8, 4: 1 << 16, 8: 1 << 32}
"""By the bytes that an argument takes: the least one that does not fit into fewer."""


def encode(value: Value, *, tag: int | None = None) -> bytes:
    """Return the deterministic encoding of `value`, under `tag` if one is given."""
    return cbor2.dumps(value if tag is None else cbor2.CBORTag(tag, value), canonical=True)


def decode(data: bytes, *, tag: int | None = None, allows_null: bool = False) -> Value:
    """Return the value that `data` encodes, or raise `EncodingError`. The work is linear in its length.

    With `tag`, the outermost item must carry exactly that tag; no other tag, float, simple value or
    indefinite length is accepted anywhere, and no nesting below eight levels. Null is a value only where
    `allows_null` says so.
    """
    start = 0
    if tag is not None:
        head = encode(0, tag=tag)[:-1]
        if not data.startswith(head):
            raise EncodingError(f"the outermost item must carry CBOR tag {tag}")
        start = len(head)
    value, end = _read(data, start, MAXIMUM_NESTING, allows_null)
    if end != len(data):
        raise EncodingError(f"not deterministic CBOR: {len(data) - end} bytes follow the value")
    return value


def _read(data: bytes, place: int, levels: int, allows_null: bool) -> tuple[Value, int]:
    """Return the value at `place` and the place behind it; `levels` more may be nested in it."""
    if place >= len(data):
        raise EncodingError("not CBOR: it ends too early")
    if allows_null and data[place] == _NULL:
        return None, place + 1
    kind, argument = data[place] >> 5, data[place] & 31
    place += 1
    if kind > _MAP:
        raise EncodingError("tags, floats and simple values of CBOR are not accepted here")
    if argument >= 24:
        if argument > 27:
            raise EncodingError("not deterministic CBOR: an indefinite length or a reserved head")
        width = 1 << argument - 24
        argument = int.from_bytes(data[place : place + width])
        place += width
        if place > len(data):
            raise EncodingError("not CBOR: it ends too early")
        if argument < _LEAST_ARGUMENTS[width]:
            raise EncodingError("not deterministic CBOR: a number or length is not in its shortest form")
    if kind == _UNSIGNED:
        return argument, place
    if kind == _NEGATIVE:
        return -1 - argument, place
    if kind in (_BYTES, _TEXT):
        return _read_string(data, place, argument, is_text=kind == _TEXT)
    if not levels:
        raise EncodingError(f"CBOR nested more than {MAXIMUM_NESTING} levels deep")
    if kind == _MAP:
        return _read_map(data, place, argument, levels - 1, allows_null)
    items: list[Value] = []
    for _ in range(argument):
        if place < len(data) and data[place] < 24:  # most of a reading, and most of what floods
            items.append(data[place])
            place += 1
        else:
            item, place = _read(data, place, levels - 1, allows_null)
            items.append(item)
    return items, place


def _read_string(data: bytes, place: int, length: int, *, is_text: bool) -> tuple[bytes | str, int]:
    end = place + length
    if end > len(data):
        raise EncodingError("not CBOR: it ends too early")
    content = data[place:end]
    if not is_text:
        return content, end
    try:
        return content.decode(), end
    except UnicodeDecodeError as error:
        raise EncodingError("not CBOR: text that is no UTF-8") from error


def _read_map(
    data: bytes, place: int, length: int, levels: int, allows_null: bool
) -> tuple[dict[int, Value], int]:
    entries: dict[int, Value] = {}
    previous = b""
    for _ in range(length):
        key, end = _read(data, place, 0, False)
        # Up to here the orders of RFC 7049 (which the encoder writes) and RFC 8949 are the same.
        if not isinstance(key, int) or not -24 <= key <= 23:
            raise EncodingError("keys of CBOR maps must be integers from -24 to 23 here")
        encoded = data[place:end]
        if encoded <= previous:
            raise EncodingError("not deterministic CBOR: keys of a map twice or out of order")
        entries[key], place = _read(data, end, levels, allows_null)
        previous = encoded
    return entries, place
