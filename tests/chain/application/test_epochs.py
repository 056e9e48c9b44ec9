"""How epochs follow one another: freeze, election, draw, seats, results."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.application.application_samples import (
    DRAW,
    LAST,
    PARAMETERS,
    advance,
    make_block,
    make_bytes,
    make_genesis,
    make_member,
    make_members,
    process,
)
from fieldproof.chain.application.rounds import choose_committee
from fieldproof.chain.application.state import BeaconState, State
from fieldproof.chain.application.transition import elect_pool, process_block
from fieldproof.chain.beacon import compute_missed_seed, draw_committee
from fieldproof.chain.commitment import Entry, Member, Result, extend_results

GENESIS = make_genesis().state


def read_addresses(members: tuple[Member, ...]) -> tuple[bytes, ...]:
    return tuple(sorted(member.consensus for member in members))


def test_the_committee_of_epoch_0_is_drawn_from_the_seed_in_genesis_like_any_other() -> None:
    places = draw_committee(GENESIS.seed, 5, 3)
    assert GENESIS.committee == tuple(make_member(place) for place in places)
    assert GENESIS.validators == read_addresses(GENESIS.committee)


def test_a_block_leaves_its_hash_height_and_time() -> None:
    state, changes = process(GENESIS, time_s=GENESIS.time_s + 7)
    assert (state.height, state.execution_hash, state.time_s) == (
        1,
        make_bytes("execution 1"),
        GENESIS.time_s + 7,
    )
    assert changes == ()


@given(st.permutations(range(8)))
def test_the_pool_is_elected_by_votes_then_by_operator_whatever_the_order_of_registration(
    order: list[int],
) -> None:
    votes = [9, 5, 5, 5, 3, 3, 0, 7]
    candidates = [make_member(index, votes[index]) if votes[index] else nobody(index) for index in order]
    pool = elect_pool(candidates, 5)
    assert [member.votes for member in pool] == [9, 7, 5, 5, 5]
    assert [member.operator for member in pool[2:]] == sorted(member.operator for member in pool[2:])


def nobody(index: int) -> Member:
    return replace(make_member(index), votes=0)


def test_where_votes_are_alike_the_lowest_operators_are_in() -> None:
    candidates = [make_member(index, 5) for index in range(6)]
    pool = elect_pool(candidates, 3)
    assert [member.operator for member in pool] == sorted(member.operator for member in candidates)[:3]


def test_candidates_without_votes_are_not_elected_even_where_there_is_room() -> None:
    assert elect_pool([make_member(0, 1), nobody(1)], 5) == (make_member(0, 1),)


def test_the_pool_frozen_in_an_epochs_first_block_is_that_of_the_next_epoch() -> None:
    candidates = tuple(make_member(index) for index in range(3, 8))
    state, _ = process(advance(GENESIS, 12), candidates=candidates)
    assert state.frozen_pool == candidates
    assert state.pool == make_members(5)
    state = advance(state, 25 - 1)
    state, _ = process(state)
    assert state.pool == candidates
    assert set(state.committee) <= set(candidates)


def test_votes_and_keys_that_change_after_the_freeze_have_no_effect_on_the_frozen_pool() -> None:
    frozen, _ = process(advance(GENESIS, 12))
    changed = tuple(
        replace(make_member(index, 10**20), beacon_x=bytes(32), consensus_x=bytes(32)) for index in range(9)
    )
    with_changes, without = frozen, frozen
    for _ in range(LAST):
        with_changes, told = process(with_changes, candidates=changed)
        without, told_without = process(without)
        assert told == told_without
    assert with_changes == without
    assert with_changes.frozen_pool == make_members(5)


def test_where_nobody_can_be_elected_the_pool_stays() -> None:
    state, _ = process(advance(GENESIS, 12), candidates=(nobody(1), nobody(2)))
    assert state.frozen_pool == make_members(5)


def test_a_pool_smaller_than_the_committee_is_seated_whole() -> None:
    candidates = make_members(2)
    state, _ = process(advance(GENESIS, 12), candidates=candidates)
    state = advance(state, 25)
    assert set(state.committee) == set(candidates)
    assert state.validators == read_addresses(candidates)


def test_seed_and_committee_are_drawn_two_blocks_before_the_epoch_they_serve() -> None:
    for position in range(DRAW):
        assert advance(GENESIS, 1 + position).drawn is None
    state = advance(GENESIS, 1 + DRAW)
    assert state.drawn is not None
    last = advance(state, 1 + LAST)
    assert last.drawn == state.drawn
    first = advance(last, 13)
    assert (first.seed, first.committee, first.drawn) == (state.drawn.seed, state.drawn.committee, None)
    assert first.beacon == BeaconState()


def test_the_draw_tells_consensus_who_leaves_and_who_comes() -> None:
    before = advance(GENESIS, DRAW)
    state, changes = process(before)
    assert state.drawn is not None
    leaving = {change.member.consensus for change in changes if not change.is_seated}
    coming = {change.member.consensus for change in changes if change.is_seated}
    old, new = set(before.validators), {member.consensus for member in state.drawn.committee}
    assert (leaving, coming) == (old - new, new - old)
    assert state.validators == read_addresses(state.drawn.committee)


def test_no_other_block_of_a_quiet_epoch_tells_consensus_anything() -> None:
    state = GENESIS
    for _ in range(30):
        is_drawn = PARAMETERS.schedule.get_position(state.height + 1) == DRAW
        state, changes = process(state)
        assert is_drawn or changes == ()


def test_seats_go_by_the_order_that_the_seed_draws() -> None:
    pool = make_members(5)
    seeds = [make_bytes(f"seed {number}") for number in range(60)]
    found = {choose_committee(seed, pool, 2) for seed in seeds}
    assert len(found) > len(list(permutations(range(5), 2))) // 2
    for seed in seeds:
        assert choose_committee(seed, pool, 2) == tuple(pool[place] for place in draw_committee(seed, 5, 2))


def test_proposals_are_counted_for_each_member_and_anew_in_each_epoch() -> None:
    state = GENESIS
    first, second = GENESIS.committee[0], GENESIS.committee[1]
    for proposer in [first, second, first]:
        state, _ = process(state, proposer=proposer.consensus)
    counts = {member.operator: count for member, count in zip(state.pool, state.proposed, strict=True)}
    assert counts[first.operator] == 2
    assert counts[second.operator] == 1
    assert sum(state.proposed) == 3
    assert sum(advance(state, 13).proposed) == 1


def compute_result(state: State, epoch: int) -> Result:
    seated = {member.operator for member in state.committee}
    return Result(
        epoch,
        tuple(
            Entry(member.operator, member.votes, proposed, 3 if member.operator in seated else 0)
            for member, proposed in zip(state.pool, state.proposed, strict=True)
        ),
    )


def test_results_are_chained_at_the_last_block_of_each_epoch() -> None:
    first = advance(GENESIS, 12)
    assert advance(GENESIS, 11).results == bytes(32)
    assert first.results == extend_results(bytes(32), compute_result(first, 0))
    second = advance(first, 24)
    assert advance(first, 23).results == first.results
    assert second.results == extend_results(first.results, compute_result(second, 1))


def test_a_member_is_expected_to_propose_its_share_of_the_epochs_blocks_rounded_down_less_one() -> None:
    parameters = replace(PARAMETERS, epoch_blocks=14)
    state = advance(GENESIS, 13, parameters)
    block = make_block(state)
    last, _ = process_block(parameters, state, block)
    assert last.results == extend_results(bytes(32), compute_result(last, 0))


def test_an_epoch_that_ends_without_a_draw_is_a_bug() -> None:
    state = replace(advance(GENESIS, 12), drawn=None)
    with pytest.raises(LookupError, match="bug"):
        process(state)


def test_a_chain_without_dealings_goes_on_with_missed_seeds() -> None:
    from fieldproof.chain.application.rounds import compute_round

    state = advance(GENESIS, DRAW)
    missed = compute_missed_seed(compute_round(PARAMETERS, state))
    state = advance(state, 1 + DRAW)
    assert state.drawn is not None
    assert state.drawn.is_missed
    assert state.drawn.seed == missed
    seeds = {advance(GENESIS, 1 + 12 * epoch).seed for epoch in range(5)}
    assert len(seeds) == 5
