"""What one operation on numbers takes: what is written out for it, by the forms of its operands.

The rows follow from the gadgets of `circuits/`, and from how Noir multiplies expressions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from fieldproof.compiler.forms import CONSTANT, WITNESS, Form, count_rows
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Opcode, Operation
from fieldproof.compiler.prices import READ_GATES, estimate_limbs, estimate_range, price_index, price_witness
from fieldproof.compiler.widths import (
    compute_absolute_bits,
    compute_comparison_bits,
    compute_division_widths,
    compute_root_bits,
)

_ROOT_BITS_WITHOUT_RANGE = 111
_WORD_BITS = 32


def price_operation(item: Operation, intervals: Mapping[int, Interval]) -> float:
    """Return the gates of an operation that stands for itself: of witnesses, its result written out."""
    forms = [CONSTANT if intervals[each].is_single else WITNESS for each in item.operands]
    work = OperationWork(item, forms, intervals, {each for each in item.operands if intervals[each].is_bit})
    return work.gates + price_witness(work.result)


class OperationWork:
    """One operation: its gates, its result's form, and the forms of its operands afterwards."""

    def __init__(
        self,
        item: Operation,
        forms: Sequence[Form],
        intervals: Mapping[int, Interval],
        logical: Collection[int],
    ) -> None:
        """`forms` are those of the operands, in order; `logical` the values that are truth values."""
        self.gates = 0.0
        self.written: dict[int, float] = {}
        """Gates of operands that were written out for this operation, by their places."""
        self.forms = list(forms)
        """What was written out for this operation is a witness for all that follow."""
        self._item = item
        self._known = [intervals[each] for each in item.operands if each in intervals]
        self._logical = logical
        self.result = self._work()

    def _work(self) -> Form:
        known = self._known
        match self._item.opcode:
            case Opcode.ADD | Opcode.SUBTRACT:
                return self.forms[0] + self.forms[1]
            case Opcode.MULTIPLY | Opcode.AND | Opcode.OR | Opcode.EITHER:
                # Of a + b - a·b the factors are in the product already.
                return self._multiply_operands()
            case Opcode.NOT:
                return self.forms[0]
            case Opcode.EQUAL:
                return self._equal(known)
            case Opcode.LESS:
                return self._compare(compute_comparison_bits(*known))
            case Opcode.MINIMUM | Opcode.MAXIMUM:
                return self._choose(self._compare(compute_comparison_bits(*known)), *self.forms)
            case Opcode.ABSOLUTE:
                bit = self._compare(compute_absolute_bits(known[0]))
                return self._multiply_forms(self.forms[0], bit)
            case Opcode.SELECT | Opcode.NARROW:
                return self._select()
            case Opcode.FLOOR_DIVIDE | Opcode.MODULO:
                return self._divide(known)
            case Opcode.SQUARE_ROOT:
                return self._take_root(known[0])
            case Opcode.BIT_AND | Opcode.BIT_OR | Opcode.BIT_XOR:
                return self._combine_bits(known)
            case Opcode.FRESH:
                self._write_out(0)
                return self.forms[0]
            case Opcode.TABLE:
                self.gates += price_index(self.forms[0]) + READ_GATES
                return WITNESS
            case _:
                return WITNESS

    def _write_out(self, place: int) -> None:
        """Make an operand a witness of its own."""
        gates = price_witness(self.forms[place])
        if gates:
            self.written[place] = gates
            self.forms[place] = WITNESS

    def _write_form(self, form: Form) -> Form:
        gates = price_witness(form)
        self.gates += gates
        return WITNESS if gates else form

    def _use(self, place: int) -> Form:
        """Take an operand into an equation. Products that are used again are written out, each once."""
        form = self.forms[place]
        self.forms[place] = form.share()
        return form

    def _multiply_operands(self) -> Form:
        """Return the product of two operands, which are written out where Noir would."""
        product = _multiply(*self.forms)
        if product is not None:
            return product
        self._write_out(0)
        if self._item.operands[0] == self._item.operands[1]:
            self.forms[1] = self.forms[0]
        self._write_out(1)
        return Form(1)

    def _multiply_forms(self, left: Form, right: Form) -> Form:
        product = _multiply(left, right)
        if product is None:
            self._write_form(left)
            self._write_form(right)
            return Form(1)
        return product

    def _select(self) -> Form:
        if self._item.result in self._logical:
            return self._choose_bit()
        condition, positive, negative = [*self.forms, CONSTANT][:3]
        if not condition.is_linear and not (positive + negative).is_constant:
            self._write_out(0)
            # A product of two expressions: the difference is written out, too.
            self._write_form(positive + negative)
            return Form(1) + negative
        return self._choose(condition, positive, negative)

    def _choose_bit(self) -> Form:
        """condition · positive + (1 - condition) · negative."""
        if self.forms[1].is_constant and self.forms[2].is_constant:
            return self.forms[0]
        chosen = CONSTANT
        for place in (1, 2):
            if not self.forms[place].is_linear:
                self._write_out(place)
            if not self.forms[place].is_constant:
                chosen += self._multiply_forms(self.forms[0], self.forms[place])
        return chosen

    def _choose(self, condition: Form, positive: Form, negative: Form) -> Form:
        """condition · (positive - negative) + negative."""
        difference = positive + negative
        if difference.is_constant:
            return condition
        if condition.is_constant:
            return max(positive, negative, key=lambda each: each.weight)
        product = self._multiply_forms(condition, difference)
        # Where the difference is multiplied term by term, the other side's terms are in products already.
        return product if difference.is_linear else product + negative

    def _equal(self, known: Sequence[Interval]) -> Form:
        for bit, other in ((0, 1), (1, 0)):
            if self._item.operands[bit] in self._logical and known[other] == Interval(0, 0):
                return self.forms[bit]
        if all(each in self._logical for each in self._item.operands):
            return self._multiply_operands()
        difference = self._write_form(self._use(0) + self._use(1))
        # The number times its inverse, and times the answer.
        self.gates += 0.0 if difference.is_constant else 2.0
        return CONSTANT if difference.is_constant else WITNESS

    def _compare(self, bits: int) -> Form:
        """A bit, and what is left of the difference, which is held to its range."""
        difference = sum(map(self._use, range(len(self.forms))), CONSTANT)
        self.gates += 1 + count_rows(difference, 2) + estimate_limbs(bits)
        return WITNESS

    def _divide(self, known: Sequence[Interval]) -> Form:
        widths = compute_division_widths(*known)
        dividend, divisor = self._use(0), self.forms[1]
        if widths.power is not None:
            self.gates += count_rows(dividend, 2) + estimate_limbs(widths.quotient_bits)
            self.gates += estimate_range(widths.power)
            return WITNESS
        product = self._multiply_forms(WITNESS, divisor)
        shift = divisor if widths.shift else CONSTANT
        self.gates += count_rows(dividend + shift + product, 1) + estimate_limbs(widths.quotient_bits)
        self.gates += count_rows(divisor, 2) + 2 * estimate_limbs(widths.remainder_bits)
        return WITNESS

    def _take_root(self, value: Interval) -> Form:
        bits = compute_root_bits(value)
        # The root needs a range of its own only where its square could pass the field's order.
        own = estimate_limbs(bits) if bits > _ROOT_BITS_WITHOUT_RANGE else 0.0
        self.gates += count_rows(self._use(0) + Form(1), 1) + own + 1 + 2 * estimate_limbs(bits + 1)
        return WITNESS

    def _combine_bits(self, known: Sequence[Interval]) -> Form:
        """Words that both have; of or and exclusive or beside the sum of the two."""
        bits = max(each.high.bit_length() for each in known)
        if bits <= 1:
            return self._multiply_operands()
        words = -(-bits // _WORD_BITS)
        self.gates += sum(count_rows(self._use(place), words) for place in range(2)) + 6.0 * words
        both = Form(0, words)
        return both if self._item.opcode is Opcode.BIT_AND else self.forms[0] + self.forms[1] + both


def _multiply(left: Form, right: Form) -> Form | None:
    """Return the product of two forms; None where both must be written out for it."""
    for one, other in ((left, right), (right, left)):
        if one.is_constant:
            return other
        if one.is_single and other.is_linear:
            return Form(other.terms)
    return None
