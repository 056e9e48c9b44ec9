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
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, int):
        return int(value) if value < _LARGE else value.to_bytes((value.bit_length() + 7) // 8, "big")
    if isinstance(value, tuple):
        return [_lower(item) for item in value]
    return [_lower(getattr(value, name)) for name in _get_hints(cast(Any, type(value)))]


def _raise(kind: Any, value: Any, place: str) -> Any:
    if kind is int and isinstance(value, bytes):
        _check(len(value) > _LARGE_BYTES and value[0] != 0, place)
        return int.from_bytes(value, "big")
    if kind is int:
        _check(isinstance(value, int) and value >= 0, place)
        return value
    if kind is bytes:
        _check(isinstance(value, bytes), place)
        return value
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _get_hints(kind)
        _check(isinstance(value, list) and len(value) == len(hints), place)
        pairs = zip(hints.items(), value, strict=True)
        return kind(*[_raise(hint, item, f"{place}.{name}") for (name, hint), item in pairs])
    origin = get_origin(kind)
    if origin is tuple:
        _check(isinstance(value, list), place)
        return tuple(_raise(get_args(kind)[0], item, place) for item in value)
    if origin in (UnionType, Union):
        (kind,) = (item for item in get_args(kind) if item is not NoneType)
        return None if value is None else _raise(kind, value, place)
    _check(isinstance(value, int) and value in _list_values(kind), place)
    return kind(value)


@cache
def _list_values(kind: type) -> tuple[int, ...]:
    """Return the numbers that stand for the values of a boolean or an enumeration."""
    return (0, 1) if kind is bool else tuple(int(item) for item in cast(type[IntEnum], kind))


@cache
def _get_hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _check(holds: bool, place: str) -> None:
    if not holds:
        raise EncodingError(f"{place} is not of its type")
