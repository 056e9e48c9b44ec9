"""Which block of an epoch does what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.chain.application.schedule import LEAST_EPOCH_BLOCKS, Schedule

LENGTHS = st.integers(LEAST_EPOCH_BLOCKS, 5000)


@given(LENGTHS, st.integers(1, 10**9))
def test_epoch_and_position_give_the_height_back(epoch_blocks: int, height: int) -> None:
    schedule = Schedule(epoch_blocks)
    epoch, position = schedule.get_epoch(height), schedule.get_position(height)
    assert 0 <= position < epoch_blocks
    assert schedule.get_first_height(epoch) + position == height


@given(LENGTHS)
def test_every_epoch_freezes_then_deals_then_opens_then_draws(epoch_blocks: int) -> None:
    schedule = Schedule(epoch_blocks)
    dealing = [position for position in range(epoch_blocks) if schedule.is_dealing(position)]
    opening = [position for position in range(epoch_blocks) if schedule.is_opening(position)]
    assert dealing == list(range(1, epoch_blocks // 3 + 1))
    assert opening == list(range(epoch_blocks // 3 + 1, epoch_blocks - 1))
    assert dealing[-1] == schedule.close
    assert opening[-1] == schedule.draw


@given(LENGTHS)
def test_what_the_draw_tells_consensus_acts_with_the_next_epoch(epoch_blocks: int) -> None:
    schedule = Schedule(epoch_blocks)
    drawn_at = schedule.get_first_height(7) + schedule.draw
    assert drawn_at + 2 == schedule.get_first_height(8)


def test_the_shortest_epoch_has_three_blocks_for_dealings_and_for_openings() -> None:
    schedule = Schedule(LEAST_EPOCH_BLOCKS)
    assert sum(map(schedule.is_dealing, range(LEAST_EPOCH_BLOCKS))) >= 3
    assert sum(map(schedule.is_opening, range(LEAST_EPOCH_BLOCKS))) >= 3


@pytest.mark.parametrize(("height", "epoch", "position"), [(1, 0, 0), (12, 0, 11), (13, 1, 0), (25, 2, 0)])
def test_heights_are_counted_from_one_and_epochs_from_zero(height: int, epoch: int, position: int) -> None:
    schedule = Schedule(12)
    assert (schedule.get_epoch(height), schedule.get_position(height)) == (epoch, position)
