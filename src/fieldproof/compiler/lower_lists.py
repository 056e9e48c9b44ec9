"""Lowering of lists: written out, made by a comprehension, sorted, ranked."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import gcd

from fieldproof.compiler.diagnostics import Code, Span
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Carried, Opcode
from fieldproof.compiler.lower_scope import MAXIMUM_STEPS
from fieldproof.compiler.lower_series import Series, SeriesLowering
from fieldproof.compiler.values import (
    BROKEN,
    Listing,
    Number,
    TableReference,
    Value,
    describe,
    get_leaves,
    replace_leaves,
)

MAXIMUM_ORDERED = 1 << 16
"""Numbers that can be put in order: their places are proven as numbers of 16 bits."""


@dataclass(frozen=True, slots=True)
class _Collected:
    """What went through a loop: arrays of the values, and which of them count."""

    item: Value
    """The shape of a value, its leaves the numbers of arrays."""
    chosen: int
    """Array of bits."""
    count: int
    """Value of how many count."""


class ListLowering(SeriesLowering):
    """Lists as values; that they are changed in place is the matter of statements."""

    def bind(self, target: ast.expr, value: Value) -> None:
        """Assign a value to a name or a tuple of names; defined where statements are."""
        raise NotImplementedError

    def lower_list(self, node: ast.List | ast.ListComp, span: Span) -> Value:
        """Return a list that is written out or made by a comprehension."""
        if isinstance(node, ast.ListComp):
            return self._lower_comprehension(node, span)
        items = tuple(self.lower_expression(each) for each in node.elts)
        if BROKEN in items:
            return BROKEN
        listing = self.make_list(items, span) if items else None
        if listing is None:
            return self.refuse(
                Code.LIST,
                node,
                "a list holds at least one value, and values of one kind",
                "write [0] * n for a list to fill, or a tuple for values of several kinds",
            )
        return listing

    def combine_lists(self, node: ast.BinOp, left: Value, right: Value, span: Span) -> Value:
        """Return a list repeated by a constant, or two of fixed length joined."""
        if isinstance(node.op, ast.Mult):
            listing, other = (left, right) if isinstance(left, Listing) else (right, left)
            times = self.base.builder.get_constant(other.value) if isinstance(other, Number) else None
            if isinstance(listing, Listing) and listing.count is None and times is not None and times > 0:
                return self._repeat(listing, times, node, span)
        match node.op, left, right:
            case ast.Add(), Listing(count=None), Listing(count=None):
                entries = [*self._read_all(left, span), *self._read_all(right, span)]
                joined = self.make_list(tuple(entries), span)
                if joined is not None:
                    return joined
        if BROKEN in (left, right):
            return BROKEN
        return self.refuse(
            Code.LIST,
            node,
            "lists of fixed length are repeated by a constant, or joined, and nothing else",
            "write [0] * 24, or compute entry by entry",
        )

    def _read_all(self, listing: Listing, span: Span) -> list[Value]:
        return [self.get_entry(listing, self.constant(i, span), span) for i in range(listing.length)]

    def _repeat(self, listing: Listing, times: int, node: ast.AST, span: Span) -> Value:
        if listing.length * times > MAXIMUM_STEPS:
            return self.refuse(Code.TOO_LONG, node, "this list is too long to prove", "make it shorter")
        if listing.length > 1:
            return self.make_list(tuple(self._read_all(listing, span)) * times, span) or BROKEN
        leaves = get_leaves(self.get_entry(listing, self.constant(0, span), span)) or ()
        arrays = [self.add(Opcode.FILL, each, span=span, payload=times) for each in leaves]
        return Listing(replace_leaves(listing.item, arrays), times)

    def _lower_comprehension(self, node: ast.ListComp, span: Span) -> Value:
        series = self._get_one_loop(node)
        if series is None:
            return BROKEN
        series = self.align(series, span)
        if node.generators[0].ifs:
            return self.refuse(
                Code.LIST_FILTER,
                node.generators[0].ifs[0],
                "a list that leaves values out has no length that is known beforehand",
                "keep a value for each, say 0 or None, or give the condition to sum, median or rank",
            )
        collected = self._collect(series, node.generators[0], lambda _: self.lower_expression(node.elt), span)
        if collected is None:
            return BROKEN
        return Listing(collected.item, series.rounds, series.count)

    def _get_one_loop(self, node: ast.ListComp | ast.GeneratorExp) -> Series | None:
        if len(node.generators) == 1:
            series = self.lower_series(node.generators[0].iter)
            if series is not None and series.rounds == 0:
                self.refuse(Code.LIST, node, "nothing goes through this loop", "loop over something")
                return None
            return series
        self.refuse(Code.NESTED_GENERATOR, node, "a generator has one `for` here", "write nested loops out")
        return None

    def _collect(
        self,
        series: Series,
        loop: ast.comprehension | None,
        make_item: Callable[[Value], Value],
        span: Span,
    ) -> _Collected | None:
        """Go through a series and keep what `make_item` gives in every round."""
        builder, scope = self.base.builder, self.scope
        names, outer = dict(scope.names), (scope.anchor, scope.local)
        zero = self.constant(0, span)
        scope.anchor, scope.local = self.compute_path(span), self.always
        index, total = builder.open_loop(series.rounds), builder.make_value()
        if series.get_present is not None:
            scope.local = series.get_present(index)
        item = series.get_item(index)
        if loop is not None:
            self.bind(loop.target, item)
            for condition in loop.ifs:
                truth = self.lower_truth(condition)
                if truth is not None:
                    scope.local = self.add(Opcode.AND, scope.local, truth, span=span)
        item = make_item(item)
        leaves = get_leaves(item)
        if leaves is None or any(each in builder.lengths for each in leaves):
            if item is not BROKEN:
                self.refuse(
                    Code.LIST,
                    loop.target if loop is not None else span,
                    f"a list cannot hold {describe(item)}",
                    "keep numbers, tuples or objects of numbers in it",
                )
            leaves, item = (zero,), Number(zero)
        following = self.add(
            Opcode.SELECT, scope.local, self.add(Opcode.ADD, total, self.always, span=span), total, span=span
        )
        carried = [Carried(total, zero, following, builder.make_result(zero))]
        for leaf in (*leaves, scope.local):
            empty = self.add(Opcode.FILL, zero, span=span, payload=series.rounds)
            array = builder.make_value(empty)
            changed = self.add(Opcode.SET, array, index, leaf, span=span)
            carried.append(Carried(array, empty, changed, builder.make_result(empty), collects=True))
        builder.close_loop(index, series.rounds, carried, span)
        scope.anchor, scope.local = outer
        scope.names = names
        arrays = [each.result for each in carried[1:]]
        return _Collected(replace_leaves(item, arrays[:-1]), arrays[-1], carried[0].result)

    def copy_list(self, node: ast.Call, span: Span) -> Value:
        """`list(x)`: a list of what a loop over x goes through."""
        series = self.lower_series(node.args[0]) if len(node.args) == 1 else None
        if series is None or series.rounds == 0:
            return self.refuse(Code.LIST, node, "list takes something to go through", "write list(values)")
        series = self.align(series, span)
        collected = self._collect(series, None, lambda item: item, span)
        return BROKEN if collected is None else Listing(collected.item, series.rounds, series.count)

    def sort(self, node: ast.Call, span: Span) -> Value:
        """`sorted(values)`, of numbers; `reverse=True` where their number is fixed."""
        is_reversed = False
        for each in node.keywords:
            if each.arg != "reverse" or not isinstance(each.value, ast.Constant):
                return self.refuse(
                    Code.NAMED_ARGUMENT, each, "sorted sorts numbers by size", "write sorted(values)"
                )
            is_reversed = bool(each.value.value)
        listing = self._get_list(node, span)
        if listing is None or not self._fits_order(listing.length, node):
            return BROKEN
        if not isinstance(listing.item, Number) or (is_reversed and listing.count is not None):
            return self.refuse(
                Code.ELEMENT_KIND,
                node,
                "sorted takes numbers, and sorts backwards only where their number is fixed",
                "sort the numbers that you need, in rising order",
            )
        flat = self.lay_out(listing, span, is_counted=listing.count is not None)
        count = self.count_items(flat, span)
        leaf = get_leaves(flat.item) or ()
        ordered = self.add(Opcode.SORT, leaf[0], count, span=span)
        if flat.count is not None and self.scope.rounds > 1:
            ordered = self._clear_rest(ordered, flat.length, flat.count, span)
        result = Listing(Number(ordered), flat.length, flat.count)
        return replace(result, first=result.length - 1, step=-1) if is_reversed else result

    def _fits_order(self, count: int, node: ast.AST) -> bool:
        if count <= MAXIMUM_ORDERED:
            return True
        said = f"{count:,} numbers cannot be put in order, at most {MAXIMUM_ORDERED:,}"
        self.refuse(Code.TOO_LONG, node, said, "order fewer of them, or use histogram")
        return False

    def _clear_rest(self, array: int, length: int, count: int, span: Span) -> int:
        """Put 0 behind the first `count` entries.

        What SORT leaves there is known only when all rounds of a loop are: a round that goes on from what
        the round before sorted would begin above what the analysis knows of it.
        """
        zero = self.constant(0, span)
        entries = []
        for place in (self.constant(each, span) for each in range(length)):
            is_inside = self.add(Opcode.LESS, place, count, span=span)
            entry = self.add(Opcode.GET, array, place, span=span)
            entries.append(self.add(Opcode.SELECT, is_inside, entry, zero, span=span))
        return self.add(Opcode.ARRAY, *entries, span=span)

    def _get_list(self, node: ast.Call, span: Span) -> Listing | None:
        argument = node.args[0] if len(node.args) == 1 else None
        if isinstance(argument, ast.GeneratorExp):
            argument = ast.copy_location(ast.ListComp(argument.elt, argument.generators), argument)
        value = BROKEN if argument is None else self.lower_expression(argument)
        if isinstance(value, TableReference):
            value = self.make_list(tuple(self._read_table(value, span)), span) or BROKEN
        if isinstance(value, Listing):
            return value
        if value is not BROKEN or argument is None:
            self.refuse(Code.ARGUMENTS, node, "sorted takes a list", "write sorted(values)")
        return None

    def _read_table(self, table: TableReference, span: Span) -> list[Value]:
        return [self.read_table(table, self.constant(i, span), span) for i in range(table.length)]

    def rank(self, node: ast.Call, name: str, span: Span) -> Value:
        """`median(values)`, `percentile(values, p)`, `rank(values, k)`."""
        wanted = 1 if name == "median" else 2
        if len(node.args) != wanted:
            return self.refuse(
                Code.ARGUMENTS,
                node,
                f"{name} takes {wanted} argument{'s' if wanted > 1 else ''}",
                "write median(values), percentile(values, 90) or rank(values, 2)",
            )
        argument = node.args[0]
        loop = None
        if isinstance(argument, ast.GeneratorExp):
            series, loop = self._get_one_loop(argument), argument.generators[0]
        else:
            series = self.lower_series(argument)
        second = self.lower_number(node.args[1]) if wanted == 2 else None
        if series is None or (wanted == 2 and second is None) or not self._fits_order(series.rounds, node):
            return BROKEN

        def make_item(item: Value) -> Value:
            value = self.lower_expression(argument.elt) if isinstance(argument, ast.GeneratorExp) else item
            number = self.to_compared(value, argument)
            return BROKEN if number is None else Number(number)

        collected = self._collect(series, loop, make_item, span)
        if collected is None or not isinstance(collected.item, Number):
            return BROKEN
        place = self._find_place(node, name, collected.count, second, series.rounds, span)
        if place is None:
            return BROKEN
        array = collected.item.value
        return Number(self.add(Opcode.RANK, array, collected.chosen, place, span=span))

    def _find_place(
        self, node: ast.Call, name: str, count: int, second: int | None, most: int, span: Span
    ) -> int | None:
        zero, one = self.constant(0, span), self.constant(1, span)
        if name == "rank" and second is not None:
            below = self.add(Opcode.LESS, second, zero, span=span)
            inside = self.add(
                Opcode.AND,
                self.add(Opcode.NOT, below, span=span),
                self.add(Opcode.LESS, second, count, span=span),
                span=span,
            )
            refused = self.add(Opcode.NOT, inside, span=span)
            self.raise_where(refused, "IndexError", "there is no value of that rank", span)
            return self.base.builder.add(Opcode.NARROW, (inside, second), span, bounds=Interval(0, most - 1))
        is_empty = self.add(Opcode.EQUAL, count, zero, span=span)
        self.raise_where(is_empty, "ValueError", f"{name} of nothing", span)
        if second is None:
            doubled = self.add(Opcode.SUBTRACT, count, one, span=span)
            return self.add(
                Opcode.FLOOR_DIVIDE,
                self.add(Opcode.MAXIMUM, doubled, zero, span=span),
                self.constant(2, span),
                span=span,
            )
        share = self.base.builder.get_constant(second)
        if share is None or not 0 <= share <= 100:
            self.refuse(
                Code.PERCENTAGE, node.args[1], "a percentile is a constant from 0 to 100", "write a number"
            )
            return None
        # The least whole number that is not below share * count / 100, counted from 0.
        scaled = self.add(Opcode.MULTIPLY, count, second, span=span)
        raised = self.add(Opcode.ADD, scaled, self.constant(99, span), span=span)
        number = self.add(Opcode.FLOOR_DIVIDE, raised, self.constant(100, span), span=span)
        return self.add(Opcode.MAXIMUM, self.add(Opcode.SUBTRACT, number, one, span=span), zero, span=span)

    def interpolate(self, node: ast.Call, span: Span) -> Value:
        """`interpolate(x, xs, ys)`: on straight lines between constant points, level outside of them."""
        if len(node.args) != 3 or node.keywords:
            return self.refuse(
                Code.ARGUMENTS, node, "interpolate takes x, xs and ys", "write interpolate(x, XS, YS)"
            )
        x = self.lower_number(node.args[0])
        xs, ys = map(self._get_constants, node.args[1:])
        if x is None or xs is None or ys is None:
            return BROKEN
        if len(xs) != len(ys) or len(xs) < 2 or any(a >= b for a, b in pairwise(xs)):
            return self.refuse(
                Code.ARGUMENTS,
                node,
                "the points of interpolate are at least two, as many xs as ys, and xs rise",
                "correct the tables",
            )
        clamped = self.add(Opcode.MAXIMUM, x, self.constant(xs[0], span), span=span)
        clamped = self.add(Opcode.MINIMUM, clamped, self.constant(xs[-1], span), span=span)
        piece = self.constant(0, span)
        for each in xs[1:-1]:
            below = self.add(Opcode.LESS, clamped, self.constant(each, span), span=span)
            passed = self.add(Opcode.NOT, below, span=span)
            piece = self.add(Opcode.ADD, piece, passed, span=span)
        piece = self.base.builder.add(
            Opcode.NARROW, (self.always, piece), span, bounds=Interval(0, len(xs) - 2)
        )
        # Slopes in lowest terms: one of whole numbers then needs no division.
        sizes = [(xs[i + 1] - xs[i], ys[i + 1] - ys[i]) for i in range(len(xs) - 1)]
        lowest = [(size // gcd(size, change), change // gcd(size, change)) for size, change in sizes]
        start = self._pick(xs[:-1], "xs", piece, span)
        width = self._pick([size for size, _ in lowest], "widths", piece, span)
        base = self._pick(ys[:-1], "ys", piece, span)
        rise = self._pick([change for _, change in lowest], "rises", piece, span)
        way = self.add(Opcode.SUBTRACT, clamped, start, span=span)
        part = self.add(
            Opcode.FLOOR_DIVIDE, self.add(Opcode.MULTIPLY, way, rise, span=span), width, span=span
        )
        return Number(self.add(Opcode.ADD, base, part, span=span))

    def _get_constants(self, node: ast.expr) -> list[int] | None:
        value = self.lower_expression(node)
        if isinstance(value, TableReference) and not value.row:
            return list(self.base.tables[value.number].entries)
        items = value.items if hasattr(value, "items") else ()
        known = [self.base.builder.get_constant(each.value) for each in items if isinstance(each, Number)]
        found = [each for each in known if each is not None]
        if found and len(found) == len(items):
            return found
        if value is not BROKEN:
            self.refuse(
                Code.ARGUMENTS, node, "the points of interpolate are constants", "name a constant table"
            )
        return None

    def _pick(self, entries: Sequence[int], name: str, index: int, span: Span) -> int:
        if len(set(entries)) == 1:
            return self.constant(entries[0], span)
        known = self.base.builder.get_constant(index)
        if known is not None:
            return self.constant(entries[known], span)
        return self.add(Opcode.TABLE, index, span=span, payload=self.add_table(name, tuple(entries)))
