"""What a committee drawn from a pool risks: exact odds of the hypergeometric distribution."""

from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import Self

from fieldproof.core import check_range


@dataclass(frozen=True, slots=True)
class Seats:
    """How many dishonest seats of a committee do harm, where a block needs more than two thirds of them."""

    stop: int
    """Without these votes there is no quorum: they stop the chain, or censor, as long as they like."""
    fork: int
    """Two quorums share as many: by signing twice they can have two blocks decided at one height."""
    decide: int
    """A quorum by themselves."""

    @classmethod
    def of_committee(cls, committee: int) -> Self:
        """Count them for a committee of equal votes."""
        quorum = 2 * committee // 3 + 1
        return cls(committee - quorum + 1, 2 * quorum - committee, quorum)


def compute_odds(pool: int, dishonest: int, committee: int, at_least: int) -> Fraction:
    """Return how likely a committee drawn from `pool` holds `at_least` of its `dishonest` members."""
    check_range("number of dishonest members", dishonest, 0, pool)
    check_range("number of seats", committee, 1, pool)
    honest = pool - dishonest
    ways = sum(
        comb(dishonest, seats) * comb(honest, committee - seats) for seats in range(at_least, committee + 1)
    )
    return Fraction(ways, comb(pool, committee))


def compute_odds_of_either(odds: Fraction) -> Fraction:
    """Return how likely one of two independent draws is as wished, where `odds` are those of one."""
    return 1 - (1 - odds) ** 2


def compute_lasting_share(odds: Fraction) -> Fraction:
    """Return in what share of all epochs a committee can be stopped, by who always prefers the draw that can.

    Two states: after an epoch that could be stopped either draw will do, after another only one is made. With
    odds p of one draw the share x fulfils x = x·(1 − (1 − p)²) + (1 − x)·p.
    """
    return odds / (1 - odds + odds**2)


def compute_pool_seats(pool: int, committee: int, at_least: int, odds: Fraction) -> int:
    """Return the fewest members of the pool that hold `at_least` seats with at least these odds."""
    return next(
        dishonest
        for dishonest in range(at_least, pool + 1)
        if compute_odds(pool, dishonest, committee, at_least) >= odds
    )
