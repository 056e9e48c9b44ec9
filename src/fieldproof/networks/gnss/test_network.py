"""The program is plain Python: call it."""

import csv
from datetime import datetime
from pathlib import Path

import pytest
from network import EPOCH_MS, Signal, hear

from fieldproof import Window


def listen(epochs: int, strengths: list[int]) -> int:
    """Points of an hour whose first epochs hear satellites of these strengths, in quarters of a decibel."""
    return hear(
        Window(
            [
                Signal(time_ms=epoch * EPOCH_MS + satellite, satellite=satellite, strength=strength)
                for epoch in range(epochs)
                for satellite, strength in enumerate(strengths, 1)
            ],
            starts_at=0,
        )
    )


@pytest.mark.parametrize(
    ("decibels", "thousandths"),
    [(63, 1000), (29, 1000), (28.75, 916), (28, 666), (27.5, 500), (27, 333), (26.25, 83), (26, 0), (0, 0)],
)
def test_a_satellite_counts_by_its_strength(decibels: float, thousandths: int) -> None:
    assert listen(20, [round(decibels * 4)]) == thousandths


def test_satellites_add_up() -> None:
    assert listen(20, [4 * 45] * 24) == 24_000
    assert listen(20, [4 * 45, 4 * 27, 4 * 28, 0]) == 2_000


@pytest.mark.parametrize(
    ("epochs", "share"), [(20, 100), (19, 90), (15, 50), (11, 10), (10, 0), (9, 0), (1, 0), (0, 0)]
)
def test_who_is_online_half_of_the_time_earns_nothing_and_from_there_in_proportion(
    epochs: int, share: int
) -> None:
    assert listen(epochs, [4 * 45] * 10) == 100 * share


def test_a_satellite_counts_once_in_an_epoch() -> None:
    twice = [Signal(time_ms=at, satellite=7, strength=200) for at in range(2)]
    with pytest.raises(AssertionError, match="twice"):
        hear(Window(twice, starts_at=0))
    again = [Signal(time_ms=at * EPOCH_MS, satellite=7, strength=200) for at in range(20)]
    assert hear(Window(again, starts_at=0)) == 1000


def test_an_open_roof_earns_more_than_a_yard() -> None:
    hours: dict[str, list[Signal]] = {}
    with Path(__file__).with_name("data.csv").open() as file:
        for name, time, satellite, strength in list(csv.reader(file))[1:]:
            at = datetime.fromisoformat(time)
            ms = (at.minute * 60 + at.second) * 1000 + at.microsecond // 1000
            signal = Signal(time_ms=ms, satellite=int(satellite), strength=round(float(strength) * 4))
            hours.setdefault(name, []).append(signal)
    assert {name: hear(Window(hour, starts_at=0)) for name, hour in hours.items()} == {
        "roof": 20_000,
        "yard": 6_533,
    }
