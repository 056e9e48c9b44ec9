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

from fieldproof import U32, Array, Cohort, Int, Network, Reading, Window, each_device, field, program

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


@each_device
def look(window: Window[Order]) -> Standing:
    """The home's last order."""
    assert len(window) > 0, "no order"
    order = window[-1]
    return Standing(order.side, order.energy, order.limit, order.time_ms)


def find_rate(cohort: Cohort[Standing]) -> int:
    """The rate at which the curves first cross, or 0 where nobody wants anything.

    On the way up the limits an offer that is reached adds to the supply, a bid that is passed takes from the
    demand: the last order that was met while demand was greater sets the rate.
    """
    supply = 0
    demand = sum(home.report.energy for home in cohort if home.report.side == Side.BUY)
    rate: int = 0
    for key in sorted([home.report.limit * HOMES + number for number, home in enumerate(cohort)]):
        order = cohort[key % HOMES].report
        if supply < demand:
            rate = key // HOMES
        if order.side == Side.SELL:
            supply += order.energy
        else:
            demand -= order.energy
    return rate


def find_volume(cohort: Cohort[Standing], rate: int) -> int:
    """What is offered at a rate or wanted at it, whichever is less."""
    offered = sum(
        home.report.energy for home in cohort if home.report.side == Side.SELL and home.report.limit <= rate
    )
    wanted = sum(
        home.report.energy for home in cohort if home.report.side == Side.BUY and home.report.limit >= rate
    )
    volume: int = min(offered, wanted)
    return volume


def find_place(order: Standing, number: int) -> int:
    """Where an order stands on its side, the lower the sooner served; modulo 16 it is the home."""
    better = order.limit if order.side == Side.SELL else MOST_RATE - order.limit
    place: int = (better * WINDOW_MS + order.placed_ms) * HOMES + number
    return place


def trade(cohort: Cohort[Standing], volume: int) -> Array[Int[0, MOST_ENERGY], HOMES]:
    """Energy that each home buys or sells, of a volume."""
    trades = [0] * HOMES
    to_buy = to_sell = volume
    for place in sorted([find_place(home.report, number) for number, home in enumerate(cohort)]):
        number = place % HOMES
        order = cohort[number].report
        if order.side == Side.SELL:
            trades[number] = min(order.energy, to_sell)
            to_sell = max(to_sell - order.energy, 0)
        else:
            trades[number] = min(order.energy, to_buy)
            to_buy = max(to_buy - order.energy, 0)
    return trades


@program
def reward(cohort: Cohort[Standing]) -> Array[U32, HOMES]:
    """What each seller earns, in money units; what buyers owe is the same in all."""
    rate = find_rate(cohort)
    trades = trade(cohort, find_volume(cohort, rate))
    return [
        trades[number] * rate if home.report.side == Side.SELL else 0 for number, home in enumerate(cohort)
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
