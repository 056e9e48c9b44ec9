from hypothesis import given
from hypothesis import strategies as st

from fieldproof.protocol import Calendar

calendars = st.builds(Calendar, st.integers(0, 2**34), st.integers(1, 86_400), st.integers(0, 100_000))


@given(calendars, st.integers(0, 2**40))
def test_a_time_lies_in_its_window(calendar: Calendar, since_genesis_ms: int) -> None:
    time_ms = calendar.genesis_s * 1000 + since_genesis_ms
    window = calendar.compute_window(time_ms)
    assert calendar.compute_start_ms(window) <= time_ms < calendar.compute_start_ms(window + 1)


@given(calendars, st.integers(0, 2**40))
def test_a_window_is_closed_from_its_end_and_grace_on(calendar: Calendar, since_genesis_ms: int) -> None:
    time_ms = calendar.genesis_s * 1000 + since_genesis_ms
    first_open = calendar.compute_first_open(time_ms)
    assert calendar.compute_close_ms(first_open) > time_ms
    assert first_open == 0 or calendar.compute_close_ms(first_open - 1) <= time_ms


def test_before_the_genesis_no_window_is_closed() -> None:
    calendar = Calendar(1_000_000, 60, 30)
    assert calendar.compute_window(999_999_999) == -1
    assert calendar.compute_first_open(0) == 0
