"""Lowering of what reads parts of values: fields and indices; and of types that are declared."""

from __future__ import annotations

import ast
from dataclasses import replace

from fieldproof.compiler.declared import ArrayType, RecordType, SizedInteger, UnboundedInteger
from fieldproof.compiler.diagnostics import Code, Span
from fieldproof.compiler.inside import find_proof
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import NO_VALUE_BELOW, Declaration, Opcode
from fieldproof.compiler.lower_parts import PartLowering
from fieldproof.compiler.types import ClassType, ListType, OptionalType, TupleType, Type
from fieldproof.compiler.values import (
    BROKEN,
    Broken,
    CohortView,
    EnumType,
    Listing,
    Maybe,
    Number,
    Pack,
    Record,
    TableReference,
    Value,
    WindowView,
    describe,
    get_leaves,
    is_same_shape,
    replace_leaves,
)

_WINDOW_FIELDS = {
    "starts_at": Opcode.STARTS_AT,
    "number": Opcode.NUMBER,
    "missed": Opcode.MISSED,
}


class AccessLowering(PartLowering):
    """Access to the window, readings, attributes, objects, lists, tables and tuples."""

    def lower_field(self, node: ast.Attribute, owner: Value, name: str, span: Span) -> Value:
        """Return a field of a record or of the window, or a member of an enumeration."""
        match owner:
            case Record(kind, fields):
                found = dict(fields).get(name)
                if found is not None:
                    return replace(found, is_frozen=True) if isinstance(found, Listing) else found
                known = ", ".join(each for each, _ in fields)
                return self.refuse(
                    Code.UNKNOWN_FIELD, node, f"{kind} has no field {name}", f"use one of {known}"
                )
            case EnumType(kind, members):
                value = dict(members).get(name)
                if value is not None:
                    return Number(self.constant(value, span))
                known = ", ".join(each for each, _ in members)
                return self.refuse(
                    Code.UNKNOWN_FIELD, node, f"{kind} has no member {name}", f"use one of {known}"
                )
            case WindowView(is_part=False):
                if name == "missed" and not self.base.has_state:
                    return self.refuse(
                        Code.UNKNOWN_FIELD,
                        node,
                        "a program without state cannot know which windows a device missed",
                        "take the state as a further parameter and return it",
                    )
                if name in _WINDOW_FIELDS:
                    return Number(self.add(_WINDOW_FIELDS[name], span=span))
                return self.refuse(
                    Code.UNKNOWN_FIELD,
                    node,
                    f"a window has no {name}",
                    f"use {', '.join(_WINDOW_FIELDS)}, len(window), window[i] or a loop over it",
                )
            case WindowView() if name in _WINDOW_FIELDS:
                return self.refuse(
                    Code.NO_FIELDS,
                    node,
                    f"a part of the window is a tuple of readings, which has no {name}",
                    f"write {name} behind the window itself",
                )
            case Broken():
                return BROKEN
            case _:
                return self.refuse(
                    Code.NO_FIELDS,
                    node,
                    f"{describe(owner)} has no fields",
                    "only readings, attributes and objects of dataclasses have",
                )

    def lower_subscript(self, node: ast.Subscript, inner: ast.expr, index: ast.expr, span: Span) -> Value:
        """Return an entry of the window, a list, a table or a tuple."""
        owner = self.lower_expression(inner)
        if isinstance(index, ast.Slice):
            return self.lower_slice(node, owner, index, span)
        number = self.lower_number(index)
        if owner is BROKEN or number is None:
            return BROKEN
        match owner:
            case WindowView():
                safe = self._narrow_index(
                    number, self.count_items(owner, span), owner.length, "the window", span
                )
                return self.make_reading(self.find_slot(owner, safe, span), span)
            case TableReference(name, _, length):
                safe = self._narrow_index(number, self.constant(length, span), length, name, span)
                return self.read_table(owner, safe, span)
            case Listing():
                return self.get_entry(owner, self.narrow_list_index(owner, number, span), span)
            case CohortView(capacity):
                count = self.constant(capacity, span)
                return self.make_member(self._narrow_index(number, count, capacity, "the cohort", span), span)
            case Pack(items):
                return self._read_pack(node, items, number, span)
            case _:
                return self.refuse(
                    Code.INDEX,
                    node,
                    f"{describe(owner)} has no entries",
                    "index the window, a list or a table",
                )

    def _read_pack(self, node: ast.Subscript, items: tuple[Value, ...], number: int, span: Span) -> Value:
        constant = self.base.builder.get_constant(number)
        if constant is not None and -len(items) <= constant < len(items):
            return items[constant]
        listing = self.make_list(items, span) if constant is None and items else None
        if listing is None:
            return self.refuse(
                Code.TUPLE_INDEX,
                node,
                f"the index of a tuple must be a constant below {len(items)}",
                "make the tuple a module constant or a list: such take any index",
            )
        return self.get_entry(listing, self.narrow_list_index(listing, number, span), span)

    def make_list(self, items: tuple[Value, ...], span: Span) -> Listing | None:
        """Return a list of values of one shape; None if they have none in common."""
        shape = items[0]
        for each in items[1:]:
            shape = self.unite(shape, each, span)
        united = [self.unite(each, shape, span) for each in items]
        leaves = [get_leaves(each) for each in united]
        known = [each for each in leaves if each is not None]
        if len(known) != len(leaves) or not all(is_same_shape(shape, each) for each in united):
            return None
        if any(each in self.base.builder.lengths for entry in known for each in entry):
            return None
        arrays = [self.add(Opcode.ARRAY, *column, span=span) for column in zip(*known, strict=True)]
        return Listing(replace_leaves(shape, arrays), len(items))

    def narrow_list_index(self, owner: Listing, index: int, span: Span) -> int:
        """Return an index that surely lies in a list; raises where Python would."""
        return self._narrow_index(index, self.count_items(owner, span), owner.length, "the list", span)

    def _narrow_index(self, index: int, length: int, most: int, name: str, span: Span) -> int:
        """Return an index that is surely one of 0 .. most - 1; raises where Python would."""
        shown = find_proof(self.base.builder, self.compute_path(span), index, length)
        if shown is not None:
            return self.base.builder.add(Opcode.NARROW, (shown, index), span, bounds=Interval(0, most - 1))
        zero = self.constant(0, span)
        counted = index
        if not self._is_never_negative(index, span):
            is_negative = self.add(Opcode.LESS, index, zero, span=span)
            from_end = self.add(Opcode.ADD, index, length, span=span)
            counted = self.add(Opcode.SELECT, is_negative, from_end, index, span=span)
        below = self.add(Opcode.LESS, counted, zero, span=span)
        is_inside = self.add(
            Opcode.AND,
            self.add(Opcode.NOT, below, span=span),
            self.add(Opcode.LESS, counted, length, span=span),
            span=span,
        )
        refused = self.add(Opcode.NOT, is_inside, span=span)
        self.raise_where(refused, "IndexError", f"the index is outside {name}", span)
        return self.base.builder.add(Opcode.NARROW, (is_inside, counted), span, bounds=Interval(0, most - 1))

    def _is_never_negative(self, index: int, span: Span) -> bool:
        """Whether the way to this place shows that an index does not count from the end."""
        builder = self.base.builder
        maker, value, taken_off = builder.operations.get(index), index, 0
        if maker is not None and maker.opcode is Opcode.SUBTRACT:
            found = builder.get_constant(maker.operands[1])
            if found is not None:
                value, taken_off = maker.operands[0], found
        for bit in builder.get_conjuncts(self.compute_path(span)):
            test = builder.operations.get(bit)
            if test is not None and test.opcode is Opcode.LESS and test.operands[1] == value:
                least = builder.get_constant(test.operands[0])
                if least is not None and least + 1 >= taken_off:
                    return True
            if test is not None and test.opcode is Opcode.NOT:
                inner = builder.operations.get(test.operands[0])
                if inner is not None and inner.opcode is Opcode.LESS and inner.operands[0] == value:
                    least = builder.get_constant(inner.operands[1])
                    if least is not None and least >= taken_off:
                        return True
        return False

    def make_reading(self, index: int, span: Span) -> Record:
        """Return the reading at an index that lies in the window's slots."""
        shape = self.base.reading
        return Record(
            shape.name,
            tuple(
                (name, self._read_column(index, number, span)) for number, name in enumerate(shape.columns)
            ),
        )

    def _read_column(self, index: int, column: int, span: Span) -> Value:
        value = self.add(Opcode.READING, index, span=span, payload=column)
        bounds = self.base.reading.optional[column]
        if bounds is None:
            return Number(value)
        nothing = self.constant(bounds.low - NO_VALUE_BELOW, span)
        present = self.add(Opcode.NOT, self.add(Opcode.EQUAL, value, nothing, span=span), span=span)
        return Maybe(self.base.builder.add(Opcode.NARROW, (present, value), span, bounds=bounds), present)

    def make_member(self, index: int, span: Span) -> Record:
        """Return the member of a cohort at an index that lies in it; defined where programs are."""
        raise NotImplementedError

    def read_table(self, table: TableReference, index: int, span: Span) -> Value:
        """Return the number or row of a table at an index that lies in it."""
        if not table.row:
            return Number(self._read_entry(table.number, index, span))
        start = self.add(Opcode.MULTIPLY, index, self.constant(table.row, span), span=span)
        places = [self.shift_index(start, column, span) for column in range(table.row)]
        return Pack(tuple(Number(self._read_entry(table.number, place, span)) for place in places))

    def _read_entry(self, table: int, index: int, span: Span) -> int:
        known = self.base.builder.get_constant(index)
        if known is not None:
            return self.constant(self.base.tables[table].entries[known], span)
        return self.add(Opcode.TABLE, index, span=span, payload=table)

    def check_declared(self, value: Value, annotation: ast.expr, what: str, place: ast.AST) -> None:
        """Report where a value cannot have, or may not fit, the type that is written for it."""
        declared = self.scope.module.types.read(annotation)
        if declared is None:
            self.refuse(
                Code.TYPE_NAME,
                annotation,
                f"{ast.unparse(annotation)} is no type of a program",
                "use int, bool, U8 to U64, I8 to I64, Int[low, high], Fixed[scale, low, high], "
                "Array[type, length], tuple[...], an enumeration, a dataclass or a schema class of this file",
            )
        elif value is not BROKEN and not self._fits(value, declared, place):
            self.refuse(
                Code.DECLARED_KIND,
                place,
                f"{what} is declared {ast.unparse(annotation)}, but is {describe(value)}",
                "correct the declaration or the value",
            )

    def widen_declared(self, value: Value, annotation: ast.expr) -> Value:
        """Return a number as one that may be missing where it is declared so: it may be later."""
        is_optional = isinstance(self.scope.module.types.read(annotation), OptionalType)
        return Maybe(value.value, self.always) if is_optional and isinstance(value, Number) else value

    def _fits(self, value: Value, declared: Type, place: ast.AST) -> bool:
        match declared, value:
            case SizedInteger(name=name, low=low, high=high), Number(number):
                if name != "bool":
                    self.base.builder.add_declaration(
                        Declaration(number, name, Interval(low, high), self.span(place))
                    )
                return True
            case (UnboundedInteger(), Number()) | (OptionalType(), Maybe()):
                return True
            case OptionalType(item), _:
                return self._fits(value, item, place)
            case ((RecordType(name=name) | ClassType(name, None | "Member")), Record(kind)):
                return name == kind
            case (ClassType(over="Window"), WindowView()) | (ClassType(over="Cohort"), CohortView()):
                return True
            case (TupleType(None), Pack()) | (TupleType(), TableReference()):
                return True
            case TupleType(tuple(items)), Pack(found):
                return len(items) == len(found) and all(
                    self._fits(one, two, place) for one, two in zip(found, items, strict=True)
                )
            case ArrayType(item, length), Listing(length=found, count=None):
                return length == found and self._fits(value.item, item, place)
            case ListType(item), Listing():
                return self._fits(value.item, item, place)
            case _:
                return False
