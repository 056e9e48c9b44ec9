"""Deterministic CBOR (RFC 8949, section 4.2) of integers, byte strings, text, arrays and maps.

Decoding accepts one encoding for each value: bytes that would be written differently are refused, so
that nobody can say the same thing in two ways.
"""

from collections.abc import Mapping, Sequence
from typing import cast

import cbor2

from fieldproof.core.errors import EncodingError
from fieldproof.core.integers import MAXIMUM_U64

MAXIMUM_NESTING = 8

Value = int | bytes | str | Sequence["Value"] | Mapping[int, "Value"]
"""What is encoded: integers of 64 bits, byte strings, text, arrays, and maps with small integer keys."""


def encode(value: Value, *, tag: int | None = None) -> bytes:
    """Return the deterministic encoding of `value`, under `tag` if one is given."""
    return cbor2.dumps(value if tag is None else cbor2.CBORTag(tag, value), canonical=True)


def decode(data: bytes, *, tag: int | None = None) -> Value:
    """Return the value that `data` encodes, or raise `EncodingError`.

    With `tag`, the outermost item must carry exactly that tag; no other tag, float, simple value or
    indefinite length is accepted anywhere, and no nesting below eight levels.
    """
    if tag is not None:
        head = encode(0, tag=tag)[:-1]
        if not data.startswith(head):
            raise EncodingError(f"the outermost item must carry CBOR tag {tag}")
        data = data[len(head) :]
    try:
        value = cbor2.loads(
            data, max_depth=MAXIMUM_NESTING, allow_indefinite=False, allow_duplicate_keys=False
        )
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise EncodingError(f"not CBOR: {str(error)[:200]}") from error
    _check(value)
    if encode(value) != data:
        raise EncodingError("not deterministic CBOR: the shortest form, no trailing bytes, sorted keys")
    return cast(Value, value)


def _check(value: object) -> None:
    if isinstance(value, bool):
        raise EncodingError("a CBOR bool is not accepted here")
    if isinstance(value, int):
        if not -MAXIMUM_U64 - 1 <= value <= MAXIMUM_U64:
            raise EncodingError("integers of more than 64 bits are not accepted")
    elif isinstance(value, list):
        for item in value:
            _check(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if type(key) is not int:
                raise EncodingError("keys of maps must be integers")
            _check(item)
    elif not isinstance(value, bytes | str):
        raise EncodingError(f"a CBOR {type(value).__name__} is not accepted here")
