"""Declared types as values: ranges, arrays and records, and the checks that they ask of a value.

One meaning for all who need it: an author's plain Python, the run that audits make, and the compiler.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class SizedInteger:
    """The name of a range of integers.

    As an annotation it declares a range. Called, it checks one: `U16(x)` is `x`, or raises
    `OverflowError` where `x` does not fit, which makes the device void.
    """

    __slots__ = ("high", "low", "name")

    def __init__(self, name: str, low: int, high: int) -> None:
        self.name = name
        self.low = low
        self.high = high

    def __call__(self, value: int) -> int:
        """Return `value` if it lies in the range, else raise `OverflowError`."""
        if not isinstance(value, int):
            raise TypeError(f"{self.name} takes an integer, not {value!r}")
        if not self.low <= value <= self.high:
            raise OverflowError(describe_overflow(self.name, self.low, self.high))
        return int(value)

    def __repr__(self) -> str:
        return self.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SizedInteger) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[str, int, int]:
        return self.name, self.low, self.high

    @property
    def nearest_zero(self) -> int:
        """The value of the range that is nearest to zero."""
        return max(self.low, min(self.high, 0))


@dataclass(frozen=True, slots=True)
class UnboundedInteger:
    """`int`: a number without a declared range."""

    name: str = "int"

    @property
    def nearest_zero(self) -> int:
        """Zero."""
        return 0


@dataclass(frozen=True, slots=True)
class ArrayType:
    """A list of exactly `length` values of one type."""

    element: Declared
    length: int

    @property
    def name(self) -> str:
        """As the author writes it."""
        return f"Array[{self.element.name}, {self.length}]"


@dataclass(frozen=True, slots=True)
class RecordType:
    """A frozen dataclass: its fields in order."""

    name: str
    module: str
    """Path of the file that defines it, or name of the module in plain Python."""
    fields: tuple[tuple[str, Declared], ...]


Declared = SizedInteger | UnboundedInteger | ArrayType | RecordType
Value = Any
"""What a declared type describes: an integer, a list, or an object with the record's fields."""

BOOL = SizedInteger("bool", 0, 1)


UNEXPLAINED = "assertion failed"
"""Why an assertion without a message makes a device void."""


def describe_overflow(name: str, low: int, high: int) -> str:
    """Return why a value that does not fit makes a device void."""
    return f"a value does not fit {name}: {low} to {high}"


def make_int(low: int, high: int) -> SizedInteger:
    """Return the range that `Int[low, high]` names."""
    return SizedInteger(f"Int[{low}, {high}]", low, high)


def make_fixed(scale: int, low: int, high: int) -> SizedInteger:
    """Return the range that `Fixed[scale, low, high]` names, in parts of 1 / scale."""
    return SizedInteger(f"Fixed[{scale}, {low}, {high}]", low * scale, high * scale)


def check_declared(declared: Declared, value: Value) -> None:
    """Check every ranged number of a value, depth first and in order.

    Raises `OverflowError` for one outside its range, `ValueError` for a list of another length and
    `TypeError` for what is no number, list or record at all.
    """
    if isinstance(declared, SizedInteger):
        declared(value)
    elif isinstance(declared, UnboundedInteger):
        if not isinstance(value, int):
            raise TypeError(f"{value!r} is no integer")
    elif isinstance(declared, ArrayType):
        if not isinstance(value, list | tuple):
            raise TypeError(f"{declared.name} takes a list")
        if len(value) != declared.length:
            raise ValueError(f"{declared.name} takes {declared.length} values")
        for each in value:
            check_declared(declared.element, each)
    else:
        for name, type_ in declared.fields:
            if not hasattr(value, name):
                raise TypeError(f"{declared.name} has a field {name}, which this value lacks")
            check_declared(type_, getattr(value, name))


def flatten(declared: Declared, value: Value) -> Iterator[int]:
    """Go through the numbers of a checked value, depth first and in order."""
    if isinstance(declared, ArrayType):
        for each in value:
            yield from flatten(declared.element, each)
    elif isinstance(declared, RecordType):
        for name, type_ in declared.fields:
            yield from flatten(type_, getattr(value, name))
    else:
        yield int(value)


def list_leaves(declared: Declared, name: str = "") -> Iterator[tuple[str, SizedInteger | UnboundedInteger]]:
    """Go through the numbers of a type in the order of `flatten`, each with its path as `coins[2].worth`."""
    if isinstance(declared, ArrayType):
        for number in range(declared.length):
            yield from list_leaves(declared.element, f"{name}[{number}]")
    elif isinstance(declared, RecordType):
        for field, type_ in declared.fields:
            yield from list_leaves(type_, f"{name}.{field}" if name else field)
    else:
        yield name, declared


MakeRecord = Callable[[RecordType, Mapping[str, Value]], Value]


def build(declared: Declared, numbers: Sequence[int], make_record: MakeRecord) -> Value:
    """Return the value whose numbers, in the order of `flatten`, are given: its inverse."""
    source = iter(numbers)
    value = _build(declared, source, make_record)
    if next(source, None) is not None:
        raise ValueError("there are more numbers than the type has: the caller must check")
    return value


def _build(declared: Declared, source: Iterator[int], make_record: MakeRecord) -> Value:
    if isinstance(declared, ArrayType):
        return [_build(declared.element, source, make_record) for _ in range(declared.length)]
    if isinstance(declared, RecordType):
        values = {name: _build(type_, source, make_record) for name, type_ in declared.fields}
        return make_record(declared, values)
    number = next(source, None)
    if number is None:
        raise ValueError("there are fewer numbers than the type has: the caller must check")
    return number


def build_nearest_zero(declared: Declared, make_record: MakeRecord) -> Value:
    """Return the value each of whose numbers is the one of its range nearest zero."""
    return build(declared, [leaf.nearest_zero for _, leaf in list_leaves(declared)], make_record)
