"""Lowering of expressions. Every method reports what it cannot take and goes on with `BROKEN`."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from fieldproof.compiler.diagnostics import Code, Span
from fieldproof.compiler.ir import Opcode
from fieldproof.compiler.lower_operators import OperatorLowering
from fieldproof.compiler.outside import get_expression_code
from fieldproof.compiler.values import (
    BROKEN,
    Listing,
    Maybe,
    Number,
    Pack,
    Unset,
    Value,
    WindowView,
    borrow,
    describe,
)


class ExpressionLowering(OperatorLowering):
    """Expressions other than calls."""

    def lower_number(self, node: ast.expr) -> int | None:
        """Return the number of an expression that must be an integer; None after a report."""
        return self.to_number(self.lower_expression(node), node)

    def _lower_bits(self, is_and: bool, operands: Sequence[ast.expr], span: Span) -> int | None:
        """`and`, `or` where only their truth counts."""
        first = self.lower_truth(operands[0])
        if len(operands) == 1:
            return first
        goes_on = first if first is not None else self.always
        if not is_and:
            goes_on = self.add(Opcode.NOT, goes_on, span=span)
        with self.branch(goes_on, span):
            rest = self._lower_bits(is_and, operands[1:], span)
        if first is None or rest is None:
            return None
        return self.add(Opcode.AND if is_and else Opcode.OR, first, rest, span=span)

    def lower_truth(self, node: ast.expr) -> int | None:
        """Return the bit of a condition; None after a report."""
        if isinstance(node, ast.BoolOp):
            return self._lower_bits(isinstance(node.op, ast.And), node.values, self.span(node))
        value, span = self.lower_expression(node), self.span(node)
        match value:
            case Maybe(number, present):
                return self.add(Opcode.AND, present, self.compute_truth(number, span), span=span)
            case Listing(count=int(count)):
                return self.compute_truth(count, span)
            case WindowView():
                return self.compute_truth(self.count_items(value, span), span)
        found = self.to_number(value, node)
        return None if found is None else self.compute_truth(found, span)

    def lower_expression(self, node: ast.expr) -> Value:
        """Return what an expression stands for."""
        span = self.span(node)
        match node:
            case ast.Constant(value):
                return self._lower_constant(node, value, span)
            case ast.Name(name):
                return self._lower_name(node, name)
            case ast.BinOp():
                return self._lower_operation(node, span)
            case ast.UnaryOp():
                return self._lower_unary(node, span)
            case ast.BoolOp(operator, operands):
                return self._lower_boolean(isinstance(operator, ast.And), operands, span)
            case ast.Compare():
                return self._lower_comparison(node, span)
            case ast.IfExp(test, body, orelse):
                return self._lower_conditional(test, body, orelse, span)
            case ast.Attribute(inner, name):
                return self.lower_field(node, self.lower_expression(inner), name, span)
            case ast.Subscript(inner, index):
                return self.lower_subscript(node, inner, index, span)
            case ast.Tuple(elements):
                items = tuple(self.lower_expression(each) for each in elements)
                return BROKEN if BROKEN in items else Pack(items)
            case ast.Call():
                return self.lower_call(node, span)
            case ast.List() | ast.ListComp():
                return self.lower_list(node, span)
            case _:
                return self._refuse_expression(node)

    def lower_call(self, node: ast.Call, span: Span) -> Value:
        """Return what a call stands for; defined where calls are."""
        raise NotImplementedError

    def lower_field(self, node: ast.Attribute, owner: Value, name: str, span: Span) -> Value:
        """Return a field of a value; defined where access is."""
        raise NotImplementedError

    def lower_subscript(self, node: ast.Subscript, inner: ast.expr, index: ast.expr, span: Span) -> Value:
        """Return an entry of a value; defined where access is."""
        raise NotImplementedError

    def count_items(self, value: WindowView | Listing, span: Span) -> int:
        """Return how many readings or entries there are; defined where parts are."""
        raise NotImplementedError

    def lower_list(self, node: ast.List | ast.ListComp, span: Span) -> Value:
        """Return a list that is written out; defined where lists are."""
        raise NotImplementedError

    def combine_lists(self, node: ast.BinOp, left: Value, right: Value, span: Span) -> Value:
        """Return a list repeated or two joined; defined where lists are."""
        raise NotImplementedError

    def _refuse_expression(self, node: ast.expr) -> Value:
        names: dict[type[ast.expr], tuple[str, str]] = {
            ast.GeneratorExp: ("a generator", "use it inside sum, min, max, any or all"),
            ast.Dict: ("a dictionary", "use a tuple as table and a number as index"),
            ast.Set: ("a set", "compare with each member"),
            ast.Lambda: ("a lambda", "write a function with def at the top of the file"),
            ast.JoinedStr: ("a formatted text", "use a plain text"),
            ast.NamedExpr: ("an assignment inside an expression", "assign in a line of its own"),
            ast.Starred: ("a starred expression", "write the items out"),
            ast.Await: ("await", "a program computes from its arguments alone"),
            ast.DictComp: ("a dictionary", "use a tuple as table and a number as index"),
            ast.SetComp: ("a set", "compare with each member"),
            ast.Yield: ("yield", "keep what you need in variables, and return once"),
            ast.YieldFrom: ("yield", "keep what you need in variables, and return once"),
        }
        other = (f"a {type(node).__name__}", "use integers, conditions and tables")
        what, remedy = names.get(type(node), other)
        self.forget_assigned(node)
        return self.refuse(get_expression_code(node), node, f"{what} cannot stand in a program", remedy)

    def forget_assigned(self, node: ast.AST) -> None:
        """Let names that a refused piece of source assigns stand for nothing, so that they are not blamed."""
        found = list(ast.walk(node))
        stored = {each.id for each in found if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
        stored |= {each.name for each in found if isinstance(each, ast.FunctionDef | ast.ClassDef)}
        free = stored - set(self.scope.module.names)
        self.scope.names = {**self.scope.names, **dict.fromkeys(free, BROKEN)}

    def _lower_constant(self, node: ast.expr, value: object, span: Span) -> Value:
        if isinstance(value, int):
            return Number(self.constant(int(value), span))
        if value is None:
            return self.make_none(span)
        if isinstance(value, float | complex):
            return self.refuse(
                Code.FLOAT,
                node,
                "a program has no fractions: proof and Python could round them differently",
                "compute with whole numbers in the field's scale, multiply first and divide with // last",
            )
        if isinstance(value, str | bytes):
            return self.refuse(
                Code.STRING, node, "a text cannot be computed with", "texts stand in assert messages only"
            )
        return self.refuse(Code.NONE, node, f"{value} cannot stand in a program", "use a number, say 0")

    def _lower_name(self, node: ast.expr, name: str) -> Value:
        value = self.scope.names.get(name, self.scope.module.names.get(name))
        if isinstance(value, Unset):
            return self.refuse(
                Code.UNSET_NAME,
                node,
                value.reason,
                f"give {name} a value before, so that it has one whatever the device sends",
            )
        if value is None:
            return self.refuse(
                Code.UNKNOWN_NAME,
                node,
                f"{name} is not defined here",
                "a program uses its parameters, its variables, and the constants and functions of this file",
            )
        return borrow(value)

    def _lower_operation(self, node: ast.BinOp, span: Span) -> Value:
        first = self.lower_expression(node.left)
        if isinstance(node.op, ast.Pow):
            base, exponent = self.to_number(first, node.left), self.lower_number(node.right)
            return (
                BROKEN if base is None or exponent is None else self.raise_power(node, base, exponent, span)
            )
        second = self.lower_expression(node.right)
        if isinstance(first, Listing) or isinstance(second, Listing):
            return self.combine_lists(node, first, second, span)
        left, right = self.to_number(first, node.left), self.to_number(second, node.right)
        if left is None or right is None:
            return BROKEN
        return self.compute_operation(node, left, node.op, right, span)

    def _lower_unary(self, node: ast.UnaryOp, span: Span) -> Value:
        if isinstance(node.op, ast.Not):
            truth = self.lower_truth(node.operand)
            return BROKEN if truth is None else Number(self.add(Opcode.NOT, truth, span=span))
        number = self.lower_number(node.operand)
        if number is None:
            return BROKEN
        if isinstance(node.op, ast.USub):
            return Number(self.add(Opcode.SUBTRACT, self.constant(0, span), number, span=span))
        if isinstance(node.op, ast.UAdd):
            return Number(number)
        return self.refuse(Code.INVERT, node, "~ is no operator of a program", "write -x - 1")

    def _lower_boolean(self, is_and: bool, operands: Sequence[ast.expr], span: Span) -> Value:
        """`and`, `or`: the later operands are only reached where the earlier ones leave it open."""
        value = self.lower_expression(operands[0])
        if isinstance(value, Maybe):
            return self._lower_boolean_of_missing(is_and, value, operands[1:], span)
        first = self.to_number(value, operands[0])
        if first is None or len(operands) == 1:
            if first is None and len(operands) > 1:
                self._lower_boolean(is_and, operands[1:], span)
            return BROKEN if first is None else Number(first)
        truth = self.compute_truth(first, span)
        goes_on = truth if is_and else self.add(Opcode.NOT, truth, span=span)
        with self.branch(goes_on, span):
            rest = self._lower_boolean(is_and, operands[1:], span)
        if isinstance(rest, Maybe):
            return self.choose(goes_on, rest, Number(first), "this condition", span)
        if not isinstance(rest, Number):
            return BROKEN
        if first == truth and self.is_logical(rest.value):
            return Number(self.add(Opcode.AND if is_and else Opcode.OR, first, rest.value, span=span))
        return Number(self.add(Opcode.SELECT, goes_on, rest.value, first, span=span))

    def _lower_boolean_of_missing(
        self, is_and: bool, first: Maybe, operands: Sequence[ast.expr], span: Span
    ) -> Value:
        """`value or 5` is 5 where the value is missing, and `value and 5` is None there."""
        if not operands:
            return first
        truth = self.add(Opcode.AND, first.present, self.compute_truth(first.value, span), span=span)
        goes_on = truth if is_and else self.add(Opcode.NOT, truth, span=span)
        with self.branch(goes_on, span):
            rest = self._lower_boolean(is_and, operands, span)
        if rest is BROKEN:
            return BROKEN
        return self.choose(goes_on, rest, first if is_and else Number(first.value), "this condition", span)

    def _lower_comparison(self, node: ast.Compare, span: Span) -> Value:
        left = self.lower_expression(node.left)
        result = self._compare_chain(node, left, node.ops, node.comparators, span)
        return BROKEN if result is None else Number(result)

    def _compare_chain(
        self,
        node: ast.Compare,
        left: Value,
        operators: Sequence[ast.cmpop],
        comparators: Sequence[ast.expr],
        span: Span,
    ) -> int | None:
        """`a < b < c`: each operand is computed once, and only where the comparisons before it hold."""
        right = self.lower_expression(comparators[0])
        first = self.compare(node, left, operators[0], right, span)
        if first is None:
            for each in comparators[1:]:
                self.lower_expression(each)
            return None
        if len(operators) == 1:
            return first
        with self.branch(first, span):
            rest = self._compare_chain(node, right, operators[1:], comparators[1:], span)
        return None if rest is None else self.add(Opcode.AND, first, rest, span=span)

    def _lower_conditional(self, test: ast.expr, body: ast.expr, orelse: ast.expr, span: Span) -> Value:
        condition = self.lower_truth(test)
        if condition is None:
            self.lower_expression(body)
            self.lower_expression(orelse)
            return BROKEN
        with self.branch(condition, span):
            positive = self.lower_expression(body)
        with self.branch(self.add(Opcode.NOT, condition, span=span), span):
            negative = self.lower_expression(orelse)
        if BROKEN in (positive, negative):
            return BROKEN
        chosen = self.choose(condition, positive, negative, "this choice", span)
        if isinstance(chosen, Unset):
            return self.refuse(
                Code.TWO_KINDS,
                span,
                f"this is {describe(positive)} in one case and {describe(negative)} in the other",
                "let both cases be numbers, or both readings",
            )
        return chosen
