"""The program is plain Python: call it."""

import pytest
from network import Fix, travelled

from fieldproof import Window

TEN_MILLIONTHS = 10_000_000


def go_north(step: int, fixes: int) -> Window[Fix]:
    """One fix every twenty seconds, each `step` ten-millionths of a degree further north."""
    start = 45 * TEN_MILLIONTHS
    return Window(
        [
            Fix(time_ms=20_000 * i, latitude=start + i * step, longitude=13 * TEN_MILLIONTHS)
            for i in range(fixes)
        ],
        starts_at=0,
    )


def test_a_hundred_steps_of_eleven_metres_are_a_kilometre_and_a_tenth() -> None:
    assert travelled(go_north(step=1_000, fixes=101)) == 1_113


def test_who_only_leaps_is_void() -> None:
    with pytest.raises(AssertionError, match="leaps"):
        travelled(go_north(step=TEN_MILLIONTHS, fixes=20))


def test_one_fix_is_no_way() -> None:
    with pytest.raises(AssertionError, match="fewer than two"):
        travelled(go_north(step=0, fixes=1))
