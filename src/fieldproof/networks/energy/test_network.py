"""The program is plain Python: call it."""

import random

import pytest
from network import (
    HOMES,
    MOST_ENERGY,
    MOST_RATE,
    Order,
    Side,
    Standing,
    find_rate,
    find_volume,
    look,
    reward,
    trade,
)

from fieldproof import Cohort, Window


def buy(energy: int, limit: int, placed_ms: int = 0) -> Standing:
    return Standing(Side.BUY, energy, limit, placed_ms)


def sell(energy: int, limit: int, placed_ms: int = 0) -> Standing:
    return Standing(Side.SELL, energy, limit, placed_ms)


def gather(*orders: Standing | None) -> Cohort[Standing]:
    """A full cohort: homes beyond those named are absent."""
    return Cohort[Standing]([*orders, *[None] * (HOMES - len(orders))])


def run(*orders: Standing | None) -> tuple[int, list[int]]:
    """The clearing rate, and what each named home trades."""
    cohort = gather(*orders)
    rate = find_rate(cohort)
    return rate, trade(cohort, find_volume(cohort, rate))[: len(orders)]


def test_one_bid_and_one_offer_trade_what_both_have() -> None:
    assert run(buy(500, 250), sell(300, 120)) == (250, [300, 300])
    assert run(buy(300, 250), sell(500, 120)) == (120, [300, 300])
    assert run(buy(300, 250), sell(300, 120)) == (120, [300, 300])


def test_limits_that_do_not_meet_trade_nothing() -> None:
    assert run(buy(500, 119), sell(300, 120))[1] == [0, 0]
    assert reward(gather(buy(500, 119), sell(300, 120))) == [0] * HOMES


def test_curves_cross_where_offers_first_cover_the_bids_above() -> None:
    orders = (buy(400, 300), buy(300, 200), buy(200, 100), sell(350, 80), sell(250, 150), sell(400, 220))
    assert run(*orders) == (200, [400, 200, 0, 350, 250, 0])
    assert reward(gather(*orders))[:6] == [0, 0, 0, 70_000, 50_000, 0]


def test_of_equal_limits_the_earlier_order_is_served_first() -> None:
    assert run(buy(500, 200), sell(300, 100, placed_ms=9), sell(300, 100, placed_ms=8))[1] == [500, 200, 300]
    assert run(sell(500, 100), buy(300, 200, placed_ms=8), buy(300, 200, placed_ms=9))[1] == [500, 300, 200]


def test_of_orders_of_one_moment_the_lower_place_is_served_first() -> None:
    assert run(buy(500, 200), sell(300, 100), sell(300, 100))[1] == [500, 300, 200]


def test_a_better_limit_is_served_before_an_earlier_order() -> None:
    assert run(buy(500, 200), sell(300, 101, placed_ms=0), sell(300, 100, placed_ms=9))[1] == [500, 200, 300]


def test_a_market_of_one_side_or_of_nobody_pays_nothing() -> None:
    assert reward(gather()) == [0] * HOMES
    assert reward(gather(sell(MOST_ENERGY, 0), None, sell(5, 5))) == [0] * HOMES
    assert reward(gather(buy(MOST_ENERGY, MOST_RATE))) == [0] * HOMES
    assert reward(gather(buy(0, MOST_RATE), sell(0, 0))) == [0] * HOMES


def test_the_dearest_trade_fits_the_points() -> None:
    most = MOST_ENERGY * MOST_RATE
    assert reward(gather(buy(MOST_ENERGY, MOST_RATE), sell(MOST_ENERGY, MOST_RATE)))[1] == most < 2**32
    assert reward(gather(buy(MOST_ENERGY, MOST_RATE), sell(MOST_ENERGY, 0)))[1] == 0


def draw(source: random.Random) -> Standing | None:
    """An order with many equals among few limits."""
    if source.random() < 0.1:
        return None
    limit = source.randrange(8) if source.random() < 0.7 else source.randrange(MOST_RATE + 1)
    energy = source.choice((0, 1, 7, source.randrange(900)))
    return Standing(source.randrange(2), energy, limit, source.randrange(3))


@pytest.mark.parametrize("seed", range(10))
def test_energy_and_money_are_conserved_and_nobody_trades_against_his_limit(seed: int) -> None:
    source = random.Random(seed)
    for _ in range(100):
        check_market([draw(source) for _ in range(HOMES)])


def check_market(orders: list[Standing | None]) -> None:
    cohort = gather(*orders)
    rate, points = find_rate(cohort), reward(cohort)
    volume = find_volume(cohort, rate)
    trades = trade(cohort, volume)
    bought = sold = owed = 0
    refused: dict[int, list[int]] = {Side.BUY: [], Side.SELL: []}
    for order, traded, earned in zip(orders, trades, points, strict=True):
        if order is None:
            assert traded == earned == 0
            continue
        assert 0 <= traded <= order.energy
        if order.side == Side.BUY:
            bought, owed = bought + traded, owed + traded * rate
            assert earned == 0
            assert traded == 0 or order.limit >= rate
        else:
            sold += traded
            assert earned == traded * rate
            assert traded == 0 or order.limit <= rate
        if traded < order.energy:
            refused[order.side].append(order.limit)
    assert bought == sold == volume
    assert sum(points) == owed
    # Nothing more could be traded: who is left over on one side cannot meet who is left over on the other.
    assert not (refused[Side.BUY] and refused[Side.SELL]) or max(refused[Side.BUY]) <= min(refused[Side.SELL])


def test_the_last_order_of_a_home_stands() -> None:
    orders = [
        Order(time_ms=5, side=Side.BUY, energy=10, limit=20),
        Order(time_ms=9, side=Side.SELL, energy=11, limit=21),
    ]
    assert look(Window(orders, starts_at=0)) == Standing(Side.SELL, 11, 21, 9)


def test_a_home_without_an_order_is_void() -> None:
    with pytest.raises(AssertionError, match="no order"):
        look(Window[Order]([], starts_at=0))
