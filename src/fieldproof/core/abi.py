"""The contract ABI of Ethereum: calls, results, events and errors as bytes, in plain Python.

Source: the Solidity documentation, "Contract ABI Specification". Values are `int` for numbers, `bytes` for
addresses (20 bytes) and byte strings, `str`, `bool`, and tuples for arrays and structs. A struct may also be
given as a mapping, and `name_members` makes one of a decoded struct. What is decoded must be in the range
of its type; `EncodingError` otherwise.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from fieldproof.core.errors import EncodingError
from fieldproof.core.keccak import keccak256

WORD = 32
MAXIMUM_ITEMS = 1_000_000
"""Longest array that is decoded: a length is a number that a stranger wrote."""


@dataclass(frozen=True, slots=True)
class AbiType:
    """A type of the ABI."""

    kind: str
    """uint, address, bool, fixed (bytes1 to bytes32), bytes, string, array or tuple."""
    size: int = 0
    """Bits of a uint, bytes of fixed, length of an array (-1 where it is dynamic)."""
    items: tuple["AbiType", ...] = ()
    """Members of a tuple; the one element type of an array."""
    names: tuple[str, ...] = ()
    """Names of a tuple's members."""

    @property
    def is_dynamic(self) -> bool:
        """Whether its place in the head holds an offset."""
        if self.kind == "array":
            return self.size < 0 or self.items[0].is_dynamic
        return self.kind in ("bytes", "string") or any(item.is_dynamic for item in self.items)

    @property
    def head_length(self) -> int:
        """Bytes that it takes in the head of what holds it."""
        if self.is_dynamic:
            return WORD
        if self.kind == "array":
            return self.size * self.items[0].head_length
        return sum(item.head_length for item in self.items) if self.kind == "tuple" else WORD

    @property
    def canonical(self) -> str:
        """The name that selectors are made of."""
        match self.kind:
            case "uint":
                return f"uint{self.size}"
            case "fixed":
                return f"bytes{self.size}"
            case "array":
                return f"{self.items[0].canonical}[{'' if self.size < 0 else self.size}]"
            case "tuple":
                return f"({','.join(item.canonical for item in self.items)})"
        return self.kind


def parse_type(name: str, components: Sequence[Mapping[str, Any]] = ()) -> AbiType:
    """Return the type that a compiler's JSON names; raises `EncodingError` for one that is not supported."""
    if name.endswith("]"):
        inner, _, length = name[:-1].rpartition("[")
        return AbiType("array", int(length) if length else -1, (parse_type(inner, components),))
    if name == "tuple":
        members = tuple(parse_type(part["type"], part.get("components", ())) for part in components)
        return AbiType("tuple", 0, members, tuple(part.get("name", "") for part in components))
    if name in ("address", "bool", "bytes", "string"):
        return AbiType(name)
    if name.startswith("uint"):
        return AbiType("uint", int(name[4:]))
    if name.startswith("bytes"):
        return AbiType("fixed", int(name[5:]))
    raise EncodingError(f"the ABI type {name!r} is not supported")


def name_members(kind: AbiType, values: Sequence[Any]) -> dict[str, Any]:
    """Return the members of a decoded struct by name."""
    return dict(zip(kind.names, values, strict=True))


def encode_arguments(types: Sequence[AbiType], values: Sequence[Any]) -> bytes:
    """Return what `abi.encode` makes of `values`; `EncodingError` if one does not fit its type."""
    if len(types) != len(values):
        raise EncodingError(f"{len(values)} values for {len(types)} ABI types")
    offset = sum(kind.head_length for kind in types)
    head, tail = [], []
    for kind, value in zip(types, values, strict=True):
        data = _encode(kind, value)
        if kind.is_dynamic:
            head.append(offset.to_bytes(WORD))
            tail.append(data)
            offset += len(data)
        else:
            head.append(data)
    return b"".join(head + tail)


def _encode(kind: AbiType, value: Any) -> bytes:
    match kind.kind:
        case "tuple":
            if isinstance(value, Mapping):
                if set(value) != set(kind.names):
                    raise EncodingError(f"a struct has the members {', '.join(kind.names)}")
                value = [value[name] for name in kind.names]
            return encode_arguments(kind.items, value)
        case "array":
            if kind.size >= 0 and len(value) != kind.size:
                raise EncodingError(f"{len(value)} values for {kind.canonical}")
            body = encode_arguments(kind.items * len(value), value)
            return body if kind.size >= 0 else len(value).to_bytes(WORD) + body
        case "bytes" | "string":
            data = value.encode() if kind.kind == "string" else bytes(value)
            return len(data).to_bytes(WORD) + data + bytes(-len(data) % WORD)
        case "fixed" | "address":
            length = 20 if kind.kind == "address" else kind.size
            if not isinstance(value, bytes) or len(value) != length:
                raise EncodingError(f"{kind.canonical} needs {length} bytes, not {value!r:.80}")
            return value.rjust(WORD, b"\0") if kind.kind == "address" else value.ljust(WORD, b"\0")
        case "bool":
            return int(bool(value)).to_bytes(WORD)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << kind.size:
        raise EncodingError(f"{kind.canonical} cannot hold {value!r:.80}")
    return value.to_bytes(WORD)


