"""Pools, credits, withdrawals and balances, computed anew from the order of events.

All divisions round down. What rounding leaves over goes back to what the network may still pay.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fieldproof.audit.chain import Deposited, HandedOver, MoneyEvent, SettlementTerms
from fieldproof.audit.report import Check, Finding, Verdict
from fieldproof.protocol import unpack_points
from fieldproof.settle import Credited, Posted, Withdrawn


@dataclass
class _Window:
    """The postings of one window as they add up."""

    postings: dict[tuple[int, int], Posted] = field(default_factory=dict)
    """By cohort and index; those that wait to be credited."""
    points: int = 0
    settled: int = 0
    uncredited_points: int = 0
    pool_units: int = 0
    uncredited_units: int = 0


class Ledger:
    """Balances as they must be after all events."""

    def __init__(self, terms: SettlementTerms, count_active: Callable[[int], int]) -> None:
        self._terms = terms
        self._count_active = count_active
        self._windows: defaultdict[int, _Window] = defaultdict(_Window)
        self._unreserved = terms.supply_cap_units if terms.mints_reward else 0
        self._balances: defaultdict[int, int] = defaultdict(int)
        self.credited: defaultdict[int, int] = defaultdict(int)
        """Units ever credited to a device."""
        self.withdrawn: defaultdict[int, int] = defaultdict(int)
        """Units ever withdrawn by a device's holder."""
        self.shares: dict[tuple[int, int], int] = {}
        """Units credited by window and device."""
        self.handed_over = 0
        """Units that went to a successor."""
        self.findings: list[Finding] = []

    def process(self, events: Sequence[MoneyEvent]) -> None:
        """Go through all events of a Settlement in their order."""
        for event in events:
            match event:
                case Posted():
                    self._process_posted(event)
                case Credited():
                    self._process_credited(event)
                case Withdrawn():
                    self._process_withdrawn(event)
                case Deposited():
                    self._unreserved += event.units
                case HandedOver():
                    self.handed_over += event.units
                    self._unreserved -= event.units

    def _process_posted(self, event: Posted) -> None:
        posting = event.posting
        window = self._windows[posting.window]
        window.postings[posting.cohort, event.index] = event
        window.points += event.points
        window.uncredited_points += event.points
        window.settled += posting.sealed.bit_count()

    def _process_credited(self, event: Credited) -> None:
        window = self._windows[event.window]
        posted = window.postings.pop((event.cohort, event.index), None)
        if posted is None:
            self._report(event, "something was credited that was not posted, or twice")
            return
        at_once = self._terms.settle_s == 0
        # Where postings add up, the first credit of points fixes the window's pool.
        if at_once or (posted.points and window.uncredited_points == window.points):
            window.pool_units = self._compute_pool(event.window, window.settled)
            window.uncredited_units = window.pool_units
            self._unreserved -= window.pool_units
        if (event.pool_units, event.total_points) != (window.pool_units, window.points):
            self._report(
                event,
                f"a pool of {event.pool_units} units over {event.total_points} points was credited, "
                f"it must be {window.pool_units} over {window.points}",
            )
        total = self._credit_devices(posted, event)
        if total != event.credited_units:
            self._report(event, f"{event.credited_units} units were credited, it must be {total}")
        window.uncredited_points -= posted.points
        window.uncredited_units -= total
        if window.uncredited_units < 0:
            self._report(event, "more was credited than the window's pool")
        if window.uncredited_points == 0:
            self._unreserved += window.uncredited_units
            window.uncredited_units = 0

    def _credit_devices(self, posted: Posted, event: Credited) -> int:
        """Credit every device its share and return their sum."""
        capacity, posting, total = self._terms.capacity, posted.posting, 0
        for slot, points in enumerate(unpack_points(posting.result, capacity)):
            share = event.pool_units * points // event.total_points if points else 0
            if share:
                device = posting.cohort * capacity + slot
                self._balances[device] += share
                self.credited[device] += share
                self.shares[posting.window, device] = share
                total += share
        return total

    def _process_withdrawn(self, event: Withdrawn) -> None:
        held = self._balances[event.device]
        if event.units != held:
            self.findings.append(
                Finding(
                    Verdict.DISAGREES,
                    Check.BALANCE,
                    f"{event.units} units were withdrawn when it had {held}",
                    device=event.device,
                )
            )
        self._balances[event.device] = 0
        self.withdrawn[event.device] += event.units

    def _compute_pool(self, window: int, settled: int) -> int:
        active = self._count_active(window)
        share = self._terms.emission_units * settled // active if active else 0
        return min(share, self._unreserved)

    def _report(self, event: Credited, detail: str) -> None:
        self.findings.append(
            Finding(Verdict.DISAGREES, Check.CREDIT, detail, window=event.window, cohort=event.cohort)
        )
