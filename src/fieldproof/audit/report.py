"""What an audit found, as values."""

from dataclasses import dataclass
from enum import StrEnum

from fieldproof.protocol import CarriedState
from fieldproof.settle import Block


class Check(StrEnum):
    """What was compared."""

    PROGRAM = "program"
    """Source, settings and versions against the program id on chain."""
    NETWORK = "network"
    """Network id, schema and contracts."""
    REGISTRATION = "registration"
    """Who was registered, with which keys, signed by whom."""
    COHORT = "cohort"
    """Key commitment, count and active devices at a window's start."""
    DATA = "data"
    """Whether the folder holds what is needed."""
    PACKET = "packet"
    """Packets: identity signatures over the exact bytes, readings within the schema."""
    SEAL = "seal"
    """The seal: its signature and what it names."""
    DIGEST = "digest"
    """The sealed digest against the readings."""
    RECEIPT = "receipt"
    """Receipts against the gateway keys on chain."""
    ROOT = "window-root"
    """The window root against the seals."""
    POINTS = "points"
    """The posted result against the program run as plain Python."""
    STATE = "state"
    """State carried between windows."""
    CREDIT = "credit"
    """What postings were credited."""
    BALANCE = "balance"
    """What devices hold on chain, and what was withdrawn."""
    SETTLEMENT = "settlement"
    """Whether what was sealed was settled."""


class Verdict(StrEnum):
    """What a finding means."""

    DISAGREES = "disagrees"
    """Data, source and chain contradict each other."""
    UNCHECKED = "unchecked"
    """It could not be checked, and why."""
    NOTED = "noted"
    """No contradiction, but worth knowing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be, or could not be looked at."""

    verdict: Verdict
    check: Check
    detail: str
    """What was found, in words."""
    window: int | None = None
    cohort: int | None = None
    device: int | None = None


@dataclass(frozen=True, slots=True)
class DeviceResult:
    """One device in one settled window."""

    window: int
    cohort: int
    device: int
    readings: int | None
    """Readings that it sealed; None if unknown."""
    posted_points: int
    """On chain."""
    computed_points: int | None
    """By the plain Python function over the sealed readings; None if it could not be run."""
    void: str
    """Why the program raised; empty if it did not."""
    credited_units: int
    """What the device got for this window, in the network's units; 0 while not credited."""

    @property
    def agrees(self) -> bool:
        """Whether points were computed and are those that were posted."""
        return self.computed_points == self.posted_points


@dataclass(frozen=True, slots=True)
class DeviceBalance:
    """What a device earned in all, in the network's units."""

    device: int
    credited_units: int
    withdrawn_units: int
    balance_units: int
    """As the contract states it."""

    @property
    def agrees(self) -> bool:
        """Whether what is left is what was credited less what was withdrawn."""
        return self.credited_units - self.withdrawn_units == self.balance_units


@dataclass(frozen=True, slots=True)
class DeviceCarried:
    """What a device carries after the last posting, as that posting says; findings tell if it is right."""

    device: int
    carried: CarriedState


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The whole of an audit."""

    network_name: str
    """Empty if the source cannot be read."""
    network_id: bytes
    chain_id: int
    settlement: bytes
    head: Block
    """The chain was read as it stood here."""
    unit_wei: int
    """Wei of the reward token in one unit."""
    results: tuple[DeviceResult, ...]
    """Every settled device-window, by window and device."""
    balances: tuple[DeviceBalance, ...]
    states: tuple[DeviceCarried, ...]
    """Of every device; empty for a program without state."""
    findings: tuple[Finding, ...]
    assumptions: tuple[str, ...]
    """What no audit of this kind can check, in words."""

    def select(self, verdict: Verdict) -> tuple[Finding, ...]:
        """Return the findings of one verdict."""
        return tuple(finding for finding in self.findings if finding.verdict is verdict)

    @property
    def agrees(self) -> bool:
        """Whether nothing contradicts anything else."""
        return not self.select(Verdict.DISAGREES)

    @property
    def is_complete(self) -> bool:
        """Whether everything could be checked."""
        return not self.select(Verdict.UNCHECKED)
