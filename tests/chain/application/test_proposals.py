"""What every node demands of a proposed block."""

from dataclasses import replace
from typing import Any

import pytest

from chain.application.application_samples import (
    DRAW,
    PARAMETERS,
    accuse,
    advance,
    make_bytes,
    make_genesis,
    make_payload,
    process,
)
from fieldproof.chain.application.payload import Payload, Withdrawal
from fieldproof.chain.application.proposals import Proposal, compute_attributes, find_fault
from fieldproof.chain.application.state import State
from fieldproof.chain.commitment import compute_randao
from fieldproof.chain.contracts import REWARDS

ROOT = make_bytes("application's hash")
STATE = advance(make_genesis().state, 5)


def propose(state: State, time_s: int = 0, proposer: bytes | None = None) -> Proposal:
    return Proposal(state.height + 1, time_s or state.time_s + 1, proposer or state.validators[0])


def find(payload: Payload) -> str | None:
    wanted = compute_attributes(PARAMETERS, STATE, propose(STATE), ROOT)
    return find_fault(PARAMETERS, STATE, wanted, payload)


PAYLOAD = make_payload(compute_attributes(PARAMETERS, STATE, propose(STATE), ROOT), STATE)
WITHDRAWAL = PAYLOAD.withdrawals[0]


def test_a_payload_with_the_attributes_of_its_proposal_has_no_fault() -> None:
    assert find(PAYLOAD) is None


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"parent_hash": bytes(32)}, "parent"),
        ({"number": STATE.height}, "number"),
        ({"number": STATE.height + 2}, "number"),
        ({"time_s": PAYLOAD.time_s + 1}, "time"),
        ({"time_s": PAYLOAD.time_s - 1}, "time"),
        ({"randao": bytes(32)}, "randao"),
        ({"fee_recipient": bytes(20)}, "fee recipient"),
        ({"withdrawals": ()}, "withdrawals"),
        ({"withdrawals": (WITHDRAWAL, WITHDRAWAL)}, "withdrawals"),
        ({"withdrawals": (replace(WITHDRAWAL, index=WITHDRAWAL.index + 1),)}, "withdrawals"),
        ({"withdrawals": (replace(WITHDRAWAL, account=bytes(20)),)}, "withdrawals"),
        ({"withdrawals": (replace(WITHDRAWAL, amount_gwei=WITHDRAWAL.amount_gwei + 1),)}, "withdrawals"),
        ({"gas_limit": PARAMETERS.gas_limit + 1}, "gas limit"),
        ({"gas_limit": PARAMETERS.gas_limit - 1}, "gas limit"),
        ({"blob_gas_used": 131_072}, "blobs"),
        ({"transactions": (b"\2ordinary", b"\3blobs")}, "blobs"),
    ],
    ids=str,
)
def test_one_thing_that_differs_is_refused_by_its_name(changes: dict[str, Any], name: str) -> None:
    assert find(replace(PAYLOAD, **changes)) == name


def test_all_that_differs_is_named() -> None:
    assert find(replace(PAYLOAD, number=0, gas_limit=0)) == "number, gas limit"


def test_execution_requests_are_carried() -> None:
    assert find(replace(PAYLOAD, requests=(b"\1anything",))) is None


def test_transactions_of_other_kinds_are_none_of_the_rules_business() -> None:
    assert find(replace(PAYLOAD, transactions=(b"", b"\2", b"\4"))) is None


@pytest.mark.parametrize(("header_s", "block_s"), [(-5, 1), (0, 1), (1, 1), (2, 2), (60, 60)])
def test_a_block_has_the_time_of_its_header_but_is_later_than_its_parent(header_s: int, block_s: int) -> None:
    proposal = propose(STATE, STATE.time_s + header_s)
    assert compute_attributes(PARAMETERS, STATE, proposal, ROOT).time_s == STATE.time_s + block_s


def test_the_beacon_root_is_the_applications_hash() -> None:
    assert compute_attributes(PARAMETERS, STATE, propose(STATE), ROOT).beacon_root == ROOT


@pytest.mark.parametrize("place", range(3))
def test_the_fees_are_the_proposers(place: int) -> None:
    member = STATE.committee[place]
    attributes = compute_attributes(PARAMETERS, STATE, propose(STATE, proposer=member.consensus), ROOT)
    assert attributes.fee_recipient == member.operator


def test_the_reward_goes_to_the_contract_and_is_greater_where_an_epoch_begins() -> None:
    ordinary = compute_attributes(PARAMETERS, STATE, propose(STATE), ROOT).withdrawal
    assert ordinary == Withdrawal(5, REWARDS, PARAMETERS.block_reward_gwei)
    last = advance(STATE, 12)
    first = compute_attributes(PARAMETERS, last, propose(last), ROOT).withdrawal
    assert first == Withdrawal(12, REWARDS, PARAMETERS.block_reward_gwei + PARAMETERS.epoch_reward_gwei)


def test_the_first_block_of_an_epoch_has_the_seed_and_the_proposers_of_the_new_one() -> None:
    last = advance(STATE, 12)
    assert last.drawn is not None
    newcomer = next(member for member in last.drawn.committee if member not in last.committee)
    attributes = compute_attributes(PARAMETERS, last, propose(last, proposer=newcomer.consensus), ROOT)
    assert attributes.randao == compute_randao(last.drawn.seed, 13)
    assert attributes.fee_recipient == newcomer.operator


@pytest.mark.parametrize("height", [DRAW, DRAW + 1, DRAW + 2, DRAW + 3, DRAW + 4])
def test_whoever_may_still_propose_when_seats_change_has_fees(height: int) -> None:
    """Updates act two blocks later: a proposer may be one that was unseated the block before."""
    before = advance(make_genesis().state, height - 1)
    member = next(item for item in before.committee if item.consensus == before.validators[0])
    state, _ = process(before, misconduct=accuse(member))
    attributes = compute_attributes(PARAMETERS, state, propose(state, proposer=member.consensus), ROOT)
    assert attributes.fee_recipient == member.operator
