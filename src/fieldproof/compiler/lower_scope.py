"""Where lowering stands: the names of a function, the condition of the way to a place, and its exits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from fieldproof.compiler.builder import Builder
from fieldproof.compiler.declared import RecordType
from fieldproof.compiler.diagnostics import Code, Reporter, Span
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Opcode, Table
from fieldproof.compiler.types import TypeReader
from fieldproof.compiler.values import (
    Listing,
    Maybe,
    Number,
    Pack,
    Record,
    Unset,
    Value,
    get_leaves,
    is_same_shape,
    join_marks,
    replace_leaves,
)

MAXIMUM_STEPS = 4_000_000
"""Operations that a program may take, loops counted by their rounds."""


@dataclass(frozen=True, slots=True)
class ModuleScope:
    """A file of the network or the library, while functions of it are lowered."""

    names: dict[str, Value]
    """What stands at its top, and the words of the language."""
    reporter: Reporter
    types: TypeReader


@dataclass(frozen=True, slots=True)
class ScopeBase:
    """What all functions of one program share."""

    builder: Builder
    modules: dict[str, ModuleScope]
    """By path."""
    tables: list[Table]
    """Constant tables that the program can read at run time."""
    reading: ReadingShape
    has_state: bool
    report: RecordType | None
    """What each member of a cohort reports; None for a program of one device."""
    called: set[tuple[str, str]] = field(default_factory=set)
    """Path and name of the functions that the program reaches."""


@dataclass(frozen=True, slots=True)
class ReadingShape:
    """What a reading consists of."""

    name: str
    """Of the class."""
    columns: tuple[str, ...]
    optional: tuple[Interval | None, ...]
    """For each column the bounds of its values if one may be missing; None if there always is one."""
    readings: int
    """Slots of a window."""


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a loop's round or of a function."""

    condition: int
    """Bit, relative to the start of the round or function."""
    names: dict[str, Value]
    """Variables as they were there."""
    value: Value | None = None
    """Of a return."""


@dataclass(slots=True)
class Exits:
    """The ways out of the innermost round or function."""

    continues: list[Exit] = field(default_factory=list)
    breaks: list[Exit] = field(default_factory=list)
    returns: list[Exit] = field(default_factory=list)


@dataclass(slots=True)
class Scope:
    """Names and ways of one function."""

    names: dict[str, Value]
    anchor: int
    """Bit: whether the start of the innermost round or function is reached at all."""
    local: int
    """Bit, relative to the anchor: whether the present place is reached."""
    exits: Exits
    module: ModuleScope
    rounds: int = 1
    """How often the present place is computed: the product of the loops around it."""
    callers: tuple[str, ...] = ()
    """Functions being inlined, outermost first."""
    called_at: Span | None = None
    """Where the author calls the library, inside of one of its functions."""


