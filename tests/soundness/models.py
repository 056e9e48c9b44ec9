"""The gadgets' constraints as statements about integers, for a solver.

A field element is an integer below the order p; an equation of the field holds up to an explicit multiple of
p. A range check is an inequality (Barretenberg's own work), a `bool` is 0 or 1. A model claims: whoever
fulfils the constraints, whatever the hints said, has the one answer that Python gives. The solver is asked
for a counterexample and must find that there is none.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import cvc5.pythonic as smt

from fieldproof.core.poseidon2 import FIELD_ORDER as P

Term = Any


def limbs(bits: int) -> int:
    return (bits + 13) // 14 * 14


@dataclass
class Model:
    """A growing list of facts, and the solver's word on what follows from them."""

    facts: list[Term] = field(default_factory=list)
    names: int = 0

    def integer(self, low: int, high: int) -> Term:
        """An integer of low … high − 1."""
        self.names += 1
        value = smt.Int(f"x{self.names}")
        self.facts += [value >= low, value < high]
        return value

    def element(self) -> Term:
        return self.integer(0, P)

    def bit(self) -> Term:
        return self.integer(0, 2)

    def equal(self, left: Term, right: Term) -> None:
        """Equality in the field."""
        self.names += 1
        self.facts.append(left == right + P * smt.Int(f"k{self.names}"))

    def ranged(self, value: Term, bits: int) -> Term:
        """Demand 0 ≤ value < 2^bits of a field expression; returns what it is as an integer."""
        result = self.integer(0, 2**bits)
        self.equal(result, value)
        return result

    def know(self, *facts: Term) -> None:
        self.facts += facts

    def proves(self, claim: Term) -> bool:
        """Whether the facts can hold at all, and the claim holds wherever they do."""
        return self._check() == smt.sat and self._check(smt.Not(claim)) == smt.unsat

    def is_impossible(self) -> bool:
        return self._check() == smt.unsat

    def _check(self, *more: Term) -> smt.CheckSatResult:
        solver = smt.Solver()
        solver.setOption("tlimit-per", 20_000)
        solver.add(*self.facts, *more)
        return solver.check()

    def compare(self, difference: Term, bits: int) -> tuple[Term, Term]:
        """`integers::compare` of a difference within ±2^bits: answer and rest."""
        answer = self.bit()
        rest = self.ranged(difference + 2 ** limbs(bits) * (1 - answer), limbs(bits))
        return answer, rest


def choose(bit: Term, yes: Term, no: Term) -> Term:
    """(bit)·(yes − no) + no, for a bit."""
    return smt.If(bit == 1, yes, no)


def prove_compare(bits: int) -> bool:
    model = Model()
    difference = model.integer(-(2**bits), 2**bits)
    answer, rest = model.compare(difference, bits)
    inside = difference > -(2**bits)
    zero = smt.Implies(inside, (rest == 0) == (difference == 0))
    return model.proves(smt.And((answer == 1) == (difference >= 0), zero))


def prove_select(bits: int) -> bool:
    """The product itself, with a bit for its condition."""
    model = Model()
    bit, yes, no = model.bit(), model.integer(-(2**bits), 2**bits), model.integer(-(2**bits), 2**bits)
    return model.proves(bit * (yes - no) + no == choose(bit, yes, no))


def prove_choices(bits: int) -> bool:
    """minimum, maximum, absolute, is_within, clamp: comparisons, then selections."""
    half = 2 ** (bits - 1)
    model = Model()
    a, b, c = (model.integer(-half, half) for _ in range(3))
    at_least, _ = model.compare(a - b, bits)
    positive, _ = model.compare(a, bits)
    below_high, _ = model.compare(c - a, bits)
    low = choose(at_least, a, b)
    moved, _ = model.compare(low - c, bits)
    within = smt.And(at_least == 1, below_high == 1)
    clamped = choose(moved, c, low)
    claims = [
        choose(at_least, b, a) == smt.If(a < b, a, b),
        choose(at_least, a, b) == smt.If(a > b, a, b),
        smt.If(positive == 1, a, -a) == smt.If(a < 0, -a, a),
        within == smt.And(b <= a, a <= c),
        smt.Implies(b <= c, clamped == smt.If(a < b, b, smt.If(a > c, c, a))),
    ]
    return model.proves(smt.And(*claims))


def prove_at_most(maximum: int) -> bool:
    bits = maximum.bit_length()
    model = Model()
    value = model.element()
    if maximum + 1 == 2**bits:
        model.ranged(value, bits)
    else:
        model.ranged(value, limbs(bits))
        model.ranged(maximum - value, limbs(bits))
    return model.proves(smt.And(value >= 0, value <= maximum))


