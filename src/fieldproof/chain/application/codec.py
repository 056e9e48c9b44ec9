"""Frozen dataclasses as deterministic CBOR and back: an array of the fields in their order.

Fields are integers from 0, enumerations of such, bytes, booleans, other such dataclasses, tuples of one of
these, or None beside one; an integer above 64 bits is the bytes of its big-endian form, without zeros in
front. Decoding checks every type, so that what comes out is what its annotations say.
"""

from dataclasses import fields, is_dataclass
from enum import IntEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from fieldproof.core import cbor
from fieldproof.core.errors import EncodingError

T = TypeVar("T")

_LARGE_BYTES = 8
_LARGE = 1 << 8 * _LARGE_BYTES


def encode(value: Any) -> bytes:
    """Return the one encoding of a dataclass."""
    return cbor.encode(_lower(value))


def decode(kind: type[T], data: bytes) -> T:
    """Return the dataclass that `data` encodes, or raise `EncodingError`."""
    return cast(T, _raise(kind, cbor.decode(data, allows_null=True), kind.__name__))


def _lower(value: Any) -> cbor.Value:
    if is_dataclass(value):
        return [_lower(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, tuple):
        return [_lower(item) for item in value]
    if isinstance(value, int):
        return int(value) if value < _LARGE else value.to_bytes((value.bit_length() + 7) // 8, "big")
    return cast(cbor.Value, value)


def _raise(kind: Any, value: Any, place: str) -> Any:
    origin = get_origin(kind)
    if origin in (UnionType, Union):
        if value is None:
            return None
        (kind,) = (item for item in get_args(kind) if item is not NoneType)
        return _raise(kind, value, place)
    if origin is tuple:
        _check(isinstance(value, list), place)
        return tuple(_raise(get_args(kind)[0], item, place) for item in value)
    if is_dataclass(kind):
        hints = _get_hints(cast(type, kind))
        _check(isinstance(value, list) and len(value) == len(hints), place)
        pairs = zip(hints.items(), value, strict=True)
        values = {name: _raise(hint, item, f"{place}.{name}") for (name, hint), item in pairs}
        return cast(type, kind)(**values)
    if kind is bool:
        _check(value in (0, 1) and isinstance(value, int), place)
        return bool(value)
    if issubclass(kind, IntEnum):
        _check(isinstance(value, int) and value in set(kind), place)
        return kind(value)
    if kind is int and isinstance(value, bytes):
        _check(len(value) > _LARGE_BYTES and value[0] != 0, place)
        return int.from_bytes(value, "big")
    _check(isinstance(value, kind) and (kind is not int or value >= 0), place)
    return value


@cache
def _get_hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _check(holds: bool, place: str) -> None:
    if not holds:
        raise EncodingError(f"{place} is not of its type")