class ScopedLowering:
    """The part of lowering that deals in conditions, joins and things that can raise."""

    def __init__(self, base: ScopeBase) -> None:
        self.base = base
        module = next(iter(base.modules.values()))
        start = Span(module.reporter.path, 1, 1, 1, 1)
        self.always = base.builder.constant(1, start)
        self.scope = Scope({}, self.always, self.always, Exits(), module)

    def add(self, opcode: Opcode, *operands: int, span: Span, payload: int = 0) -> int:
        """Return a computation's number."""
        return self.base.builder.add(opcode, operands, span, payload)

    def constant(self, value: int, span: Span) -> int:
        """Return a constant's number."""
        return self.base.builder.constant(value, span)

    def compute_path(self, span: Span) -> int:
        """Return the bit that tells whether the present place is reached."""
        return self.add(Opcode.AND, self.scope.anchor, self.scope.local, span=span)

    @contextmanager
    def branch(self, condition: int, span: Span) -> Iterator[None]:
        """Lower what is only reached where `condition` is 1."""
        before = self.scope.local
        self.scope.local = self.add(Opcode.AND, before, condition, span=span)
        yield
        self.scope.local = before

    def raise_where(self, fails: int, exception: str, message: str, span: Span) -> None:
        """Note that Python raises here where the bit `fails` is 1 and the place is reached."""
        condition = self.add(Opcode.AND, self.compute_path(span), fails, span=span)
        if self.base.builder.get_constant(condition) == 1:
            self.scope.module.reporter.report(
                Code.ALWAYS_RAISES,
                span,
                f"this always raises {exception}: {message}",
                "correct the constant, or remove the line",
            )
        self.base.builder.add_event(condition, exception, message, span)

    def narrow(self, value: int, bounds: Interval, exception: str, message: str, span: Span) -> int:
        """Return a value surely in `bounds`: the given one, or a harmless one where Python raises."""
        low = self.constant(bounds.low, span)
        high = self.constant(bounds.high, span)
        below = self.add(Opcode.LESS, value, low, span=span)
        above = self.add(Opcode.LESS, high, value, span=span)
        inside = self.add(
            Opcode.AND,
            self.add(Opcode.NOT, below, span=span),
            self.add(Opcode.NOT, above, span=span),
            span=span,
        )
        self.raise_where(self.add(Opcode.NOT, inside, span=span), exception, message, span)
        return self.base.builder.add(Opcode.NARROW, (inside, value), span, bounds=bounds)

    def choose(self, condition: int, positive: Value, negative: Value, name: str, span: Span) -> Value:
        """Return what a variable is after a choice between two ways."""
        if positive == negative:
            return positive
        if isinstance(positive, Unset):
            return positive
        if isinstance(negative, Unset):
            return negative
        positive, negative = self.unite(positive, negative, span), self.unite(negative, positive, span)
        positive = join_marks(positive, negative)
        left, right = get_leaves(positive), get_leaves(negative)
        if left is None or right is None or not is_same_shape(positive, negative):
            return Unset(f"{name} stands for different kinds of things on the two ways that lead here")
        chosen = replace_leaves(
            positive,
            [
                self.add(Opcode.SELECT, condition, one, other, span=span)
                for one, other in zip(left, right, strict=True)
            ],
        )
        if isinstance(chosen, Maybe) and self.base.builder.get_constant(chosen.present) == 1:
            return Number(chosen.value)
        return chosen

    def unite(self, value: Value, other: Value, span: Span) -> Value:
        """Return a value in the shape in which it can be the other outcome of a choice, if there is one."""
        match value, other:
            case Number(number), Maybe():
                return Maybe(number, self.always)
            case Listing(), Listing() if value.length == other.length and (
                not is_same_shape(value, other) or self._find_lengths(value) != self._find_lengths(other)
            ):
                return self.lay_out(value, span, is_counted=(value.count, other.count) != (None, None))
            case Record(kind, fields), Record(_, others) if len(fields) == len(others):
                united = [
                    (name, self.unite(one, two, span))
                    for (name, one), (_, two) in zip(fields, others, strict=True)
                ]
                return Record(kind, tuple(united))
            case Pack(items), Pack(others) if len(items) == len(others):
                return Pack(tuple(self.unite(one, two, span) for one, two in zip(items, others, strict=True)))
            case _:
                return value

    def _find_lengths(self, value: Listing) -> list[int]:
        """Return the lengths of a list's arrays, of which a part of a list takes some entries."""
        return [self.base.builder.lengths[each] for each in get_leaves(value.item) or ()]

    def lay_out(self, value: Listing, span: Span, *, is_counted: bool) -> Listing:
        """Return a list whose arrays begin with its first entry and hold nothing else."""
        count = value.count
        if count is None and is_counted:
            count = self.constant(value.length, span)
        if (value.first, value.step, value.base) == (0, 1, None) and set(self._find_lengths(value)) <= {
            value.length
        }:
            return replace(value, count=count)
        entries = [
            get_leaves(self.get_entry(value, self.constant(i, span), span)) or () for i in range(value.length)
        ]
        arrays = [
            self.add(Opcode.ARRAY, *(entry[leaf] for entry in entries), span=span)
            for leaf in range(len(entries[0]))
        ]
        return replace(
            value, item=replace_leaves(value.item, arrays), count=count, first=0, step=1, base=None
        )

    def get_entry(self, value: Listing, index: int, span: Span) -> Value:
        """Return the entry of a list at an index that surely lies in it."""
        place = self.compute_place(value, index, span)
        leaves = [self.add(Opcode.GET, each, place, span=span) for each in get_leaves(value.item) or ()]
        return replace_leaves(value.item, leaves)

    def compute_place(self, value: Listing, index: int, span: Span) -> int:
        """Return where an entry lies in the arrays of a list."""
        place = index
        if value.step == -1:
            place = self.add(Opcode.SUBTRACT, self.constant(value.first, span), index, span=span)
        elif value.first:
            place = self.add(Opcode.ADD, index, self.constant(value.first, span), span=span)
        return place if value.base is None else self.add(Opcode.ADD, value.base, place, span=span)

    def join(
        self, condition: int, positive: dict[str, Value], negative: dict[str, Value], span: Span
    ) -> None:
        """Set the names to what they are after a choice between two ways."""
        joined: dict[str, Value] = {}
        for name in (*positive, *(each for each in negative if each not in positive)):
            missing = Unset(f"{name} is set on one way only that leads here")
            joined[name] = self.choose(
                condition, positive.get(name, missing), negative.get(name, missing), name, span
            )
        self.scope.names = joined
