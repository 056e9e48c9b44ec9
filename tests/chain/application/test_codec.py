"""One encoding for each value, and nothing but it decodes."""

from dataclasses import dataclass, fields, is_dataclass
from enum import IntEnum
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldproof.chain.application import codec
from fieldproof.chain.application.payload import DecidedBlock, Payload
from fieldproof.chain.application.snapshots import Content
from fieldproof.chain.application.state import State
from fieldproof.chain.application.store import EpochRecord
from fieldproof.chain.commitment import Fault, FaultKind
from fieldproof.core.errors import EncodingError


def draw_values(kind: Any) -> st.SearchStrategy[Any]:
    """Return all values that a field of this annotation may hold."""
    if get_origin(kind) is tuple:
        return st.lists(draw_values(get_args(kind)[0]), max_size=2).map(tuple)
    if NoneType in get_args(kind):
        return st.none() | draw_values(next(item for item in get_args(kind) if item is not NoneType))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{field.name: draw_values(hints[field.name]) for field in fields(kind)})
    if issubclass(kind, IntEnum):
        return st.sampled_from(list(kind))
    return {
        bool: st.booleans(),
        int: st.integers(0, 2**64 + 1) | st.integers(0, 2**256 - 1),
        bytes: st.binary(max_size=40),
    }[kind]


@dataclass(frozen=True, slots=True)
class Inner:
    flag: bool
    kind: FaultKind


@dataclass(frozen=True, slots=True)
class Outer:
    number: int
    data: bytes
    inner: Inner
    items: tuple[Inner, ...]
    maybe: Inner | None


OUTER = Outer(2**64, b"abc", Inner(True, FaultKind.NO_DEALING), (Inner(False, FaultKind.DOUBLE_SIGN),), None)
FORM = [b"\1" + bytes(8), b"abc", [1, 3], [[0, 1]], None]


@pytest.mark.parametrize("kind", [State, DecidedBlock, EpochRecord, Content, Payload, Fault])
def test_whatever_the_application_keeps_comes_back_as_it_was(kind: type) -> None:
    @settings(max_examples=25)
    @given(draw_values(kind))
    def check(value: object) -> None:
        assert codec.decode(kind, codec.encode(value)) == value

    check()


@settings(max_examples=150)
@given(st.data())
def test_bytes_that_were_touched_decode_to_what_they_encode_or_not_at_all(data: st.DataObject) -> None:
    encoded = bytearray(codec.encode(data.draw(draw_values(Outer))))
    place = data.draw(st.integers(0, len(encoded) - 1))
    match data.draw(st.sampled_from(["replace", "insert", "delete", "cut"])):
        case "replace":
            encoded[place] = data.draw(st.integers(0, 255))
        case "insert":
            encoded.insert(place, data.draw(st.integers(0, 255)))
        case "delete":
            del encoded[place]
        case _:
            del encoded[place:]
    try:
        value = codec.decode(Outer, bytes(encoded))
    except EncodingError:
        return
    assert codec.encode(value) == bytes(encoded)


def test_a_dataclass_is_an_array_of_its_fields() -> None:
    assert codec.encode(OUTER) == cbor2.dumps(FORM, canonical=True)
    assert codec.decode(Outer, codec.encode(OUTER)) == OUTER


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ((0,), -1),
        ((0,), "1"),
        ((0,), None),
        ((0,), [1]),
        ((0,), {1: 1}),
        ((0,), b""),
        ((0,), b"\1"),
        ((0,), b"\xff" * 8),
        ((0,), b"\0" + b"\xff" * 8),
        ((1,), "abc"),
        ((1,), 7),
        ((1,), None),
        ((2,), None),
        ((2,), 1),
        ((2,), [1]),
        ((2,), [1, 3, 0]),
        ((2, 0), 2),
        ((2, 0), b"\1"),
        ((2, 0), -1),
        ((2, 1), 0),
        ((2, 1), 4),
        ((2, 1), b"\1"),
        ((3,), b""),
        ((3,), None),
        ((3, 0), None),
        ((4,), []),
        ((4,), 0),
    ],
    ids=str,
)
def test_a_field_that_is_not_of_its_type_is_refused_by_name(place: tuple[int, ...], value: Any) -> None:
    form: Any = [FORM[0], FORM[1], list(FORM[2]), [list(FORM[3][0])], None]  # type: ignore[call-overload, index]
    target = form
    for step in place[:-1]:
        target = target[step]
    target[place[-1]] = value
    with pytest.raises(
        EncodingError, match=rf"^Outer\.{fields(Outer)[place[0]].name}[.\w]* is not of its type$"
    ):
        codec.decode(Outer, cbor2.dumps(form, canonical=True))


@pytest.mark.parametrize("number", [0, 2**64 - 1, 2**64, 2**256 - 1])
def test_numbers_at_the_edge_of_64_bits_have_one_form(number: int) -> None:
    value = Outer(number, b"", OUTER.inner, (), None)
    assert codec.decode(Outer, codec.encode(value)) == value


@pytest.mark.parametrize("form", [FORM[:4], [*FORM, 0], {0: 1}, 5, None, b""], ids=str)
def test_what_has_not_just_its_fields_is_refused(form: Any) -> None:
    with pytest.raises(EncodingError):
        codec.decode(Outer, cbor2.dumps(form, canonical=True))


@pytest.mark.parametrize(
    "data",
    [
        codec.encode(OUTER) + b"\0",
        b"",
        b"\x9f" + codec.encode(OUTER)[1:] + b"\xff",
        b"\xd9\xd9\xf7" + codec.encode(OUTER),
        b"\x98\x05" + codec.encode(OUTER)[1:],
        codec.encode(OUTER).replace(b"\x82\x01\x03", b"\x82\xf5\x03"),
    ],
    ids=["more behind it", "nothing", "no fixed length", "a tag", "a long head", "a simple value"],
)
def test_another_way_to_write_the_same_is_refused(data: bytes) -> None:
    with pytest.raises(EncodingError):
        codec.decode(Outer, data)
