"""Polynomials over the scalars: values, interpolation at 0, and words of the dual code.

Member i of n, counted from 1, holds the value at i; the secret is the value at 0.
"""

from collections.abc import Iterable, Sequence
from math import comb, prod

from fieldproof.chain.beacon.group import ORDER


def evaluate(coefficients: Sequence[int], at: int) -> int:
    """Return the value of the polynomial whose coefficients are given from the constant on."""
    value = 0
    for coefficient in reversed(coefficients):
        value = (value * at + coefficient) % ORDER
    return value


def compute_weights(places: Iterable[int]) -> list[int]:
    """Return the factors by which values at these places add up to the value at 0 (Lagrange).

    Places differ and are not 0; there are more of them than the polynomial's degree.
    """
    places = list(places)
    weights = []
    for place in places:
        others = [other for other in places if other != place]
        divisor = prod(other - place for other in others)
        weights.append(prod(others) * pow(divisor, -1, ORDER) % ORDER)
    return weights


def compute_dual_word(coefficients: Sequence[int], size: int) -> list[int]:
    """Return factors cᵢ, i = 1 … size, with Σ cᵢ · p(i) = 0 for every p of less than the threshold's degree.

    There are size − threshold coefficients. cᵢ = f(i) / Π (i − j) over j ≠ i, where f has the coefficients
    (Cascudo and David 2017, lemma 1); all are multiplied by (size − 1)!, which changes no verdict and
    leaves binomials instead of divisions.
    """
    return [
        (-1) ** (size - i) * comb(size - 1, i - 1) * evaluate(coefficients, i) % ORDER
        for i in range(1, size + 1)
    ]
