"""The program is plain Python: call it."""

import pytest
from network import Connection, Signals, Streak, Vehicle, lose_weeks, reward

from fieldproof import Window

MONDAY_AT_FIVE = 4 * 86_400 + 5 * 3_600  # 5 January 1970, 05:00 UTC.
HARDWARE = Vehicle(connection=Connection.HARDWARE)
SOFTWARE = Vehicle(connection=Connection.SOFTWARE)


def drive(missed: int = 0) -> Window[Signals]:
    """A week with one trip, after so many missed ones."""
    readings = [
        Signals(time_ms=hour * 3_600_000, odometer=kilometres * 10, charge=500, coolant=20)
        for hour, kilometres in ((8, 100), (20, 142))
    ]
    return Window(readings, starts_at=MONDAY_AT_FIVE, missed=missed)


def park(**changes: int) -> Window[Signals]:
    """A week of three reports, alike but for `changes` in the last."""
    alike = {"odometer": 1420, "charge": 500, "coolant": 20}
    hours = [{**alike}, {**alike}, {**alike, **changes}]
    readings = [Signals(time_ms=hour * 3_600_000, **values) for hour, values in enumerate(hours)]
    return Window(readings, starts_at=MONDAY_AT_FIVE)


def test_a_first_week_pays_by_connection() -> None:
    assert reward(drive(), HARDWARE, Streak()) == (6_000, Streak(weeks=1))
    assert reward(drive(), SOFTWARE, Streak()) == (3_000, Streak(weeks=1))


@pytest.mark.parametrize(
    ("weeks", "extra"), [(1, 0), (3, 0), (4, 1_000), (20, 1_000), (21, 2_000), (35, 2_000), (36, 3_000)]
)
def test_a_streak_adds_points_from_its_level_on(weeks: int, extra: int) -> None:
    assert reward(drive(), HARDWARE, Streak(weeks=weeks - 1)) == (6_000 + extra, Streak(weeks=weeks))


def test_forty_weeks_in_a_row_pay_what_their_levels_say() -> None:
    streak, paid = Streak(), 0
    for _ in range(40):
        points, streak = reward(drive(), SOFTWARE, streak)
        paid += points
    assert streak.weeks == 40
    assert paid == 40 * 3_000 + 17 * 1_000 + 15 * 2_000 + 5 * 3_000


def test_every_third_missed_week_takes_the_streak_to_the_level_below() -> None:
    for missed, left in ((0, 40), (1, 40), (2, 40), (3, 21), (5, 21), (6, 4), (8, 4), (9, 0), (3_000_000, 0)):
        assert lose_weeks(40, missed) == left
        assert reward(drive(missed), HARDWARE, Streak(weeks=40))[1] == Streak(weeks=left + 1)
    assert [lose_weeks(weeks, 3) for weeks in (0, 3, 4, 20, 21, 35, 36)] == [0, 0, 0, 0, 4, 4, 21]


def test_a_missed_week_is_not_counted_twice_once_the_vehicle_is_back() -> None:
    points, streak = reward(drive(missed=2), HARDWARE, Streak(weeks=40))
    assert (points, streak) == (9_000, Streak(weeks=41))
    assert reward(drive(missed=2), HARDWARE, streak) == (9_000, Streak(weeks=42))


def test_a_week_in_which_no_signal_changes_is_missed() -> None:
    with pytest.raises(AssertionError, match="no signal changed"):
        reward(park(), HARDWARE, Streak(weeks=40))
    with pytest.raises(AssertionError, match="no signal changed"):
        reward(Window[Signals]([], starts_at=MONDAY_AT_FIVE), HARDWARE, Streak())


@pytest.mark.parametrize("changes", [{"odometer": 1421}, {"charge": 499}, {"coolant": 19}])
def test_any_signal_that_changes_makes_a_week_count(changes: dict[str, int]) -> None:
    assert reward(park(**changes), HARDWARE, Streak())[0] == 6_000


def test_a_streak_stops_at_what_the_state_can_hold() -> None:
    assert reward(drive(), HARDWARE, Streak(weeks=8_191)) == (9_000, Streak(weeks=8_191))
