"""What a piece of the source stands for, as an author sees it: its kind, and the bounds of its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Table
from fieldproof.compiler.values import (
    CohortView,
    Listing,
    Maybe,
    Number,
    Pack,
    Record,
    RoundsBound,
    TableReference,
    Value,
    WindowView,
    describe,
)


@dataclass(frozen=True, slots=True)
class Sight:
    """A value over all times that it is computed."""

    kind: str
    """As `a list of 4`; empty for a number."""
    bounds: Interval | None
    """Of the number, or of every number of a list; None for objects and tuples."""
    parts: tuple[tuple[str, Sight], ...] = ()
    """Fields of an object, items of a tuple, or those that each entry of a list has."""
    owner: str = ""
    """Class of an object; `Window` and `Cohort` for those."""


def see(value: Value, intervals: Mapping[int, Interval], tables: Sequence[Table]) -> Sight | None:
    """Return what a value of a program shows; None for functions and types, and what is never computed."""
    match value:
        case Number(number):
            return _see_number("", intervals.get(number))
        case Maybe(number):
            return _see_number("a number or None", intervals.get(number))
        case Listing(item):
            entry = see(item, intervals, tables)
            return None if entry is None else replace(entry, kind=describe(value), owner="")
        case Record(kind, fields):
            return _see_parts(describe(value), fields, intervals, tables, kind)
        case Pack(items):
            numbered = [(f"[{number}]", item) for number, item in enumerate(items)]
            return _see_parts(describe(value), numbered, intervals, tables, "")
        case WindowView(length):
            return Sight(f"at most {length} readings", None, owner="Window")
        case CohortView(capacity):
            return Sight(f"a cohort of {capacity}", None, owner="Cohort")
        case TableReference(number=number, length=length):
            entries = tables[number].entries
            return Sight(f"a table of {length}", Interval(min(entries), max(entries)))
        case RoundsBound(rounds):
            return Sight(f"a bound of {rounds} rounds", None)
        case _:
            return None


def _see_number(kind: str, bounds: Interval | None) -> Sight | None:
    return None if bounds is None else Sight(kind, bounds)


def _see_parts(
    kind: str,
    parts: Iterable[tuple[str, Value]],
    intervals: Mapping[int, Interval],
    tables: Sequence[Table],
    owner: str,
) -> Sight | None:
    seen = [(name, see(part, intervals, tables)) for name, part in parts]
    known = tuple((name, part) for name, part in seen if part is not None)
    return Sight(kind, None, known, owner) if known else None


def join(sights: Iterable[Sight]) -> Sight | None:
    """Return what several sights of one place have in common; None if there are none."""
    joined: Sight | None = None
    for each in sights:
        joined = each if joined is None else _join_pair(joined, each)
    return joined


def _join_pair(first: Sight, second: Sight) -> Sight:
    bounds = second.bounds if first.bounds is None else first.bounds
    if first.bounds is not None and second.bounds is not None:
        bounds = first.bounds.join(second.bounds)
    others = dict(second.parts)
    parts = tuple(
        (name, _join_pair(part, others[name]) if name in others else part) for name, part in first.parts
    )
    return Sight(max(first.kind, second.kind), bounds, parts, first.owner)


def list_parts(sight: Sight, name: str = "") -> Iterator[tuple[str, Sight]]:
    """Go through the numbers and lists that an object or tuple consists of, with their names."""
    for part_name, part in sight.parts:
        is_item = part_name.startswith("[")
        full = f"{name}.{part_name}" if name and not is_item else f"{name}{part_name}"
        if part.parts:
            yield from list_parts(part, full)
        else:
            yield full, part
