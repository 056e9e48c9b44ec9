"""Lowering of expressions. Every method reports what it cannot take and goes on with `BROKEN`."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from fieldproof.compiler.diagnostics import Code, Span
from fieldproof.compiler.interval import LIMIT, LIMIT_BITS, Interval
from fieldproof.compiler.ir import Declaration, Opcode, Table
from fieldproof.compiler.kinds import LOGICAL_OPCODES
from fieldproof.compiler.lower_scope import ScopedLowering
from fieldproof.compiler.outside import get_expression_code
from fieldproof.compiler.values import (
    BROKEN,
    Broken,
    Listing,
    Maybe,
    Number,
    Pack,
    TableReference,
    Unset,
    Value,
    WindowView,
    borrow,
    describe,
)

_MAXIMUM_EXPONENT = 64
_SYMBOLS: dict[type[ast.operator], str] = {
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
}
_BITWISE = Interval(0, 2**128 - 1)
"""What bit operations take."""
_MAXIMUM_SHIFT = 127
_SHIFTS = Interval(-LIMIT, _MAXIMUM_SHIFT)
"""Places that a shift may have; below zero it raises."""
_ARITHMETIC = {ast.Add: Opcode.ADD, ast.Sub: Opcode.SUBTRACT, ast.Mult: Opcode.MULTIPLY}


class ExpressionLowering(ScopedLowering):
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

    def to_number(self, value: Value, node: ast.AST) -> int | None:
        """Return the number that a value is; raises where Python finds None, None after a report."""
        match value:
            case Number(number):
                return number
            case Broken():
                return None
            case Maybe(number, present):
                span = self.span(node)
                if self.base.builder.get_constant(present) == 0 and self.compute_path(span) == self.always:
                    self.refuse(Code.NONE, node, "None is no number", "use 0, or test with `is None` before")
                    return None
                missing = self.add(Opcode.NOT, present, span=span)
                self.raise_where(missing, "TypeError", "a value that is missing is used as a number", span)
                return number
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

    def to_compared(self, value: Value, node: ast.AST) -> int | None:
        """Return a number that others are compared with: to find one alone, Python compares nothing."""
        if isinstance(value, Maybe):
            span = self.span(node)
            path, missing = self.compute_path(span), self.add(Opcode.NOT, value.present, span=span)
            if self.base.builder.get_constant(self.add(Opcode.AND, path, missing, span=span)) != 0:
                self.refuse(
                    Code.NONE,
                    node,
                    "a value that may be missing cannot be ranked or compared with the others here",
                    "leave missing ones out, as in max(s.x for s in window if s.x is not None)",
                )
                return None
            return value.value
        return self.to_number(value, node)

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
            case WindowView(first=0):
                return self.compute_truth(self.add(Opcode.COUNT, span=span), span)
        found = self.to_number(value, node)
        return None if found is None else self.compute_truth(found, span)

    def compute_truth(self, number: int, span: Span) -> int:
        """Return the bit that tells whether a number is not zero."""
        operation = self.base.builder.operations.get(number)
        if operation and operation.opcode in LOGICAL_OPCODES:
            return number
        is_zero = self.add(Opcode.EQUAL, number, self.constant(0, span), span=span)
        return self.add(Opcode.NOT, is_zero, span=span)

    def span(self, node: ast.AST) -> Span:
        """Return where a node stands."""
        return self.scope.module.reporter.compute_span(node)

    def refuse(self, code: Code, node: ast.AST | Span, message: str, remedy: str) -> Value:
        """Report a mistake and return what stands for it."""
        self.scope.module.reporter.report(code, node, message, remedy)
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
                BROKEN if base is None or exponent is None else self._raise_power(node, base, exponent, span)
            )
        second = self.lower_expression(node.right)
        if isinstance(first, Listing) or isinstance(second, Listing):
            return self.combine_lists(node, first, second, span)
        left, right = self.to_number(first, node.left), self.to_number(second, node.right)
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
            quotient, remainder = self.divide(left, right, span).items
            return remainder if isinstance(operator, ast.Mod) else quotient
        if isinstance(operator, ast.Div):
            return self.refuse(
                Code.TRUE_DIVISION, node, "/ gives a fraction", "use //, which rounds down, after multiplying"
            )
        if isinstance(operator, ast.Pow):
            return self._raise_power(node, left, right, span)
        if isinstance(operator, ast.BitAnd | ast.BitOr | ast.BitXor):
            return Number(self._combine_bits(left, operator, right, span))
        if isinstance(operator, ast.LShift | ast.RShift):
            return Number(self._shift(left, operator, right, span))
        return self.refuse(
            Code.OPERATOR,
            node,
            "@ is no operator of a program",
            "use + - * // % ** & | ^ << >>",
        )

    def _combine_bits(self, left: int, operator: ast.operator, right: int, span: Span) -> int:
        if self.is_logical(left) and self.is_logical(right):
            if isinstance(operator, ast.BitXor):
                return self.add(Opcode.NOT, self.add(Opcode.EQUAL, left, right, span=span), span=span)
            return self.add(
                Opcode.AND if isinstance(operator, ast.BitAnd) else Opcode.OR, left, right, span=span
            )
        for each in (left, right):
            self.base.builder.add_declaration(
                Declaration(each, "", _BITWISE, span, f"an operand of {_SYMBOLS[type(operator)]}")
            )
        both = self.add(Opcode.BIT_AND, left, right, span=span)
        if isinstance(operator, ast.BitAnd):
            return both
        if isinstance(operator, ast.BitXor):
            both = self.add(Opcode.MULTIPLY, both, self.constant(2, span), span=span)
        total = self.add(Opcode.ADD, left, right, span=span)
        return self.add(Opcode.SUBTRACT, total, both, span=span)

    def _shift(self, value: int, operator: ast.operator, places: int, span: Span) -> int:
        symbol = _SYMBOLS[type(operator)]
        known = self.base.builder.get_constant(places)
        if known is not None and 0 <= known < LIMIT_BITS:
            factor = self.constant(1 << known, span)
        else:
            below = self.add(Opcode.LESS, places, self.constant(0, span), span=span)
            self.raise_where(below, "ValueError", "negative shift count", span)
            self.base.builder.add_declaration(
                Declaration(places, "", _SHIFTS, span, f"the places of {symbol}")
            )
            inside = self.add(Opcode.NOT, below, span=span)
            safe = self.base.builder.add(
                Opcode.NARROW, (inside, places), span, bounds=Interval(0, _MAXIMUM_SHIFT)
            )
            powers = self.add_table("powers of two", tuple(1 << i for i in range(_MAXIMUM_SHIFT + 1)))
            factor = self.add(Opcode.TABLE, safe, span=span, payload=powers)
        opcode = Opcode.MULTIPLY if isinstance(operator, ast.LShift) else Opcode.FLOOR_DIVIDE
        return self.add(opcode, value, factor, span=span)

    def add_table(self, name: str, entries: tuple[int, ...]) -> int:
        """Return the number of a constant table."""
        table = Table(name, entries)
        if table not in self.base.tables:
            self.base.tables.append(table)
        return self.base.tables.index(table)

    def divide(self, dividend: int, divisor: int, span: Span) -> Pack:
        """Return floored quotient and remainder for any signs; raises where the divisor is zero."""
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
        quotient = self.add(Opcode.FLOOR_DIVIDE, numerator, safe, span=span)
        remainder = self.add(Opcode.MODULO, numerator, safe, span=span)
        back = self.add(Opcode.SUBTRACT, zero, remainder, span=span)
        return Pack(
            (Number(quotient), Number(self.add(Opcode.SELECT, is_negative, back, remainder, span=span)))
        )

    def _raise_power(self, node: ast.AST, base: int, power: int, span: Span) -> Value:
        exponent = self.base.builder.get_constant(power)
        if exponent is None or not 0 <= exponent <= _MAXIMUM_EXPONENT:
            return self.refuse(
                Code.POWER,
                node.right if isinstance(node, ast.BinOp) else node,
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

    def is_logical(self, number: int) -> bool:
        """Whether a number is known to be 0 or 1 from the operation that made it."""
        operation = self.base.builder.operations.get(number)
        return operation is not None and (
            operation.opcode in LOGICAL_OPCODES
            or (operation.opcode is Opcode.CONSTANT and operation.payload in (0, 1))
        )

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
        first = self._compare(node, left, operators[0], right, span)
        if first is None:
            for each in comparators[1:]:
                self.lower_expression(each)
            return None
        if len(operators) == 1:
            return first
        with self.branch(first, span):
            rest = self._compare_chain(node, right, operators[1:], comparators[1:], span)
        return None if rest is None else self.add(Opcode.AND, first, rest, span=span)

    def _compare(
        self, node: ast.Compare, left: Value, operator: ast.cmpop, right: Value, span: Span
    ) -> int | None:
        if BROKEN in (left, right):
            return None
        if isinstance(operator, ast.In | ast.NotIn):
            found = self._find_member(node, left, right, span)
            return found if found is None or isinstance(operator, ast.In) else self._negate(found, span)
        if isinstance(operator, ast.Is | ast.IsNot):
            found = self._compare_with_none(node, left, right, span)
            return found if found is None or isinstance(operator, ast.Is) else self._negate(found, span)
        if isinstance(operator, ast.Eq | ast.NotEq):
            equal = self._compare_equal(node, left, right, span)
            return equal if equal is None or isinstance(operator, ast.Eq) else self._negate(equal, span)
        low, high = self.to_number(left, node), self.to_number(right, node)
        if low is None or high is None:
            return None
        if isinstance(operator, ast.Gt | ast.LtE):
            low, high = high, low
        less = self.add(Opcode.LESS, low, high, span=span)
        return less if isinstance(operator, ast.Lt | ast.Gt) else self._negate(less, span)

    def _negate(self, bit: int, span: Span) -> int:
        return self.add(Opcode.NOT, bit, span=span)

    def _compare_equal(self, node: ast.AST, left: Value, right: Value, span: Span) -> int | None:
        """`==`, which never raises: a missing value equals a missing value only."""
        if not isinstance(left, Maybe) and not isinstance(right, Maybe):
            one, other = self.to_number(left, node), self.to_number(right, node)
            return None if one is None or other is None else self.add(Opcode.EQUAL, one, other, span=span)
        first, second = self.unite(left, right, span), self.unite(right, left, span)
        if not isinstance(first, Maybe) or not isinstance(second, Maybe):
            self.to_number(left if isinstance(right, Maybe) else right, node)
            return None
        equal = self.add(Opcode.EQUAL, first.value, second.value, span=span)
        both = self.add(Opcode.AND, first.present, second.present, span=span)
        either = self.add(Opcode.OR, first.present, second.present, span=span)
        return self.add(
            Opcode.OR, self.add(Opcode.AND, both, equal, span=span), self._negate(either, span), span=span
        )

    def _compare_with_none(self, node: ast.Compare, left: Value, right: Value, span: Span) -> int | None:
        if isinstance(left, Maybe) and right == self.make_none(span):
            return self._negate(left.present, span)
        if isinstance(left, Number) and right == self.make_none(span):
            return self.constant(0, span)
        self.refuse(
            Code.IDENTITY,
            node,
            "only an optional value can be compared with is, and only with None",
            "write == to compare numbers",
        )
        return None

    def make_none(self, span: Span) -> Maybe:
        """Return what None stands for."""
        zero = self.constant(0, span)
        return Maybe(zero, zero)

    def _find_member(self, node: ast.Compare, value: Value, members: Value, span: Span) -> int | None:
        candidates: list[Value] = []
        match members:
            case Pack(items):
                candidates = list(items)
            case TableReference(number=number, row=0):
                entries = dict.fromkeys(self.base.tables[number].entries)
                candidates = [Number(self.constant(each, span)) for each in entries]
            case _:
                self.refuse(
                    Code.COMPARISON,
                    node,
                    f"in looks into tuples and constant tables, and this is {describe(members)}",
                    "write any(x == each for each in values)",
                )
                return None
        result = self.constant(0, span)
        for each in candidates:
            equal = self._compare_equal(node, value, each, span)
            if equal is None:
                return None
            result = self.add(Opcode.OR, result, equal, span=span)
        return result

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
