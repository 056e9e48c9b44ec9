"""Faults that need no network: the tests of application and beacon that play them are run again."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from .network import FaultNetwork
from .scenario import Scenario, add

ROOT = Path(__file__).parents[3]
DEALINGS = "tests/chain/beacon/test_dealing.py"
OPENINGS = "tests/chain/beacon/test_opening.py"
ROUNDS = "tests/chain/application/test_rounds.py"
EPOCHS = "tests/chain/application/test_epochs.py"
SNAPSHOTS = "tests/chain/application/test_snapshots.py"
NOT_VALID = f"{ROUNDS}::test_a_dealing_that_is_not_valid_takes_the_place_of_the_members_only_one"


def _add(name: str, done: str, must: str, tests: Sequence[str]) -> None:
    async def play(_: FaultNetwork) -> str:
        return await _run_tests(tests)

    add(Scenario(name, done, must, play, is_tested=False, is_test=True))


async def _run_tests(tests: Sequence[str]) -> str:
    """Return pytest's last line; `AssertionError` has all that it said."""
    command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *tests)
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0, said
    return said.strip().splitlines()[-1]


_add(
    "dealings are malformed",
    "a member records nothing, a byte too few or too many, points that are none, a flipped bit, random "
    "bytes, another pool's size, a secret that is zero",
    "each is refused with a reason, counts as the member's only one, and the seed is made of the others'",
    [
        f"{NOT_VALID}[nothing]",
        f"{NOT_VALID}[no point]",
        f"{NOT_VALID}[a byte too few]",
        f"{NOT_VALID}[a byte too many]",
        f"{NOT_VALID}[a bit flipped]",
        f"{NOT_VALID}[a secret that is zero]",
        f"{DEALINGS}::test_no_bit_of_a_dealing_can_change",
        f"{DEALINGS}::test_no_part_of_a_dealing_can_be_another",
        f"{DEALINGS}::test_whatever_else_is_sent_is_refused_with_a_reason",
        f"{DEALINGS}::test_a_dealing_for_a_pool_of_another_size_is_refused",
        f"{DEALINGS}::test_a_secret_of_zero_is_refused",
    ],
)
_add(
    "dealings are late",
    "a member records its dealing before the freeze, in each block up to the close, and behind it",
    "it counts from the freeze to the close and at no other height; the seed is made without a late one",
    [
        f"{ROUNDS}::test_dealings_count_up_to_the_close",
        f"{ROUNDS}::test_a_dealing_before_the_freeze_or_after_the_close_does_not_count",
        f"{ROUNDS}::test_a_dealing_that_came_too_late_is_not_part_of_the_seed",
    ],
)
_add(
    "dealings are inconsistent",
    "a member deals shares of no polynomial, of one of a degree too high, and one share off the others'",
    "each is refused",
    [
        f"{NOT_VALID}[shares of no polynomial]",
        f"{DEALINGS}::test_a_polynomial_of_a_degree_too_high_is_refused",
        f"{DEALINGS}::test_one_share_off_the_polynomial_is_refused",
    ],
)
_add(
    "dealings are replayed",
    "a member records a dealing of another epoch, chain, seed or pool, under this epoch's number and its own",
    "under this epoch's number it is refused, under its own it counts for nothing",
    [
        f"{NOT_VALID}[of another epoch]",
        f"{ROUNDS}::test_a_dealing_for_another_epoch_does_not_count_and_takes_no_place",
        f"{ROUNDS}::test_the_round_is_bound_to_chain_epoch_seed_and_frozen_pool",
        f"{DEALINGS}::test_a_dealing_of_another_round_is_refused",
    ],
)
_add(
    "dealings are copied or negated",
    "a member records another's dealing, its negation, and the other's shifted by a polynomial that it knows",
    "each is refused",
    [
        f"{NOT_VALID}[copied from another dealer]",
        f"{NOT_VALID}[negated from another dealer]",
        f"{DEALINGS}::test_a_dealing_copied_by_another_member_is_refused",
        f"{DEALINGS}::test_a_negated_dealing_is_refused",
        f"{DEALINGS}::test_a_dealing_shifted_by_a_known_polynomial_is_refused",
    ],
)
_add(
    "keys change after the freeze",
    "all candidates take other consensus and beacon keys, and other votes, in each block behind the freeze",
    "pool, seed, committee and what CometBFT is told are as without that",
    [f"{EPOCHS}::test_votes_and_keys_that_change_after_the_freeze_have_no_effect_on_the_frozen_pool"],
)
_add(
    "any of the dealers open",
    "every subset of five dealers opens, the others share for the silent ones, in either order; every "
    "majority of shares; one share less",
    "the seed is the same for every subset; one share less than a majority opens nothing",
    [
        f"{ROUNDS}::test_whoever_opens_the_seed_is_the_same",
        f"{ROUNDS}::test_any_majority_of_shares_opens_what_the_dealer_would_have",
        f"{ROUNDS}::test_one_share_less_than_a_majority_opens_nothing",
        f"{OPENINGS}::test_the_seed_is_the_same_whoever_opens",
        f"{OPENINGS}::test_any_majority_brings_back_what_the_dealer_would_have_opened",
        f"{OPENINGS}::test_fewer_than_a_threshold_bring_nothing_back",
    ],
)
_add(
    "a chunk of a snapshot is corrupted",
    "a node that joins by state sync is sent no chunk's bytes, another chunk, a flipped bit, more than a "
    "chunk may have, and whole snapshots that are not what the trusted hash commits to",
    "the chunk is asked for again, its sender is not; a state that differs from the trusted hash is refused",
    [
        f"{SNAPSHOTS}::test_whoever_sent_a_corrupted_chunk_is_not_asked_again_and_the_chunk_is",
        f"{SNAPSHOTS}::test_a_chunk_larger_than_any_is_refused_before_it_is_kept",
        f"{SNAPSHOTS}::test_a_state_that_the_trusted_hash_does_not_commit_to_is_refused",
        f"{SNAPSHOTS}::test_what_contradicts_the_trusted_part_is_refused",
    ],
)
