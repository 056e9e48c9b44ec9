"""The ledger against histories that no honest contract would write."""

import pytest

from fieldproof.audit.chain import Deposited, HandedOver, MoneyEvent, SettlementTerms
from fieldproof.audit.money import Ledger
from fieldproof.audit.report import Check
from fieldproof.protocol import pack_points
from fieldproof.settle import Credited, Posted, Posting, Withdrawn

EMISSION = 1000


def make_terms(*, settle_s: int = 0, mints: bool = True, cap: int = 10**9) -> SettlementTerms:
    nothing = bytes(20)
    return SettlementTerms(
        registry=nothing, reward_token=nothing, genesis_s=0, window_s=3600, settle_s=settle_s, capacity=4,
        state_words=0, initial_state_root=0, mints_reward=mints, unit_wei=1, emission_units=EMISSION,
        supply_cap_units=cap, program_id=bytes(32), schema_hash=bytes(32), gateways=(),
    )  # fmt: skip


def post(window: int, points: tuple[int, int, int, int], index: int = 0, cohort: int = 0) -> Posted:
    sealed = sum(1 << slot for slot, value in enumerate(points) if value)
    posting = Posting(cohort, window, 0, sealed, 0, pack_points(points, 4), ())
    return Posted(posting, index, bytes(20), sum(points), 1, bytes(32))


def credit(window: int, pool: int, total: int, credited: int, index: int = 0, cohort: int = 0) -> Credited:
    return Credited(cohort, window, index, pool, total, credited, 1, bytes(32))


def withdraw(device: int, units: int) -> Withdrawn:
    return Withdrawn(device, bytes(20), units, 1, bytes(32))


def run(terms: SettlementTerms, *events: MoneyEvent, active: int = 4) -> Ledger:
    ledger = Ledger(terms, lambda _: active)
    ledger.process(events)
    return ledger


def test_shares_round_down_and_the_remainder_stays() -> None:
    ledger = run(
        make_terms(),
        post(1, (1, 1, 1, 0)),
        credit(1, 750, 3, 750),
        post(2, (1, 1, 5, 0)),
        credit(2, 750, 7, 749),
    )
    assert not ledger.findings
    assert dict(ledger.credited) == {0: 250 + 107, 1: 250 + 107, 2: 250 + 535}
    assert ledger.shares[2, 2] == 535


def test_a_window_without_points_pays_nothing() -> None:
    ledger = run(
        make_terms(cap=300),
        post(1, (0, 0, 0, 0)),
        credit(1, 0, 0, 0),
        post(2, (9, 0, 0, 0)),
        credit(2, 250, 9, 250),
    )
    assert not ledger.findings


def test_what_the_supply_does_not_cover_is_not_paid() -> None:
    events = (post(1, (1, 1, 0, 0)), credit(1, 500, 2, 500), post(2, (1, 1, 0, 0)), credit(2, 100, 2, 100))
    assert not run(make_terms(cap=600), *events).findings
    assert run(make_terms(cap=601), *events).findings


def test_deposits_and_handing_over_bound_what_is_paid() -> None:
    terms = make_terms(mints=False)
    events = (
        Deposited(300),
        post(1, (1, 0, 0, 0)),
        credit(1, 250, 1, 250),
        HandedOver(50),
        post(2, (1, 0, 0, 0)),
    )
    assert not run(terms, *events, credit(2, 0, 1, 0)).findings
    assert run(terms, *events, credit(2, 1, 1, 1)).findings


def test_postings_of_a_window_share_one_pool() -> None:
    terms = make_terms(settle_s=1800)
    postings = (post(1, (2, 0, 0, 0)), post(1, (0, 1, 0, 0), index=1), post(1, (0, 0, 0, 0), index=2))
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        fixed = False
        events: list[MoneyEvent] = [*postings]
        for index in order:
            fixed = fixed or index != 2
            events.append(credit(1, 500 if fixed else 0, 3, (333, 166, 0)[index], index=index))
        assert not run(terms, *events).findings, order


@pytest.mark.parametrize(
    ("events", "check"),
    [
        ((credit(1, 250, 1, 250),), Check.CREDIT),
        ((post(1, (1, 0, 0, 0)), credit(1, 250, 1, 250), credit(1, 250, 1, 250)), Check.CREDIT),
        ((post(1, (1, 0, 0, 0)), credit(1, 251, 1, 251)), Check.CREDIT),
        ((post(1, (1, 0, 0, 0)), credit(1, 250, 2, 125)), Check.CREDIT),
        ((post(1, (1, 0, 0, 0)), credit(1, 250, 1, 249)), Check.CREDIT),
        ((withdraw(0, 1),), Check.BALANCE),
        ((post(1, (1, 0, 0, 0)), credit(1, 250, 1, 250), withdraw(0, 250), withdraw(0, 250)), Check.BALANCE),
        ((post(1, (1, 0, 0, 0)), credit(1, 250, 1, 250), withdraw(0, 100)), Check.BALANCE),
    ],
)
def test_money_from_nowhere_is_named(events: tuple[MoneyEvent, ...], check: Check) -> None:
    assert check in {finding.check for finding in run(make_terms(), *events).findings}
