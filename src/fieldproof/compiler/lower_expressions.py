"""Lowering of expressions. Every method reports what it cannot take and goes on with `BROKEN`."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from fieldproof.compiler.diagnostics import Code, Span
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Opcode
from fieldproof.compiler.kinds import LOGICAL_OPCODES
from fieldproof.compiler.lower_scope import ScopedLowering
from fieldproof.compiler.outside import get_expression_code
from fieldproof.compiler.values import (
    BROKEN,
    Broken,
    Number,
    Pack,
    Unset,
    Value,
    WindowView,
    describe,
)

_MAXIMUM_EXPONENT = 64
_SYMBOLS: dict[type[ast.operator], str] = {
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.MatMult: "@",
}
_ARITHMETIC = {ast.Add: Opcode.ADD, ast.Sub: Opcode.SUBTRACT, ast.Mult: Opcode.MULTIPLY}


class ExpressionLowering(ScopedLowering):
    """Expressions other than calls."""

    def lower_number(self, node: ast.expr) -> int | None:
        """Return the number of an expression that must be an integer; None after a report."""
        value = self.lower_expression(node)
        match value:
            case Number(number):
                return number
            case Broken():
                return None
            case _:
                self.refuse(
                    Code.KIND,
                    node,
                    f"a number is needed here, and this is {describe(value)}",
                    "write len(window), or loop over it"
                    if isinstance(value, WindowView)
                    else "name one of its fields or entries",
                )
                return None

    def lower_truth(self, node: ast.expr) -> int | None:
        """Return the bit of a condition; None after a report."""
        number = self.lower_number(node)
        return None if number is None else self.compute_truth(number, self.span(node))

    def compute_truth(self, number: int, span: Span) -> int:
        """Return the bit that tells whether a number is not zero."""
        operation = self.base.builder.operations.get(number)
        if operation and operation.opcode in LOGICAL_OPCODES:
            return number
        is_zero = self.add(Opcode.EQUAL, number, self.constant(0, span), span=span)
        return self.add(Opcode.NOT, is_zero, span=span)

    def span(self, node: ast.AST) -> Span:
        """Return where a node stands."""
        return self.base.reporter.compute_span(node)

    def refuse(self, code: Code, node: ast.AST | Span, message: str, remedy: str) -> Value:
        """Report a mistake and return what stands for it."""
        self.base.reporter.report(code, node, message, remedy)
        return BROKEN

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

    def _refuse_expression(self, node: ast.expr) -> Value:
        names: dict[type[ast.expr], tuple[str, str]] = {
            ast.ListComp: ("a list", "loop over the window and keep what you need in variables"),
            ast.List: ("a list", "use a tuple, or a module constant for a table"),
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
        self.scope.names = {**self.scope.names, **dict.fromkeys(stored - set(self.base.module), BROKEN)}

    def _lower_constant(self, node: ast.expr, value: object, span: Span) -> Value:
        if isinstance(value, int):
            return Number(self.constant(int(value), span))
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
        value = self.scope.names.get(name, self.base.module.get(name))
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
        return value

    def _lower_operation(self, node: ast.BinOp, span: Span) -> Value:
        left = self.lower_number(node.left)
        if isinstance(node.op, ast.Pow):
            return self._lower_power(node, left, span)
        right = self.lower_number(node.right)
        if left is None or right is None:
            return BROKEN
        return self.compute_operation(node, left, node.op, right, span)

    def compute_operation(
        self, node: ast.AST, left: int, operator: ast.operator, right: int, span: Span
    ) -> Value:
        """Return the result of a binary operator of Python on two numbers."""
        opcode = _ARITHMETIC.get(type(operator))
        if opcode is not None:
            return Number(self.add(opcode, left, right, span=span))
        if isinstance(operator, ast.FloorDiv | ast.Mod):
            return Number(self._divide(left, right, span, is_modulo=isinstance(operator, ast.Mod)))
        if isinstance(operator, ast.Div):
            return self.refuse(
                Code.TRUE_DIVISION, node, "/ gives a fraction", "use //, which rounds down, after multiplying"
            )
        if isinstance(operator, ast.Pow):
            return self.refuse(
                Code.POWER, node, "a power needs a constant exponent", "write the multiplications out"
            )
        return self.refuse(
            Code.OPERATOR,
            node,
            f"{_SYMBOLS.get(type(operator), type(operator).__name__)} is no operator of a program",
            "use + - * // % and **; a shift by n is // 2**n or * 2**n",
        )

    def _divide(self, dividend: int, divisor: int, span: Span, *, is_modulo: bool) -> int:
        """Floored division as Python's, for any signs; raises where the divisor is zero."""
        zero = self.constant(0, span)
        is_zero = self.add(Opcode.EQUAL, divisor, zero, span=span)
        self.raise_where(is_zero, "ZeroDivisionError", "division by zero", span)
        is_negative = self.add(Opcode.LESS, divisor, zero, span=span)
        size = self.add(Opcode.ABSOLUTE, divisor, span=span)
        safe = self.base.builder.add(
            Opcode.NARROW,
            (self.add(Opcode.NOT, is_zero, span=span), size),
            span,
            bounds=Interval(1, 2**250),
        )
        turned = self.add(Opcode.SUBTRACT, zero, dividend, span=span)
        numerator = self.add(Opcode.SELECT, is_negative, turned, dividend, span=span)
        if not is_modulo:
            return self.add(Opcode.FLOOR_DIVIDE, numerator, safe, span=span)
        remainder = self.add(Opcode.MODULO, numerator, safe, span=span)
        back = self.add(Opcode.SUBTRACT, zero, remainder, span=span)
        return self.add(Opcode.SELECT, is_negative, back, remainder, span=span)

    def _lower_power(self, node: ast.BinOp, base: int | None, span: Span) -> Value:
        exponent_number = self.lower_number(node.right)
        if base is None or exponent_number is None:
            return BROKEN
        exponent = self.base.builder.get_constant(exponent_number)
        if exponent is None or not 0 <= exponent <= _MAXIMUM_EXPONENT:
            return self.refuse(
                Code.POWER,
                node.right,
                f"the exponent of ** must be a constant from 0 to {_MAXIMUM_EXPONENT}",
                "write the multiplications out, or use a constant table of the powers",
            )
        result = self.constant(1, span)
        for _ in range(exponent):
            result = self.add(Opcode.MULTIPLY, result, base, span=span)
        return Number(result)

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
        first = self.lower_number(operands[0])
        if first is None or len(operands) == 1:
            if first is None and len(operands) > 1:
                self._lower_boolean(is_and, operands[1:], span)
            return BROKEN if first is None else Number(first)
        truth = self.compute_truth(first, span)
        goes_on = truth if is_and else self.add(Opcode.NOT, truth, span=span)
        with self.branch(goes_on, span):
            rest = self._lower_boolean(is_and, operands[1:], span)
        if not isinstance(rest, Number):
            return BROKEN
        if first == truth and self.is_logical(rest.value):
            return Number(self.add(Opcode.AND if is_and else Opcode.OR, first, rest.value, span=span))
        return Number(self.add(Opcode.SELECT, goes_on, rest.value, first, span=span))

    def is_logical(self, number: int) -> bool:
        """Whether a number is known to be 0 or 1 from the operation that made it."""
        operation = self.base.builder.operations.get(number)
        return operation is not None and (
            operation.opcode in LOGICAL_OPCODES
            or (operation.opcode is Opcode.CONSTANT and operation.payload in (0, 1))
        )

    def _lower_comparison(self, node: ast.Compare, span: Span) -> Value:
        left = self.lower_number(node.left)
        result = self._compare_chain(node, left, node.ops, node.comparators, span)
        return BROKEN if result is None else Number(result)

    def _compare_chain(
        self,
        node: ast.Compare,
        left: int | None,
        operators: Sequence[ast.cmpop],
        comparators: Sequence[ast.expr],
        span: Span,
    ) -> int | None:
        """`a < b < c`: each operand is computed once, and only where the comparisons before it hold."""
        if isinstance(operators[0], ast.In | ast.NotIn | ast.Is | ast.IsNot):
            self.refuse(
                Code.IDENTITY if isinstance(operators[0], ast.Is | ast.IsNot) else Code.COMPARISON,
                node,
                "a program compares numbers only with < <= > >= == !=",
                "write x == 1 or x == 2 in place of x in (1, 2), and == in place of is",
            )
            return None
        right = self.lower_number(comparators[0])
        if left is None or right is None:
            for each in comparators[1:]:
                self.lower_number(each)
            return None
        first = self._compare(left, operators[0], right, span)
        if len(operators) == 1:
            return first
        with self.branch(first, span):
            rest = self._compare_chain(node, right, operators[1:], comparators[1:], span)
        return None if rest is None else self.add(Opcode.AND, first, rest, span=span)

    def _compare(self, left: int, operator: ast.cmpop, right: int, span: Span) -> int:
        match operator:
            case ast.Lt():
                return self.add(Opcode.LESS, left, right, span=span)
            case ast.Gt():
                return self.add(Opcode.LESS, right, left, span=span)
            case ast.GtE():
                return self.add(Opcode.NOT, self.add(Opcode.LESS, left, right, span=span), span=span)
            case ast.LtE():
                return self.add(Opcode.NOT, self.add(Opcode.LESS, right, left, span=span), span=span)
            case ast.Eq():
                return self.add(Opcode.EQUAL, left, right, span=span)
            case _:
                return self.add(Opcode.NOT, self.add(Opcode.EQUAL, left, right, span=span), span=span)

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