def prove_divide(quotient_bits: int, remainder_bits: int) -> bool:
    """No wrap, by the bounds of the product; then one quotient and remainder, as Python's."""
    wide = limbs(quotient_bits) if quotient_bits + remainder_bits <= 237 else quotient_bits
    model = Model()
    numerator = model.integer(0, 2 ** (quotient_bits + remainder_bits))
    divisor = model.integer(1, 2**remainder_bits + 1)
    product = model.integer(0, (2**wide - 1) * 2**remainder_bits + 1)  # of two bounded factors
    remainder = model.integer(0, 2 ** limbs(remainder_bits))
    model.ranged(divisor - 1 - remainder, limbs(remainder_bits))
    model.equal(numerator, product + remainder)
    no_wrap = model.proves(smt.And(numerator == product + remainder, remainder < divisor))
    unique = Model()
    d, n, q, r, other_q, other_r = (unique.integer(0, P) for _ in range(6))
    unique.know(r < d, other_r < d, n == q * d + r, n == other_q * d + other_r, q < other_q)
    unique.know(other_q * d >= (q + 1) * d)  # a factor greater by one or more
    return no_wrap and unique.is_impossible()


def prove_divide_by_power(quotient_bits: int, shift: int) -> bool:
    wide = limbs(quotient_bits) if quotient_bits + shift <= 237 else quotient_bits
    model = Model()
    value = model.integer(0, 2 ** (quotient_bits + shift))
    quotient, remainder = model.integer(0, 2**wide), model.integer(0, 2**shift)
    model.equal(value, quotient * 2**shift + remainder)
    return model.proves(value == quotient * 2**shift + remainder)


def prove_square_root(root_bits: int) -> bool:
    """2·root is a small number, an even one, and its half the root; each step from the one before."""
    wide = limbs(root_bits + 1)
    first = Model()
    root, rest = first.element(), first.integer(0, 2**wide)
    spare = first.ranged(2 * root - rest, wide)
    twice = rest + spare
    if root_bits + 1 > 112:
        first.ranged(root, limbs(root_bits))
        even = first.proves(2 * root == twice)
    else:
        first.know(2 * root != twice)
        even = first.proves(2 * root == twice + P)
        # An odd sum: 4·(value − rest) is its square modulo p, and both are below p.
        second = Model()
        value, rest = second.integer(0, 2 ** (2 * root_bits)), second.integer(0, 2**wide)
        half, half_squared = second.integer(0, 2**wide), second.integer(0, 2 ** (2 * wide))
        second.equal(4 * half_squared + 4 * half + 1, 4 * value - 4 * rest)
        even = even and second.is_impossible()
    third = Model()
    value, squared = third.integer(0, 2 ** (2 * root_bits)), third.integer(0, 2 ** (2 * limbs(root_bits)))
    root, rest = third.integer(0, 2 ** limbs(root_bits)), third.integer(0, 2**wide)
    third.equal(rest, value - squared)
    third.ranged(2 * root - rest, wide)
    exact = third.proves(smt.And(squared <= value, value <= squared + 2 * root))
    # Two roots r < s: s² ≥ (r + 1)² > value.
    last = Model()
    value, r, s, r_squared, s_squared = (last.integer(0, P) for _ in range(5))
    last.know(r < s, value <= r_squared + 2 * r, s_squared <= value)
    last.know(s_squared >= r_squared + 2 * r + 1)  # squares rise
    return even and exact and last.is_impossible()


def prove_bit_and(bits: int) -> bool:
    """The words of each number are its own; `&` of words is Barretenberg's."""
    count = (bits + 31) // 32
    model = Model()
    value = model.integer(0, 2**bits)
    words = [model.integer(0, 2**32) for _ in range(count)]
    model.equal(sum(word * 2 ** (32 * place) for place, word in enumerate(words)), value)
    others = [model.integer(0, 2**32) for _ in range(count)]
    model.equal(sum(word * 2 ** (32 * place) for place, word in enumerate(others)), value)
    return model.proves(smt.And(*(a == b for a, b in zip(words, others, strict=True))))


