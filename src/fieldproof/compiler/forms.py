"""What a value is to the prover until it is written out: products and single witnesses that add up.

Noir carries a sum on as an expression and multiplies a sum by one witness term by term. Only where a value
must be a witness of its own (two sums are multiplied, a range is checked, an array is laid out) is the
expression written out, and Barretenberg then takes a row of four wires for each product, and more for what
does not fit beside them. So a sum of sixty readings costs nothing by itself and twenty rows at a comparison.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """The expression of a value."""

    products: int = 0
    """Products of two witnesses."""
    terms: int = 0
    """Single witnesses, without those that also stand in a product: they take no wire of their own."""
    shared: int = 0
    """Products that stand in other equations too: each is written out, and only named here."""

    def __add__(self, other: Form) -> Form:
        return Form(self.products + other.products, self.terms + other.terms, self.shared + other.shared)

    def repeat(self, times: int) -> Form:
        """The sum of so many of this form."""
        return Form(self.products * times, self.terms * times, self.shared * times)

    def share(self) -> Form:
        """The form of a value that stands in an equation already."""
        return Form(0, self.terms, self.shared + self.products)

    @property
    def weight(self) -> int:
        """Which of two forms takes more to write out."""
        return 3 * self.products + self.terms + self.shared

    @property
    def is_constant(self) -> bool:
        """Whether it is known before any witness."""
        return not self.products and not self.terms and not self.shared

    @property
    def is_linear(self) -> bool:
        """Whether it may be multiplied by a witness term by term."""
        return not self.products and not self.shared

    @property
    def is_single(self) -> bool:
        """Whether it is one witness, perhaps scaled and moved by constants."""
        return self.is_linear and self.terms == 1


CONSTANT = Form()
WITNESS = Form(0, 1)


def count_rows(form: Form, others: int = 0) -> int:
    """Rows of an equation between an expression and so many other witnesses.

    The first row holds four wires. Each later one hands its fourth wire to what the rows before add up to. A
    product takes two wires of a row, and a row holds one product.
    """
    beside = form.terms + form.shared + others
    beside -= 2 + (form.products - 1) if form.products else 4
    return max(1, form.products) + -(-max(0, beside) // 3)
