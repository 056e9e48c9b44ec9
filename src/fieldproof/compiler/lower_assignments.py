"""Lowering of assignments: to names, to tuples of them, to entries of lists."""

from __future__ import annotations

import ast
from dataclasses import replace

from fieldproof.compiler.diagnostics import Code, Span
from fieldproof.compiler.ir import Opcode
from fieldproof.compiler.lower_calls import CallLowering
from fieldproof.compiler.values import (
    BROKEN,
    Listing,
    Pack,
    Value,
    describe,
    get_leaves,
    holds_borrowed,
    is_same_shape,
    replace_leaves,
)


class AssignmentLowering(CallLowering):
    """What can stand to the left of `=`."""

    def bind(self, target: ast.expr, value: Value) -> None:
        """Assign a value to a name or a tuple of names."""
        match target:
            case ast.Name(name):
                if holds_borrowed(value):
                    self.refuse(
                        Code.ALIAS,
                        target,
                        f"{name} would be a second name for a list that has one already",
                        "write list(values) for a list of its own",
                    )
                if self.is_free_name(target, name):
                    self.scope.names = {**self.scope.names, name: value}
            case ast.Subscript(ast.Name(name), index) if not isinstance(index, ast.Slice):
                self._set_entry(target, name, index, value)
            case ast.Tuple(elements) | ast.List(elements):
                if isinstance(value, Pack) and len(value.items) == len(elements):
                    for element, item in zip(elements, value.items, strict=True):
                        self.bind(element, item)
                    return
                if value is not BROKEN:
                    self.refuse(
                        Code.UNPACKING,
                        target,
                        f"{describe(value)} cannot be taken apart into {len(elements)} names",
                        "give as many names as the tuple has items",
                    )
                for element in elements:
                    self.bind(element, BROKEN)
            case _:
                self.refuse(
                    Code.ASSIGNMENT,
                    target,
                    "only variables and entries of lists can be assigned: readings, objects and tables never "
                    "change",
                    "keep the value in a variable, or make a new object with replace(...)",
                )

    def _set_entry(self, target: ast.Subscript, name: str, index: ast.expr, value: Value) -> None:
        listing = self.scope.names.get(name, self.scope.module.names.get(name))
        number = self.lower_number(index)
        if value is BROKEN or number is None or listing is BROKEN:
            return
        if not isinstance(listing, Listing) or listing.is_frozen:
            what = "a list of somebody else" if isinstance(listing, Listing) else describe(listing or BROKEN)
            self.refuse(
                Code.ASSIGNMENT,
                target,
                f"{name} is {what}, of which no entry can be changed here",
                "change a list that this function made: list(values) gives one",
            )
            return
        span = self.span(target)
        place = self.compute_place(listing, self.narrow_list_index(listing, number, span), span)
        united = self.unite(value, listing.item, span)
        leaves, arrays = get_leaves(united), get_leaves(listing.item) or ()
        if leaves is None or not is_same_shape(united, listing.item):
            self.refuse(
                Code.ELEMENT_KIND,
                target,
                f"{name} holds entries of one kind, and this is {describe(value)}",
                "make a list of its own for it",
            )
            return
        changed = [
            self.add(Opcode.SET, array, place, leaf, span=span)
            for array, leaf in zip(arrays, leaves, strict=True)
        ]
        changed_list = replace(listing, item=replace_leaves(listing.item, changed))
        self.scope.names = {**self.scope.names, name: changed_list}

    def is_free_name(self, node: ast.AST, name: str) -> bool:
        """Whether a variable can have a name; a report if not."""
        if name not in self.scope.module.names:
            return True
        self.refuse(
            Code.RESERVED_NAME,
            node,
            f"{name} is a constant or function, and cannot be a variable too",
            "choose another name",
        )
        return False

    def lower_augmented(
        self, node: ast.stmt, target: ast.expr, operator: ast.operator, value: ast.expr, span: Span
    ) -> None:
        """Assign what an operator makes of the target and a value."""
        match target:
            case ast.Name(name):
                read: ast.expr = ast.Name(name, ast.Load())
            case ast.Subscript(owner, index):
                read = ast.Subscript(owner, index, ast.Load())
            case _:
                self.bind(target, BROKEN)
                return
        values = [self.lower_expression(each) for each in (ast.copy_location(read, target), value)]
        before, change = self.to_number(values[0], target), self.to_number(values[1], value)
        if before is None or change is None:
            self.bind(target, BROKEN)
            return
        self.bind(target, self.compute_operation(node, before, operator, change, span))
