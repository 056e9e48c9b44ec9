"""The typed intermediate form: one static single assignment, loops kept as loops, no branches.

Every value is an integer or an array of integers of fixed length; a truth value is 0 or 1. An `if` of
the source has become two computations and a `SELECT`; whatever could raise has become an `Event` whose
condition is a bit, and the value that would have raised has been replaced by a harmless one. So every
operation can be computed for every input, whether its branch is taken or not. Arrays are values too: a
`SET` gives another array and leaves the one it was made of as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    NUMBER = "number"
    """Number of the window, from the network's genesis."""
    MISSED = "missed"
    """Windows since the last one that the device sealed."""
    STATE = "state"
    """Field `payload` of the device's state, scaled."""
    MEMBERS = "members"
    """Array: for each device of the cohort 1 if it has a report."""
    REPORTS = "reports"
    """Array: leaf `payload` of all reports, those of device 0 first."""
    COUNT = "count"
    """Readings in the device's window."""
    READING = "reading"
    """Column `payload` (0 is the time) of the reading at `index`, scaled; one below the column's least
    value where an optional field has none."""
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
    FRESH = "fresh"
    """The operand itself under a new name, so that an expression of the proof does not grow on."""
    BIT_AND = "bit_and"
    """Of two values that are not negative, bit by bit."""
    BIT_OR = "bit_or"
    """The same; their sum less what both have."""
    BIT_XOR = "bit_xor"
    """The same; their sum less twice what both have."""
    ARRAY = "array"
    """Array of the operands."""
    FILL = "fill"
    """Array of `payload` times the operand."""
    GET = "get"
    """`array, index`: an entry; the index lies in the array."""
    SET = "set"
    """`array, index, value`: the array with another entry; the index lies in it."""
    SORT = "sort"
    """`array, count`: the first `count` entries in rising order; behind them the greatest value that any
    entry can have."""
    RANK = "rank"
    """`array, chosen, k`: the k-th smallest, from 0, of the entries whose bit in `chosen` is 1; 0 if they
    are not more than k, which is not negative."""


INPUT_OPCODES = frozenset(
    (
        Opcode.ATTRIBUTE,
        Opcode.STARTS_AT,
        Opcode.NUMBER,
        Opcode.MISSED,
        Opcode.STATE,
        Opcode.MEMBERS,
        Opcode.REPORTS,
        Opcode.COUNT,
        Opcode.READING,
        Opcode.PRESENT,
    )
)
"""Operations that bring in what a device or a cohort gives."""

BIT_OPCODES = frozenset((Opcode.BIT_AND, Opcode.BIT_OR, Opcode.BIT_XOR))
"""Operations on the bits of two numbers, which are 0 or 1 where both numbers are."""

ARRAY_OPCODES = frozenset((Opcode.ARRAY, Opcode.FILL, Opcode.GET, Opcode.SET, Opcode.SORT, Opcode.RANK))

PURE_OPCODES = (
    frozenset(Opcode) - INPUT_OPCODES - ARRAY_OPCODES - {Opcode.CONSTANT, Opcode.TABLE, Opcode.FRESH}
)
"""Operations on numbers alone."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One computed value."""

    result: int
    opcode: Opcode
    operands: tuple[int, ...]
    span: Span
    payload: int = 0
    """Constant, length of FILL, or number of attribute, column, table, field of state or report."""
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
    purpose: str = ""
    """What the value is for, where no type but an operation demands the bounds."""


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
    collects: bool = False
    """Whether it is an array of which every round sets the entry of its own number."""


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
class InputBounds:
    """Bounds of what a program computes from."""

    columns: tuple[Interval, ...]
    """Of the scaled values of each column, time first; an optional field reaches one below its least."""
    attributes: tuple[Interval, ...]
    """Of the scaled attributes."""
    readings: int
    """Slots of a window."""
    state: tuple[Interval, ...] = ()
    """Of the fields of a device's state."""
    capacity: int = 0
    """Devices of a cohort; 0 for a program of one device."""
    reports: tuple[ReportLeaf, ...] = ()
    """What each device of a cohort reports."""


@dataclass(frozen=True, slots=True)
class ReportLeaf:
    """A number, or a list of numbers, in a report."""

    name: str
    bounds: Interval
    length: int
    """Entries; 1 for a number."""


@dataclass(frozen=True, slots=True)
class Program:
    """What is computed of a device's window, or of a cohort's reports."""

    body: tuple[Item, ...]
    outputs: tuple[int, ...]
    """A device's points and next state; or a device's report; or the array of a cohort's points. Each lies
    within what is declared for it, and is of no meaning where an event happened."""
    tables: tuple[Table, ...]
    inputs: InputBounds


NO_VALUE_BELOW = 1
"""Where an optional field has no value, its column holds its least value less this."""

STARTS_AT = Interval(0, 2**40 - 1)
"""Bounds of a window's start in seconds: until the year 36,812."""

WINDOWS = Interval(0, 2**32 - 1)
"""Bounds of a window's number, and of how many were missed."""

POINTS = Interval(0, 2**32 - 1)
"""Bounds of a device's points in one window: 32 bits of the packed result."""


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


def compute_length(operation: Operation, lengths: Mapping[int, int], inputs: InputBounds) -> int | None:
    """Return how many entries an operation's result has; None for a number."""
    match operation.opcode:
        case Opcode.ARRAY:
            return len(operation.operands)
        case Opcode.FILL:
            return operation.payload
        case Opcode.MEMBERS:
            return inputs.capacity
        case Opcode.REPORTS:
            return inputs.capacity * inputs.reports[operation.payload].length
        case Opcode.SET | Opcode.SORT:
            return lengths[operation.operands[0]]
        case Opcode.SELECT:
            return lengths.get(operation.operands[1])
        case _:
            return None


def find_lengths(program: Program) -> dict[int, int]:
    """Return the length of every array of a program."""
    lengths: dict[int, int] = {}

    def go_through(items: tuple[Item, ...]) -> None:
        for item in items:
            if isinstance(item, Operation):
                length = compute_length(item, lengths, program.inputs)
                if length is not None:
                    lengths[item.result] = length
            elif isinstance(item, Loop):
                for each in item.carried:
                    if each.initial in lengths:
                        lengths[each.value] = lengths[each.result] = lengths[each.initial]
                go_through(item.body)

    go_through(program.body)
    return lengths
