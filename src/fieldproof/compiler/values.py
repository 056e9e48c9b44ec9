"""What a name can stand for while a program is being lowered."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from fieldproof.compiler.capture_records import Constant
from fieldproof.compiler.declared import SizedInteger


@dataclass(frozen=True, slots=True)
class Number:
    """An integer or truth value, by its number in the intermediate form."""

    value: int


@dataclass(frozen=True, slots=True)
class Maybe:
    """An integer that may be missing: Python's None."""

    value: int
    present: int
    """Bit: whether there is a value."""


@dataclass(frozen=True, slots=True)
class Record:
    """A reading, a device's attributes or an object of a dataclass: values by field name."""

    kind: str
    fields: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """A tuple of fixed length."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: entries in arrays of the intermediate form.

    Entry i lies at `base + first + step * i` of every array.
    """

    item: Value
    """The shape of an entry, its leaves the numbers of arrays."""
    length: int
    """Entries at most."""
    count: int | None = None
    """Value of how many there are; None: always `length`."""
    first: int = 0
    step: int = 1
    base: int | None = None
    """Value that is added to the place of an entry; None: nothing."""
    is_borrowed: bool = False
    """Whether a variable holds the same list, whose entries may change."""
    is_frozen: bool = False
    """Whether nobody changes it as long as it can be seen: the caller's, or one in an object."""
    is_lent: bool = False
    """Whether it belongs to the caller of the function that sees it."""


@dataclass(frozen=True, slots=True)
class WindowView:
    """The window's readings, or a part of them: reading i stands in slot `base + first + i`."""

    length: int
    """Readings at most."""
    first: int = 0
    mark: int = 0
    """Reading i is one of them where the window has a reading in slot `mark + i`."""
    base: int | None = None
    """Value that is added to the slot of a reading; None: nothing."""
    is_part: bool = False
    """Whether it was cut out: to Python it is a tuple then."""


@dataclass(frozen=True, slots=True)
class CohortView:
    """All members of a cohort."""

    capacity: int


@dataclass(frozen=True, slots=True)
class TableReference:
    """A constant table of a module."""

    name: str
    number: int
    """Of the table in the intermediate form; rows follow one another in it."""
    length: int
    """Rows."""
    row: int
    """Entries of a row; 0 for a table of numbers."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a module."""

    node: ast.FunctionDef
    module: str
    """Path of the file that it stands in."""


@dataclass(frozen=True, slots=True)
class RecordClass:
    """A frozen dataclass."""

    name: str
    fields: tuple[tuple[str, Constant | None], ...]
    """Names and defaults."""


@dataclass(frozen=True, slots=True)
class EnumType:
    """An enumeration of integers."""

    name: str
    members: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function of the language, by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Sized:
    """A type that names a range of integers."""

    type: SizedInteger


@dataclass(frozen=True, slots=True)
class RoundsBound:
    """What `Bound(n)` gives: the rounds that a while may take."""

    rounds: int


@dataclass(frozen=True, slots=True)
class Unset:
    """A variable that has no value on some way to this place."""

    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """What a reported mistake leaves behind; it is not reported again."""


Value = (
    Number
    | Maybe
    | Record
    | Pack
    | Listing
    | WindowView
    | CohortView
    | TableReference
    | Function
    | RecordClass
    | EnumType
    | Builtin
    | Sized
    | RoundsBound
    | Unset
    | Broken
)

BROKEN = Broken()


def describe(value: Value) -> str:
    """Return what an author would call the value."""
    match value:
        case Number():
            return "a number"
        case Maybe():
            return "a number or None"
        case Record(kind):
            return f"a {kind}"
        case Pack(items):
            return f"a tuple of {len(items)}"
        case Listing(item, length=length, count=count):
            missing = " values that may be missing" if isinstance(item, Maybe) else ""
            return f"a list of {'at most ' if count is not None else ''}{length}{missing}"
        case WindowView(is_part=is_part):
            return "a part of the window" if is_part else "the window"
        case CohortView():
            return "the cohort"
        case TableReference(name):
            return f"the table {name}"
        case Function(node):
            return f"the function {node.name}"
        case Builtin(name):
            return f"the function {name}"
        case Sized(type_):
            return f"the type {type_.name}"
        case EnumType(name) | RecordClass(name):
            return f"the type {name}"
        case RoundsBound():
            return "the bound of a while"
        case _:
            return "nothing"


