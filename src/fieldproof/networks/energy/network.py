"""A market of homes: a double auction in which all trade at the clearing rate.

A home orders energy for the window's interval: to buy at no more than a limit, or to sell at no less. The
bids from the highest limit down and the offers from the lowest up cross at the clearing rate, the lowest at
which the offers up to it cover the bids above it. Whoever is willing at that rate trades at it, the better
limit first, then the earlier order, then the lower place in the cohort, until one side is served.

Energy is whole watt-hours and a rate is whole money units for each, so that nothing is ever rounded: what
is bought is sold, and what the buyers owe is what the sellers earn. A seller's points are its earnings.
"""

from dataclasses import dataclass
from enum import IntEnum

from fieldproof import U32, Array, Cohort, Int, Network, Reading, Window, device, field, program

HOMES = 16
WINDOW_MS = 3_600_000
MOST_ENERGY = 100_000
MOST_RATE = 10_000


class Side(IntEnum):
    """What an order is for."""

    BUY = 0
    SELL = 1


class Order(Reading):
    """An order for the interval; a later one of the same home replaces it."""

    side: int = field(unit="count", low=0, high=1)
    energy: int = field(unit="Wh", low=0, high=100_000)
    limit: int = field(unit="count", low=0, high=10_000)  # Money units for each Wh.


@dataclass(frozen=True)
class Standing:
    """The order of a home that stands; of an absent home one for no energy."""

    side: Int[0, 1]
    energy: Int[0, MOST_ENERGY]
    limit: Int[0, MOST_RATE]
    placed_ms: Int[0, WINDOW_MS]


@dataclass(frozen=True)
class Clearing:
    """What the auction came to."""

    rate: Int[0, MOST_RATE]
    volume: Int[0, MOST_ENERGY * HOMES]


@device
def look(window: Window[Order]) -> Standing:
    """The home's last order."""
    assert len(window) > 0, "no order"
    order = window[-1]
    return Standing(order.side, order.energy, order.limit, order.time_ms)


def sum_offers(cohort: Cohort[Standing], rate: int) -> int:
    """Energy for sale at a rate."""
    return sum(
        home.report.energy for home in cohort if home.report.side == Side.SELL and home.report.limit <= rate
    )


def sum_bids(cohort: Cohort[Standing], rate: int) -> int:
    """Energy that is wanted at a rate."""
    return sum(
        home.report.energy for home in cohort if home.report.side == Side.BUY and home.report.limit >= rate
    )


def clear(cohort: Cohort[Standing]) -> Clearing:
    """Rate and volume of the first crossing. The curves step only at limits, so it lies at one of them."""
    rate = MOST_RATE
    for home in cohort:
        limit = home.report.limit
        if sum_offers(cohort, limit) >= sum_bids(cohort, limit + 1):
            rate = min(rate, limit)
    return Clearing(rate, min(sum_offers(cohort, rate), sum_bids(cohort, rate)))


def find_place(order: Standing, number: int) -> int:
    """Where an order stands on its side: the lower, the sooner it is served."""
    better = order.limit if order.side == Side.SELL else MOST_RATE - order.limit
    place: int = (better * WINDOW_MS + order.placed_ms) * HOMES + number
    return place


def trade(cohort: Cohort[Standing], volume: int) -> Array[Int[0, MOST_ENERGY], HOMES]:
    """Energy that each home buys or sells, of a volume."""
    places = [find_place(home.report, number) for number, home in enumerate(cohort)]
    trades = [0] * HOMES
    for number, home in enumerate(cohort):
        order = home.report
        ahead = sum(
            other.report.energy
            for rival, other in enumerate(cohort)
            if other.report.side == order.side and places[rival] < places[number]
        )
        trades[number] = max(0, min(order.energy, volume - ahead))
    return trades


@program
def reward(cohort: Cohort[Standing]) -> Array[U32, HOMES]:
    """What each seller earns, in money units; what buyers owe is the same in all."""
    clearing = clear(cohort)
    trades = trade(cohort, clearing.volume)
    return [
        trades[number] * clearing.rate if home.report.side == Side.SELL else 0
        for number, home in enumerate(cohort)
    ]


network = Network(
    name="energy-market",
    reading=Order,
    program=reward,
    window="1h",
    readings_per_window=4,
    grace="5m",
    cohort=16,
    pool_per_window="100",
)
