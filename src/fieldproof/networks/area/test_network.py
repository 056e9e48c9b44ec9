"""The program is plain Python: call it."""

import csv
from datetime import datetime
from pathlib import Path

import pytest
from network import AREA, FROM_MS, LONGEST_SILENCE_MS, UNTIL_MS, Fix, stayed

from fieldproof import Window

SUMMIT = (454_615_000, 140_055_000)
VALLEY = (453_700_000, 141_650_000)
MINUTE_MS = 60_000


def go(*fixes: tuple[int, tuple[int, int]]) -> int:
    return stayed(
        Window(
            [Fix(time_ms=at, latitude=place[0], longitude=place[1]) for at, place in sorted(fixes)],
            starts_at=0,
        )
    )


def stay(first: int, last: int, place: tuple[int, int] = SUMMIT) -> list[tuple[int, tuple[int, int]]]:
    """A fix each minute from one to another."""
    return [(minute * MINUTE_MS, place) for minute in range(first, last + 1)]


def test_who_stays_from_the_one_minute_to_the_other_earns_a_point() -> None:
    assert go(*stay(20, 40)) == 1


def test_where_else_it_was_makes_no_difference() -> None:
    assert go(*stay(0, 19, VALLEY), *stay(20, 40), *stay(41, 59, VALLEY)) == 1


@pytest.mark.parametrize("minute", [20, 25, 40])
def test_one_fix_outside_is_no_stay(minute: int) -> None:
    fixes = dict(stay(20, 40)) | {minute * MINUTE_MS: VALLEY}
    assert go(*fixes.items()) == 0


def test_elsewhere_or_silent_earns_nothing() -> None:
    assert go() == 0
    assert go(*stay(20, 40, VALLEY)) == 0
    assert go(*stay(0, 19), *stay(41, 59)) == 0


def test_no_silence_is_longer_than_five_minutes() -> None:
    rare = [(at, SUMMIT) for at in range(FROM_MS + LONGEST_SILENCE_MS, UNTIL_MS, LONGEST_SILENCE_MS)]
    assert go(*rare) == 1
    for left_out in rare:
        assert go(*(each for each in rare if each != left_out)) == 0
    assert go((rare[0][0] + 1, SUMMIT), *rare[1:]) == 0
    assert go(*rare[:-1], (rare[-1][0] - 1, SUMMIT)) == 0


def test_a_notch_of_the_area_is_outside() -> None:
    notch = AREA[4]
    assert go(*stay(20, 40, (notch[0] - 1_000, notch[1]))) == 1
    assert go(*stay(20, 40, (notch[0] + 1_000, notch[1]))) == 0


def test_of_the_two_walks_one_stays() -> None:
    walks: dict[str, list[tuple[int, tuple[int, int]]]] = {}
    with Path(__file__).with_name("data.csv").open() as file:
        for name, time, *place in list(csv.reader(file))[1:]:
            at = datetime.fromisoformat(time)
            latitude, longitude = (round(float(degrees) * 10_000_000) for degrees in place)
            walks.setdefault(name, []).append(((at.minute * 60 + at.second) * 1000, (latitude, longitude)))
    assert {name: go(*walk) for name, walk in walks.items()} == {"hiker": 1, "passer": 0}
