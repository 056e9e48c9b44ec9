"""Lowering of operators on values that are known already: arithmetic, bits, comparisons."""

from __future__ import annotations

import ast
from dataclasses import replace

from fieldproof.compiler.diagnostics import Code, Span
from fieldproof.compiler.interval import LIMIT, LIMIT_BITS, Interval
from fieldproof.compiler.ir import Declaration, Opcode, Table
from fieldproof.compiler.kinds import LOGICAL_OPCODES
from fieldproof.compiler.lower_scope import ScopedLowering
from fieldproof.compiler.values import (
    BROKEN,
    Broken,
    Maybe,
    Number,
    Pack,
    TableReference,
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
}
_BITWISE = Interval(0, 2**128 - 1)
"""What bit operations take."""
_MAXIMUM_SHIFT = 127
_SHIFTS = Interval(-LIMIT, _MAXIMUM_SHIFT)
"""Places that a shift may have; below zero it raises."""
_BIT_OPERATIONS: dict[type[ast.operator], Opcode] = {
    ast.BitAnd: Opcode.BIT_AND,
    ast.BitOr: Opcode.BIT_OR,
    ast.BitXor: Opcode.BIT_XOR,
}
_ARITHMETIC = {ast.Add: Opcode.ADD, ast.Sub: Opcode.SUBTRACT, ast.Mult: Opcode.MULTIPLY}


class OperatorLowering(ScopedLowering):
    """Operators. Every method reports what it cannot take and gives None or `BROKEN`."""

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

    def compute_truth(self, number: int, span: Span) -> int:
        """Return the bit that tells whether a number is not zero."""
        operation = self.base.builder.operations.get(number)
        if number in self.base.builder.bits or (operation and operation.opcode in LOGICAL_OPCODES):
            return number
        is_zero = self.add(Opcode.EQUAL, number, self.constant(0, span), span=span)
        return self.add(Opcode.NOT, is_zero, span=span)

    def span(self, node: ast.AST) -> Span:
        """Return where a node stands."""
        span = self.scope.module.reporter.compute_span(node)
        called_at = self.scope.called_at
        return span if called_at is None else replace(span, called_at=called_at)

    def refuse(self, code: Code, node: ast.AST | Span, message: str, remedy: str) -> Value:
        """Report a mistake and return what stands for it."""
        where = node if isinstance(node, Span) else self.span(node)
        self.scope.module.reporter.report(code, where, message, remedy)
        return BROKEN

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
            return self.raise_power(node, left, right, span)
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
        return self.add(_BIT_OPERATIONS[type(operator)], left, right, span=span)

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

    def raise_power(self, node: ast.AST, base: int, power: int, span: Span) -> Value:
        """Return a number times itself, as often as a constant says."""
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

    def is_logical(self, number: int) -> bool:
        """Whether a number is known to be 0 or 1 from the operation that made it."""
        operation = self.base.builder.operations.get(number)
        return operation is not None and (
            operation.opcode in LOGICAL_OPCODES
            or (operation.opcode is Opcode.CONSTANT and operation.payload in (0, 1))
        )

    def compare(
        self, node: ast.Compare, left: Value, operator: ast.cmpop, right: Value, span: Span
    ) -> int | None:
        """Return the bit of one comparison; None after a report."""
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