def decode_arguments(types: Sequence[AbiType], data: bytes) -> tuple[Any, ...]:
    """Return the values in `data`; raises `EncodingError` where it is too short or out of range."""
    return _decode_sequence(types, data, 0)


def _decode_sequence(types: Sequence[AbiType], data: bytes, start: int) -> tuple[Any, ...]:
    values, position = [], start
    for kind in types:
        place = start + _read(data, position) if kind.is_dynamic else position
        values.append(_decode(kind, data, place))
        position += kind.head_length
    return tuple(values)


def _decode(kind: AbiType, data: bytes, place: int) -> Any:
    match kind.kind:
        case "tuple":
            return _decode_sequence(kind.items, data, place)
        case "array":
            length = kind.size if kind.size >= 0 else _read(data, place)
            if length > min(MAXIMUM_ITEMS, len(data) // WORD):
                raise EncodingError(f"an array of {length} elements does not fit into {len(data)} bytes")
            return _decode_sequence(kind.items * length, data, place if kind.size >= 0 else place + WORD)
        case "bytes" | "string":
            length = _read(data, place)
            content = data[place + WORD : place + WORD + length]
            if len(content) != length:
                raise EncodingError(f"{length} bytes announced, {len(content)} there")
            return content if kind.kind == "bytes" else content.decode(errors="replace")
    number = _read(data, place)
    if kind.kind == "fixed":
        if number % (1 << 8 * (WORD - kind.size)):
            raise EncodingError(f"{kind.canonical} with bytes beyond its end")
        return number.to_bytes(WORD)[: kind.size]
    bits = {"address": 160, "bool": 1}.get(kind.kind, kind.size)
    if number >> bits:
        raise EncodingError(f"{kind.canonical} cannot hold {number}")
    if kind.kind == "address":
        return number.to_bytes(20)
    return bool(number) if kind.kind == "bool" else number


def _read(data: bytes, place: int) -> int:
    if not 0 <= place <= len(data) - WORD:
        raise EncodingError(f"ABI data of {len(data)} bytes ends before byte {place + WORD}")
    return int.from_bytes(data[place : place + WORD])


@dataclass(frozen=True)
class AbiItem:
    """A function, event, error or constructor of a contract."""

    name: str
    inputs: tuple[AbiType, ...]
    outputs: tuple[AbiType, ...] = ()
    names: tuple[str, ...] = ()
    """Names of the inputs."""
    indexed: tuple[bool, ...] = ()
    """For each input of an event, whether it stands in a topic."""

    @cached_property
    def topic(self) -> bytes:
        """Keccak-256 of the signature: the first topic of an event."""
        return keccak256(f"{self.name}({','.join(kind.canonical for kind in self.inputs)})".encode())

    @property
    def selector(self) -> bytes:
        """The first four bytes of a call, or of the data of an error."""
        return self.topic[:4]

    def encode_call(self, *values: Any) -> bytes:
        """Return the data of a call."""
        return self.selector + encode_arguments(self.inputs, values)

    def decode_result(self, data: bytes) -> tuple[Any, ...]:
        """Return what a call gave back."""
        return decode_arguments(self.outputs, data)

    def decode_event(self, topics: Sequence[bytes], data: bytes) -> dict[str, Any]:
        """Return the inputs of an event by name; indexed ones must have static types."""
        if not topics or topics[0] != self.topic or len(topics) != 1 + sum(self.indexed):
            raise EncodingError(f"a log that is no event {self.name}")
        plain = decode_arguments([t for t, i in zip(self.inputs, self.indexed, strict=True) if not i], data)
        in_topics, in_data = iter(topics[1:]), iter(plain)
        return {
            name: _decode(kind, next(in_topics), 0) if indexed else next(in_data)
            for name, kind, indexed in zip(self.names, self.inputs, self.indexed, strict=True)
        }


@dataclass(frozen=True, slots=True)
class ContractInterface:
    """A contract as its compiler describes it."""

    functions: Mapping[str, AbiItem]
    events: Mapping[str, AbiItem]
    errors: Mapping[bytes, AbiItem]
    """By selector."""
    constructor: AbiItem
    bytecode: bytes
    """What creates it; empty for an interface."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the JSON that the contracts' build writes: `abi` and `bytecode`."""
        document = json.loads(text)
        groups: dict[str, dict[str, AbiItem]] = {"function": {}, "event": {}, "error": {}, "constructor": {}}
        for entry in document["abi"]:
            if entry["type"] in groups:
                item = _parse_item(entry)
                groups[entry["type"]][item.name] = item
        return cls(
            groups["function"],
            groups["event"],
            {item.selector: item for item in groups["error"].values()},
            groups["constructor"].get("", AbiItem("", ())),
            bytes.fromhex(document.get("bytecode", "").removeprefix("0x")),
        )

    def encode_creation(self, *values: Any) -> bytes:
        """Return the data of a transaction that creates the contract."""
        return self.bytecode + encode_arguments(self.constructor.inputs, values)


def _parse_item(entry: Mapping[str, Any]) -> AbiItem:
    inputs = entry.get("inputs", ())
    return AbiItem(
        entry.get("name", ""),
        tuple(parse_type(part["type"], part.get("components", ())) for part in inputs),
        tuple(parse_type(part["type"], part.get("components", ())) for part in entry.get("outputs", ())),
        tuple(part.get("name", "") for part in inputs),
        tuple(part.get("indexed", False) for part in inputs),
    )