def prove_lanes(first: int, second: int, devices: int) -> bool:
    """A word of lanes, two parts each, every part held to its width by the caller."""
    bits = devices * (first + second)
    model = Model()
    word, total = model.element(), model.integer(0, 2**bits)  # parts within their widths
    model.equal(total, word)
    unique = model.proves(word == total)
    # Part by part from the lowest: two numbers that agree have the same lowest part and the same rest.
    for width in (first, second):
        step = Model()
        part, other = step.integer(0, 2**width), step.integer(0, 2**width)
        rest, other_rest = step.integer(0, 2**bits), step.integer(0, 2**bits)
        step.know(part + 2**width * rest == other + 2**width * other_rest)
        unique = unique and step.proves(smt.And(part == other, rest == other_rest))
    return unique


def prove_same(bits: int) -> bool:
    """materialise and to_index."""
    model = Model()
    value, fresh, index = model.integer(0, 2**bits), model.element(), model.integer(0, 2**32)
    model.equal(fresh, value)
    model.equal(index, value)
    return model.proves(smt.And(fresh == value, index == value))


def prove_mask(slots: int) -> bool:
    """Three sums within one number, which come apart; then the ones that are first, for each count."""
    first = Model()
    count, pairs = first.integer(0, 2**28), first.integer(0, 2**55)  # count·(count − 1) / 2
    ones, places = first.integer(0, 2**16 + 1), first.integer(0, 2**32)  # of up to 2^16 slots
    stray = first.integer(0, 2**160)  # values below 2^128 in fewer than 2^16 columns and 2^16 slots
    first.equal(2**56 * ones + places + 2**88 * stray, 2**56 * count + pairs)
    apart = first.proves(smt.And(stray == 0, ones == count, places == pairs))
    return apart and all(_prove_first_ones(slots, count) for count in range(slots + 1))


def _prove_first_ones(slots: int, count: int) -> bool:
    model = Model()
    bits = [model.bit() for _ in range(slots)]
    places = sum(place * bit for place, bit in enumerate(bits))
    model.know(sum(bits) == count, places == count * (count - 1) // 2)
    return model.proves(smt.And(*((bit == 1) == (place < count) for place, bit in enumerate(bits))))


def prove_to_scalar(_bits: int) -> bool:
    high_order = P >> 128
    model = Model()
    value, lo, hi = model.element(), model.integer(0, 2**128), model.integer(0, 2**126)
    model.ranged(high_order - 1 - hi, 126)
    model.equal(value, lo + 2**128 * hi)
    return model.proves(value == lo + 2**128 * hi)


def read(values: list[Term], place: Term) -> Term:
    """Memory at a run-time index."""
    result = values[-1]
    for at in reversed(range(len(values) - 1)):
        result = smt.If(place == at, values[at], result)
    return result


def prove_sort(bits: int) -> bool:
    count = 3
    model = Model()
    values = [model.integer(-(2 ** (bits - 1)), 2 ** (bits - 1)) for _ in range(count)]
    places = [model.integer(0, count) for _ in range(count)]
    sorted_values = [read(values, place) for place in places]
    for at in range(1, count):
        step = 512 * (sorted_values[at] - sorted_values[at - 1]) + places[at] - places[at - 1]
        model.ranged(step - 1, limbs(bits + 9))
    rises = [a <= b for a, b in pairwise(sorted_values)]
    return model.proves(smt.And(smt.Distinct(*places), *rises))


def prove_rank(bits: int) -> bool:
    count = 3
    model = Model()
    values = [model.integer(-(2 ** (bits - 1)), 2 ** (bits - 1)) for _ in range(count)]
    chosen = [model.bit() for _ in range(count)]
    k = model.integer(0, count)
    model.know(k < sum(chosen))
    beyond = 2**bits
    near = model.integer(0, 2 ** limbs(bits + 2))  # the value, where its range check sees it
    value = near + values[0] - beyond
    place = model.integer(0, count)
    pivot = 512 * value + place
    rests, below = [], 0
    for at in range(count):
        key = 512 * (values[at] + beyond * (1 - chosen[at])) + at
        answer = model.bit()
        rest = model.ranged(key - pivot + 2 ** limbs(bits + 10) * (1 - answer), limbs(bits + 10))
        rests.append(rest == 0)
        below += 1 - answer
    model.know(smt.Or(*rests))  # a product of the field is 0 where a factor is
    model.equal(below, k)

    def count_if(test: Callable[[Term], Term]) -> Term:
        pairs = zip(values, chosen, strict=True)
        return sum(smt.If(smt.And(bit == 1, test(other)), 1, 0) for other, bit in pairs)

    smaller, not_greater = count_if(lambda other: other < value), count_if(lambda other: other <= value)
    is_one = smt.Or(*(smt.And(bit == 1, value == other) for other, bit in zip(values, chosen, strict=True)))
    return model.proves(smt.And(is_one, smaller <= k, k < not_greater))
