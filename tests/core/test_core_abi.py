"""The ABI against an independent implementation, and against what strangers send."""

import json
from typing import Any

import eth_abi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.core.abi import (
    AbiType,
    ContractInterface,
    decode_arguments,
    encode_arguments,
    name_members,
    parse_type,
)
from fieldproof.core.errors import EncodingError

LEAVES = st.one_of(
    st.integers(1, 32).map(lambda size: parse_type(f"uint{8 * size}")),
    st.integers(1, 32).map(lambda size: parse_type(f"bytes{size}")),
    st.sampled_from([parse_type(name) for name in ("address", "bool", "bytes", "string")]),
)
TYPES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from((-1, 1, 2, 3))).map(
            lambda pair: AbiType("array", pair[1], (pair[0],))
        ),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: AbiType("tuple", 0, tuple(items))),
    ),
    max_leaves=6,
)


def draw_value(kind: AbiType) -> st.SearchStrategy[Any]:
    match kind.kind:
        case "uint":
            return st.integers(0, 2**kind.size - 1)
        case "fixed":
            return st.binary(min_size=kind.size, max_size=kind.size)
        case "address":
            return st.binary(min_size=20, max_size=20)
        case "bool":
            return st.booleans()
        case "bytes":
            return st.binary(max_size=70)
        case "string":
            return st.text(max_size=30)
        case "array":
            least, most = (0, 3) if kind.size < 0 else (kind.size, kind.size)
            return st.lists(draw_value(kind.items[0]), min_size=least, max_size=most).map(tuple)
    return st.tuples(*map(draw_value, kind.items))


def to_peer(kind: AbiType, value: Any) -> Any:
    """The other implementation writes addresses as text."""
    if kind.kind == "address":
        return "0x" + value.hex()
    if kind.kind == "array":
        return tuple(to_peer(kind.items[0], item) for item in value)
    if kind.kind == "tuple":
        return tuple(to_peer(part, item) for part, item in zip(kind.items, value, strict=True))
    return value


@given(st.data())
def test_it_writes_what_the_other_implementation_writes_and_reads_it_back(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(TYPES, max_size=4))
    values = tuple(data.draw(draw_value(kind)) for kind in kinds)
    encoded = encode_arguments(kinds, values)
    peer = [to_peer(kind, value) for kind, value in zip(kinds, values, strict=True)]
    assert encoded == eth_abi.encode([kind.canonical for kind in kinds], peer)  # type: ignore[attr-defined]
    assert decode_arguments(kinds, encoded) == values


@given(TYPES, st.binary(max_size=300))
def test_random_bytes_are_values_or_a_clear_refusal(kind: AbiType, data: bytes) -> None:
    try:
        (value,) = decode_arguments([kind], data)
    except EncodingError:
        return
    if kind.kind in ("uint", "fixed", "address", "bool"):
        assert encode_arguments([kind], [value]) == data[:32]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("uint8", 256),
        ("uint8", -1),
        ("uint8", True),
        ("uint8", "1"),
        ("bytes4", b"123"),
        ("address", b"1" * 19),
    ],
)
def test_a_value_that_does_not_fit_is_refused(name: str, value: object) -> None:
    with pytest.raises(EncodingError):
        encode_arguments([parse_type(name)], [value])


@pytest.mark.parametrize(
    ("name", "word"),
    [("uint8", "01" * 32), ("bool", "00" * 31 + "02"), ("address", "ff" * 32), ("bytes4", "ff" * 32)],
)
def test_a_word_out_of_its_range_is_refused(name: str, word: str) -> None:
    with pytest.raises(EncodingError):
        decode_arguments([parse_type(name)], bytes.fromhex(word))


def test_an_array_that_announces_more_than_there_is_takes_no_memory() -> None:
    data = (32).to_bytes(32) + (2**60).to_bytes(32)
    with pytest.raises(EncodingError, match="does not fit"):
        decode_arguments([parse_type("uint256[]")], data)


def test_nested_arrays_of_nothing_are_bounded() -> None:
    kind = AbiType("array", -1, (AbiType("tuple"),))
    data = (32).to_bytes(32) + (2**40).to_bytes(32)
    with pytest.raises(EncodingError):
        decode_arguments([kind], data)


def test_a_struct_is_given_and_read_by_name() -> None:
    kind = parse_type("tuple", [{"name": "a", "type": "uint8"}, {"name": "b", "type": "bytes"}])
    encoded = encode_arguments([kind], [{"b": b"x", "a": 7}])
    assert encoded == encode_arguments([kind], [(7, b"x")])
    assert name_members(kind, decode_arguments([kind], encoded)[0]) == {"a": 7, "b": b"x"}
    with pytest.raises(EncodingError, match="has the members a, b"):
        encode_arguments([kind], [{"a": 7}])


def test_an_unsupported_type_is_named() -> None:
    with pytest.raises(EncodingError, match="int256"):
        parse_type("int256")


def test_an_event_of_another_contract_is_refused() -> None:
    event = {
        "type": "event",
        "name": "Moved",
        "inputs": [
            {"name": "who", "type": "address", "indexed": True},
            {"name": "much", "type": "uint256", "indexed": False},
        ],
    }
    moved = ContractInterface.parse(json.dumps({"abi": [event]})).events["Moved"]
    topics = [moved.topic, bytes(12) + b"\x07" * 20]
    assert moved.decode_event(topics, (9).to_bytes(32)) == {"who": b"\x07" * 20, "much": 9}
    for wrong in ([], topics[:1], [bytes(32), topics[1]], [*topics, bytes(32)]):
        with pytest.raises(EncodingError):
            moved.decode_event(wrong, (9).to_bytes(32))
