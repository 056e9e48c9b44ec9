"""A market of eight homes as they were measured (CityLearn Challenge 2022), where those data are at hand."""

import csv
from pathlib import Path

import pytest

from fieldproof.compiler import capture, to_python_cohort
from fieldproof.networks import get_network_folder
from fieldproof.run import read_sources

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "energy"
HOMES = 8
PLACES = 16
HOURS = range(4_000, 4_240)
"""Ten days of winter, ten of summer would do as well: what is traded differs, what is conserved does not."""
PEAK_WATTS_PER_HOME = (4_000, 0, 5_000, 3_000, 0, 6_000, 2_000, 4_000)
"""Ours: the recorded generation is that of a kilowatt of panels."""

pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded homes are not at hand")


def read_column(name: str, column: str) -> list[float]:
    with (RECORDED / f"{name}.csv").open() as file:
        return [float(row[column]) for row in csv.DictReader(file)]


def make_orders() -> list[list[tuple[int, int, int, int]]]:
    """For each hour an order of each home: what it lacks or has left, at limits about the recorded price."""
    prices = read_column("pricing", "electricity_pricing")
    hours: list[list[tuple[int, int, int, int]]] = [[] for _ in HOURS]
    for home in range(HOMES):
        loads = read_column(f"building-{home + 1}", "non_shiftable_load")
        suns = read_column(f"building-{home + 1}", "solar_generation")
        for orders, hour in zip(hours, HOURS, strict=True):
            net_wh = round(loads[hour] * 1_000 - suns[hour] * PEAK_WATTS_PER_HOME[home] / 1_000)
            price = round(prices[hour] * 1_000)
            limit = price + 5 * home if net_wh > 0 else price // 3 + 20 * home
            orders.append((60_000 * home, int(net_wh <= 0), min(abs(net_wh), 100_000), limit))
    return hours


def test_recorded_homes_trade_without_a_loss() -> None:
    python = to_python_cohort(capture(read_sources(get_network_folder("energy"))))
    trading = 0
    for orders in make_orders():
        reports = [python.look([order], (), 0).report for order in orders]
        points = python.judge([*reports, *[None] * (PLACES - HOMES)])
        earned = [(paid, order) for paid, order in zip(points, orders, strict=False)]
        assert all(paid == 0 for paid, (_, side, _, _) in earned if side == 0)
        wanted = sum(energy for _, side, energy, _ in orders if side == 0)
        offered = sum(energy for _, side, energy, _ in orders if side == 1)
        dearest = max((limit for _, side, _, limit in orders if side == 0), default=0)
        assert sum(points) <= min(wanted, offered) * dearest
        for paid, (_, _, energy, limit) in earned:
            # Paid at one rate, no lower than the seller's limit, for no more than it had.
            assert paid == 0 or (energy > 0 and paid >= limit)
        trading += any(points)
    assert trading >= 50
