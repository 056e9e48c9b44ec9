"""No market loses a unit: random ones, and where they are at hand eight recorded homes (CityLearn 2022)."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof import Cohort, Window
from fieldproof.networks import get_network_folder
from loading import load_script

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "energy"
ENERGY = load_script(get_network_folder("energy") / "network.py")
HOMES = 8
HOURS = range(4_000, 4_240)
"""Ten days of winter, ten of summer would do as well: what is traded differs, what is conserved does not."""
PEAK_WATTS_PER_HOME = (4_000, 0, 5_000, 3_000, 0, 6_000, 2_000, 4_000)
"""Ours: the recorded generation is that of a kilowatt of panels."""


def clear(orders: Sequence[Any]) -> int:
    """Demand that what is bought is sold, and what is owed earned, to the unit; return the energy traded."""
    cohort = Cohort[ENERGY.Standing]([*orders, *[None] * (ENERGY.HOMES - len(orders))])
    rate, points = ENERGY.find_rate(cohort), ENERGY.reward(cohort)
    trades = ENERGY.trade(cohort, ENERGY.find_volume(cohort, rate))
    bought = sold = owed = 0
    for order, traded, earned in zip(orders, trades, points, strict=False):
        if order is None:
            assert traded == earned == 0
        elif order.side == ENERGY.Side.BUY:
            bought += traded
            owed += traded * rate
            assert earned == 0
            assert traded == 0 or rate <= order.limit
        else:
            sold += traded
            assert earned == traded * rate
            assert traded == 0 or rate >= order.limit
        assert order is None or 0 <= traded <= order.energy
    assert bought == sold
    assert owed == sum(points)
    return sold


def numbers(most: int) -> st.SearchStrategy[int]:
    return st.sampled_from([0, 1, 2, most - 1, most]) | st.integers(0, most)


@given(
    st.lists(
        st.none()
        | st.builds(
            ENERGY.Standing,
            side=st.sampled_from(ENERGY.Side),
            energy=numbers(ENERGY.MOST_ENERGY),
            limit=numbers(ENERGY.MOST_RATE),
            placed_ms=numbers(ENERGY.WINDOW_MS - 1),
        ),
        max_size=ENERGY.HOMES,
    )
)
def test_no_market_loses_a_unit(orders: list[Any]) -> None:
    clear(orders)


def read_column(name: str, column: str) -> list[float]:
    with (RECORDED / f"{name}.csv").open() as file:
        return [float(row[column]) for row in csv.DictReader(file)]


def make_orders() -> list[list[Any]]:
    """For each hour an order of each home: what it lacks or has left, at limits about the recorded price."""
    prices = read_column("pricing", "electricity_pricing")
    hours: list[list[Any]] = [[] for _ in HOURS]
    for home in range(HOMES):
        loads = read_column(f"building-{home + 1}", "non_shiftable_load")
        suns = read_column(f"building-{home + 1}", "solar_generation")
        for orders, hour in zip(hours, HOURS, strict=True):
            net_wh = round(loads[hour] * 1_000 - suns[hour] * PEAK_WATTS_PER_HOME[home] / 1_000)
            price = round(prices[hour] * 1_000)
            order = ENERGY.Order(
                time_ms=60_000 * home,
                side=ENERGY.Side.BUY if net_wh > 0 else ENERGY.Side.SELL,
                energy=min(abs(net_wh), ENERGY.MOST_ENERGY),
                limit=price + 5 * home if net_wh > 0 else price // 3 + 20 * home,
            )
            orders.append(ENERGY.look(Window([order], starts_at=0)))
    return hours


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded homes are not at hand")
def test_recorded_homes_trade_without_a_loss() -> None:
    traded_wh = [clear(orders) for orders in make_orders()]
    assert sum(energy > 0 for energy in traded_wh) >= 50