def get_leaves(value: Value) -> tuple[int, ...] | None:
    """Return the numbers that make up a variable's value, or None if it cannot change at run time."""
    match value:
        case Number(number):
            return (number,)
        case Maybe(number, present):
            return (number, present)
        case Listing(item, count=count):
            leaves = get_leaves(item) or ()
            return leaves if count is None else (*leaves, count)
        case Record(_, fields):
            return _join_leaves([item for _, item in fields])
        case Pack(items):
            return _join_leaves(items)
        case _:
            return None


def _join_leaves(items: Sequence[Value]) -> tuple[int, ...] | None:
    parts = [get_leaves(item) for item in items]
    known = [part for part in parts if part is not None]
    return sum(known, ()) if len(known) == len(parts) else None


def replace_leaves(value: Value, leaves: Sequence[int]) -> Value:
    """Return a value of the same shape over other numbers."""
    match value:
        case Number():
            return Number(leaves[0])
        case Maybe():
            return Maybe(leaves[0], leaves[1])
        case Listing(item, count=count):
            size = len(get_leaves(item) or ())
            changed = replace(value, item=replace_leaves(item, leaves[:size]))
            return changed if count is None else replace(changed, count=leaves[size])
        case Record(kind, fields):
            items = _deal_out([item for _, item in fields], leaves)
            return Record(kind, tuple((name, item) for (name, _), item in zip(fields, items, strict=True)))
        case Pack(items):
            return Pack(tuple(_deal_out(items, leaves)))
        case _:
            raise ValueError(f"bug: {describe(value)} has no leaves")


def change_lists(value: Value, change: Callable[[Listing], Listing]) -> Value:
    """Return a value with each of its lists changed."""
    match value:
        case Listing():
            return change(value)
        case Record(kind, fields):
            return Record(kind, tuple((name, change_lists(item, change)) for name, item in fields))
        case Pack(items):
            return Pack(tuple(change_lists(item, change) for item in items))
        case _:
            return value


def list_lists(value: Value) -> Iterator[Listing]:
    """Go through the lists that a value holds."""
    return (each for each in _list_parts(value) if isinstance(each, Listing))


def list_presences(value: Value) -> Iterator[int]:
    """Go through the bits that tell whether a value's numbers are there."""
    return (each.present for each in _list_parts(value) if isinstance(each, Maybe))


def _list_parts(value: Value) -> Iterator[Value]:
    """Go through what objects and tuples hold, in order, down to lists and numbers."""
    match value:
        case Record(_, fields):
            for _, item in fields:
                yield from _list_parts(item)
        case Pack(items):
            for item in items:
                yield from _list_parts(item)
        case _:
            yield value


def holds_borrowed(value: Value) -> bool:
    """Whether a value holds a list that another name holds too."""
    return any(each.is_borrowed for each in list_lists(value))


def borrow(value: Value) -> Value:
    """Return what a second look at a variable gives: lists that may change belong to the variable."""
    match value:
        case Listing(is_frozen=False):
            return replace(value, is_borrowed=True)
        case Pack(items):
            return Pack(tuple(map(borrow, items)))
        case _:
            return value


def join_marks(value: Value, other: Value) -> Value:
    """Return a value whose lists are as bound as those of either of two that it may be."""
    others = iter(list(list_lists(other)))

    def join(listing: Listing) -> Listing:
        second = next(others, listing)
        return replace(
            listing,
            is_borrowed=listing.is_borrowed or second.is_borrowed,
            is_frozen=listing.is_frozen or second.is_frozen,
            is_lent=listing.is_lent or second.is_lent,
        )

    return change_lists(value, join)


def _deal_out(items: Sequence[Value], leaves: Sequence[int]) -> list[Value]:
    replaced = []
    for item in items:
        size = len(get_leaves(item) or ())
        replaced.append(replace_leaves(item, leaves[:size]))
        leaves = leaves[size:]
    return replaced


def is_same_shape(left: Value, right: Value) -> bool:
    """Whether two values can be the two outcomes of one choice."""
    match left, right:
        case (Number(), Number()) | (Maybe(), Maybe()):
            return True
        case Record(kind, fields), Record(other, others):
            return kind == other and all(
                is_same_shape(one, two) for (_, one), (_, two) in zip(fields, others, strict=True)
            )
        case Pack(items), Pack(others):
            return len(items) == len(others) and all(map(is_same_shape, items, others))
        case Listing(), Listing():
            places = [(each.length, each.first, each.step, each.base) for each in (left, right)]
            is_counted = [each.count is None for each in (left, right)]
            return (
                places[0] == places[1]
                and is_counted[0] == is_counted[1]
                and is_same_shape(left.item, right.item)
            )
        case _:
            return False
