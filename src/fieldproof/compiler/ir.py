"""The typed intermediate form: one static single assignment, loops kept as loops, no branches.

Every value is an integer; a truth value is 0 or 1. An `if` of the source has become two
computations and a `SELECT`; whatever could raise has become an `Event` whose condition is a bit,
and the value that would have raised has been replaced by a harmless one. So every operation can be
computed for every input, whether its branch is taken or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from fieldproof.compiler.diagnostics import Span
from fieldproof.compiler.interval import Interval


class Opcode(Enum):
    """What an operation computes, from operands named in order."""

    CONSTANT = "constant"
    """`payload` itself."""
    ATTRIBUTE = "attribute"
    """The device's attribute number `payload`, scaled."""
    STARTS_AT = "starts_at"
    """Start of the window, seconds since 1970."""
    COUNT = "count"
    """Readings in the device's window."""
    READING = "reading"
    """Column `payload` (0 is the time) of the reading at `index`, scaled."""
    PRESENT = "present"
    """1 where `index` is below the count of readings; the index is in 0 .. readings - 1."""
    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    FLOOR_DIVIDE = "floor_divide"
    """`dividend, divisor`; the divisor is positive."""
    MODULO = "modulo"
    """`dividend, divisor`; the divisor is positive."""
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    ABSOLUTE = "absolute"
    SQUARE_ROOT = "square_root"
    """Rounded down; the operand is not negative."""
    EQUAL = "equal"
    LESS = "less"
    NOT = "not"
    """1 - operand, of a bit."""
    AND = "and"
    """Of two bits."""
    OR = "or"
    """Of two bits."""
    EITHER = "either"
    """Or of two bits that are never both 1."""
    SELECT = "select"
    """`bit, if one, if zero`."""
    NARROW = "narrow"
    """`bit, value`: the value where the bit is 1, else a constant; the bit promises that the value
    lies in `bounds`."""
    TABLE = "table"
    """Entry of the constant table `payload` at an index that lies in it."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One computed value."""

    result: int
    opcode: Opcode
    operands: tuple[int, ...]
    span: Span
    payload: int = 0
    """Constant, or number of attribute, column or table."""
    bounds: Interval | None = None
    """Of NARROW only."""


@dataclass(frozen=True, slots=True)
class Event:
    """A place where Python would raise, and so the device becomes void."""

    condition: int
    """Bit: 1 where execution comes here and raises."""
    exception: str
    """Name of the exception class."""
    message: str
    """What the author's assert says, or the reason in plain words."""
    span: Span


@dataclass(frozen=True, slots=True)
class Declaration:
    """A promise of the source (`x: U16 = ...`) that the compiler has to show."""

    value: int
    name: str
    """The type's name."""
    bounds: Interval
    span: Span


@dataclass(frozen=True, slots=True)
class Carried:
    """A variable that a loop hands from one round to the next."""

    value: int
    """In the body, at the start of a round."""
    initial: int
    """Before the loop."""
    following: int
    """In the body, at the end of a round."""
    result: int
    """After the loop."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A body run `rounds` times."""

    index: int
    """Value of the round's number, from 0, in the body."""
    rounds: int
    carried: tuple[Carried, ...]
    body: tuple[Item, ...]
    span: Span


Item = Operation | Loop | Event | Declaration


@dataclass(frozen=True, slots=True)
class Table:
    """A constant table that is read at run time."""

    name: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """A device program: from a window, attributes and start to points."""

    body: tuple[Item, ...]
    points: int
    """The value returned; in 0 .. 2**32 - 1, and of no meaning where an event happened."""
    tables: tuple[Table, ...]
    columns: tuple[Interval, ...]
    """Bounds of the scaled values of each column, time first."""
    attributes: tuple[Interval, ...]
    """Bounds of the scaled attributes."""
    starts_at: Interval
    readings: int
    """Slots of a window."""


def walk(items: tuple[Item, ...]) -> Iterator[Item]:
    """All items, those of loops after their loop."""
    for item in items:
        yield item
        if isinstance(item, Loop):
            yield from walk(item.body)


def get_used_values(item: Item) -> tuple[int, ...]:
    """Values an item reads itself (a loop: only those it starts and ends a round with)."""
    if isinstance(item, Operation):
        return item.operands
    if isinstance(item, Event):
        return (item.condition,)
    if isinstance(item, Declaration):
        return (item.value,)
    return tuple(value for each in item.carried for value in (each.initial, each.following))


def compute_fallback(bounds: Interval) -> int:
    """What NARROW gives where its bit is 0: the value of `bounds` nearest zero."""
    return max(bounds.low, min(0, bounds.high))
