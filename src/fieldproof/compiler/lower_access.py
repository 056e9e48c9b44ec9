"""Lowering of what reads parts of values: fields, indices, slices; and of types that are declared."""

from __future__ import annotations

import ast

from fieldproof.compiler.diagnostics import Code, Span
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Declaration, Opcode
from fieldproof.compiler.lower_expressions import ExpressionLowering
from fieldproof.compiler.values import (
    BROKEN,
    Broken,
    Number,
    Pack,
    Record,
    Sized,
    TableReference,
    Value,
    WindowView,
    describe,
)


class AccessLowering(ExpressionLowering):
    """Access to the window, readings, attributes, tables and tuples."""

    def lower_field(self, node: ast.Attribute, owner: Value, name: str, span: Span) -> Value:
        """Return a field of a reading, of the attributes or of the window."""
        match owner:
            case Record(kind, fields):
                found = dict(fields).get(name)
                if found is not None:
                    return Number(found)
                known = ", ".join(each for each, _ in fields)
                return self.refuse(
                    Code.UNKNOWN_FIELD, node, f"{kind} has no field {name}", f"use one of {known}"
                )
            case WindowView(0):
                if name == "starts_at":
                    return Number(self.add(Opcode.STARTS_AT, span=span))
                return self.refuse(
                    Code.UNKNOWN_FIELD,
                    node,
                    f"a window has no {name}",
                    "use starts_at, len(window), window[i] or a loop over it",
                )
            case Broken():
                return BROKEN
            case _:
                return self.refuse(
                    Code.NO_FIELDS,
                    node,
                    f"{describe(owner)} has no fields",
                    "only readings and attributes have",
                )

    def lower_subscript(self, node: ast.Subscript, inner: ast.expr, index: ast.expr, span: Span) -> Value:
        """Return an entry of the window, a table or a tuple."""
        owner = self.lower_expression(inner)
        if isinstance(index, ast.Slice):
            return self._lower_slice(node, owner, index)
        number = self.lower_number(index)
        if owner is BROKEN or number is None:
            return BROKEN
        constant = self.base.builder.get_constant(number)
        match owner:
            case WindowView(first):
                return self._read_window(first, number, span)
            case TableReference(name, entries):
                safe = self._narrow_index(number, self.constant(len(entries), span), len(entries), name, span)
                table = self.base.table_numbers[name]
                known = self.base.builder.get_constant(safe)
                if known is not None:
                    return Number(self.constant(entries[known], span))
                return Number(self.add(Opcode.TABLE, safe, span=span, payload=table))
            case Pack(items) if constant is not None and -len(items) <= constant < len(items):
                return items[constant]
            case Pack(items):
                return self.refuse(
                    Code.TUPLE_INDEX,
                    index,
                    f"the index of a tuple must be a constant below {len(items)}",
                    "make the tuple a module constant: such a table takes any index",
                )
            case _:
                return self.refuse(
                    Code.INDEX, node, f"{describe(owner)} has no entries", "index the window or a table"
                )

    def _narrow_index(self, index: int, length: int, most: int, name: str, span: Span) -> int:
        """Return an index that is surely one of 0 .. most - 1; raises where Python would."""
        zero = self.constant(0, span)
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

    def _read_window(self, first: int, index: int, span: Span) -> Value:
        count = self.add(Opcode.COUNT, span=span)
        if first:
            count = self.add(
                Opcode.MAXIMUM,
                self.add(Opcode.SUBTRACT, count, self.constant(first, span), span=span),
                self.constant(0, span),
                span=span,
            )
        most = self.base.readings - first
        safe = self._narrow_index(index, count, most, "the window", span)
        return self.make_reading(self.add(Opcode.ADD, safe, self.constant(first, span), span=span), span)

    def make_reading(self, index: int, span: Span) -> Record:
        """Return the reading at an index that lies in the window's slots."""
        return Record(
            self.base.reading_name,
            tuple(
                (name, self.add(Opcode.READING, index, span=span, payload=number))
                for number, name in enumerate(self.base.columns)
            ),
        )

    def _lower_slice(self, node: ast.Subscript, owner: Value, index: ast.Slice) -> Value:
        if owner is BROKEN:
            return BROKEN
        first = None
        if isinstance(owner, WindowView) and index.upper is None and index.step is None and index.lower:
            number = self.lower_number(index.lower)
            first = None if number is None else self.base.builder.get_constant(number)
        if (
            isinstance(owner, WindowView)
            and first is not None
            and 0 <= first < self.base.readings - owner.first
        ):
            return WindowView(owner.first + first)
        return self.refuse(
            Code.SLICE,
            node,
            "only window[n:] with a constant n can be cut out",
            "write zip(window, window[1:]) for pairs of neighbours, or loop and skip with if",
        )

    def check_declared(self, value: Value, annotation: ast.expr, what: str, place: ast.AST) -> None:
        """Report where a value cannot have, or may not fit, the type that is written for it."""
        declared = self._resolve_type(annotation)
        match declared, value:
            case (None, _) | (_, Broken()):
                return
            case Sized(type_), Number(number):
                self.base.builder.add_declaration(
                    Declaration(number, type_.name, Interval(type_.low, type_.high), self.span(place))
                )
            case (("int" | "bool"), Number()):
                return
            case str(name), Record(kind) if name == kind:
                return
            case "Window", WindowView():
                return
            case "tuple", Pack():
                return
            case _:
                self.refuse(
                    Code.DECLARED_KIND,
                    place,
                    f"{what} is declared {ast.unparse(annotation)}, but is {describe(value)}",
                    "correct the declaration or the value",
                )

    def _resolve_type(self, annotation: ast.expr) -> Sized | str | None:
        match annotation:
            case ast.Name(name):
                known = self.base.module.get(name)
                if isinstance(known, Sized):
                    return known
                if name in ("int", "bool", self.base.reading_name, self.base.attributes_name):
                    return name
            case ast.Subscript(ast.Name("Window"), ast.Name(name)) if name == self.base.reading_name:
                return "Window"
            case ast.Subscript(ast.Name("tuple"), _):
                return "tuple"
            case ast.Constant(str(text)):
                try:
                    return self._resolve_type(ast.parse(text, mode="eval").body)
                except SyntaxError:
                    pass
        self.refuse(
            Code.TYPE_NAME,
            annotation,
            f"{ast.unparse(annotation)} is no type of a program",
            f"use int, bool, U8 to U64, I8 to I64, {self.base.reading_name}, "
            f"Window[{self.base.reading_name}] or tuple[...]",
        )
        return None
