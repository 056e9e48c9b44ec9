"""Lowering of slices, and of how many readings or entries the parts hold.

From the front the places of a part are fixed. The last few of a window stand behind all others: where they
begin follows from how many readings there are, so they are read at places that only the witness knows. What a
part leaves out at the end moves no place: it holds a reading where the window has one that much further on.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from fieldproof.compiler.diagnostics import Code, Span
from fieldproof.compiler.ir import Opcode
from fieldproof.compiler.lower_expressions import ExpressionLowering
from fieldproof.compiler.values import (
    BROKEN,
    Listing,
    Pack,
    TableReference,
    Value,
    WindowView,
)


class PartLowering(ExpressionLowering):
    """Parts of the window, lists, tables and tuples."""

    def count_items(self, value: WindowView | Listing, span: Span) -> int:
        """Return how many readings or entries there are."""
        if isinstance(value, Listing):
            return self.constant(value.length, span) if value.count is None else value.count
        return self.count_from(value.mark, value.length, span)

    def count_from(self, first: int, length: int, span: Span) -> int:
        """Return how many of the window's slots from `first` on hold a reading, at most `length`."""
        count = self.add(Opcode.COUNT, span=span)
        if first:
            rest = self.add(Opcode.SUBTRACT, count, self.constant(first, span), span=span)
            count = self.add(Opcode.MAXIMUM, rest, self.constant(0, span), span=span)
        if first + length < self.base.reading.readings:
            count = self.add(Opcode.MINIMUM, count, self.constant(length, span), span=span)
        return count

    def find_slot(self, view: WindowView, index: int, span: Span) -> int:
        """Return the slot of a reading at an index that lies in the window or a part of it."""
        slot = self.shift_index(index, view.first, span)
        return slot if view.base is None else self.add(Opcode.ADD, view.base, slot, span=span)

    def shift_index(self, index: int, first: int, span: Span) -> int:
        """Return an index moved by a constant."""
        return self.add(Opcode.ADD, index, self.constant(first, span), span=span)

    def lower_slice(self, node: ast.Subscript, owner: Value, index: ast.Slice, span: Span) -> Value:
        """Return a part between two constants, each from the front or from the end."""
        if owner is BROKEN:
            return BROKEN
        is_known = isinstance(owner, WindowView | Listing | Pack | TableReference)
        if is_known and index.step is not None:
            return self.refuse(
                Code.SLICE,
                node,
                "a part holds neighbours, and a step leaves some out",
                "loop over reversed(...) to go backwards, or test the number that enumerate gives",
            )
        bounds = self._read_bounds(index)
        part = self._cut(owner, *bounds, span) if is_known and bounds is not None else None
        if part is not None:
            return part
        if is_known and bounds is not None and _is_mixed(*bounds):
            return self.refuse(
                Code.SLICE,
                node,
                "a part that begins at a place from the end cannot end at one from the front",
                "write window[-3:] or window[-3:-1], or test the number that enumerate gives",
            )
        return self.refuse(
            Code.SLICE,
            node,
            "a part is cut out of the window, a list or a tuple, by constants that leave something",
            "write window[1:], window[-3:], values[2:10], or loop and skip with if",
        )

    def _read_bounds(self, index: ast.Slice) -> tuple[int | None, int | None] | None:
        """Return the bounds of a slice as they are written; None where one is no constant."""
        found: list[int | None] = []
        for each in (index.lower, index.upper):
            number = None if each is None else self.lower_number(each)
            found.append(None if number is None else self.base.builder.get_constant(number))
            if each is not None and found[-1] is None:
                return None
        return found[0], found[1]

    def _cut(self, owner: Value, lower: int | None, upper: int | None, span: Span) -> Value | None:
        """Return a part; None where it cannot be cut so, or nothing would be left."""
        if isinstance(owner, WindowView) or (isinstance(owner, Listing) and owner.count is not None):
            return self._cut_counted(owner, lower or 0, upper, span)
        length = len(owner.items) if isinstance(owner, Pack) else getattr(owner, "length", 0)
        first, end, _ = slice(lower, upper).indices(length)
        if first >= end:
            return None
        match owner:
            case Listing():
                return _take_entries(owner, first, end - first)
            case Pack(items):
                return Pack(items[first:end])
            case TableReference():
                return self._cut_table(owner, first, end)
            case _:
                return None

    def _cut_table(self, owner: TableReference, first: int, end: int) -> TableReference:
        entries, width = self.base.tables[owner.number].entries, max(1, owner.row)
        number = self.add_table(f"{owner.name}[{first}:{end}]", entries[first * width : end * width])
        return replace(owner, number=number, length=end - first)

    def _cut_counted(
        self, owner: WindowView | Listing, lower: int, upper: int | None, span: Span
    ) -> Value | None:
        """Cut what holds as many entries as the device has readings."""
        if lower < 0:
            if -lower < owner.length:
                if _is_mixed(lower, upper):
                    return None
                owner = self._take_last(owner, -lower, span)
            lower = 0
        end, dropped = owner.length, 0
        if upper is not None:
            end, dropped = (min(upper, end), 0) if upper >= 0 else (end + upper, -upper)
        if lower >= end:
            return None
        if isinstance(owner, WindowView):
            mark = owner.mark + lower + dropped
            return replace(owner, length=end - lower, first=owner.first + lower, mark=mark, is_part=True)
        rest = self.add(
            Opcode.SUBTRACT, self.count_items(owner, span), self.constant(lower + dropped, span), span=span
        )
        rest = self.add(Opcode.MAXIMUM, rest, self.constant(0, span), span=span)
        rest = self.add(Opcode.MINIMUM, rest, self.constant(end - lower, span), span=span)
        return replace(_take_entries(owner, lower, end - lower), count=rest)

    def _take_last(self, owner: WindowView | Listing, length: int, span: Span) -> WindowView | Listing:
        """Return the last entries, at most `length`, which is less than there can be."""
        count, most = self.count_items(owner, span), self.constant(length, span)
        before = self.add(Opcode.SUBTRACT, count, most, span=span)
        base = self.add(Opcode.MAXIMUM, before, self.constant(0, span), span=span)
        if owner.base is not None:
            base = self.add(Opcode.ADD, owner.base, base, span=span)
        if isinstance(owner, WindowView):
            return replace(owner, length=length, base=base, is_part=True)
        kept = self.add(Opcode.MINIMUM, count, most, span=span)
        return replace(_take_entries(owner, 0, length), count=kept, base=base)


def _is_mixed(lower: int | None, upper: int | None) -> bool:
    """Whether a slice goes from a place counted from the end to one counted from the front."""
    return lower is not None and lower < 0 and upper is not None and upper >= 0


def _take_entries(owner: Listing, first: int, length: int) -> Listing:
    return replace(
        owner,
        first=owner.first + owner.step * first,
        length=length,
        is_borrowed=False,
        is_frozen=False,
        is_lent=False,
    )
