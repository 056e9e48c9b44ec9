"""What a network will cost, before anything is deployed.

Gates come from the compiled circuit, seconds and memory from what proofs took on this machine, gas from a
model of measured postings from a cohort's second window on, which a test holds to real ones.
"""

from dataclasses import dataclass, replace

from fieldproof.compiler import LineCost, PartCost, estimate_cost
from fieldproof.protocol import StateLayout
from fieldproof.protocol.settings import COHORT_CAPACITIES
from fieldproof.prove import Calibration, estimate_proof
from fieldproof.run.blueprint import Blueprint

POSTING_GAS = 554_000
"""Verifier and posting, without what grows with circuit and cohort; calldata included."""
DOUBLING_GAS = 24_700
"""More for each doubling of the circuit: the verifier's rounds and the proof's calldata."""
DEVICE_GAS = 1_680
"""More for each device: its share of bitmaps and result in statement and event, its balance."""
STATE_GAS = 3_400
"""More where a program has state: its roots."""
STATE_WORD_GAS = 1_700
"""More for each field element of packed state."""
CREDITING_GAS = 112_000
"""More where postings add up until a deadline: the second transaction, and what is kept until then."""
REGISTRATION_GAS = 260_000
"""A registration after the first of its cohort (+ 200,000); 260,000 more by ES256 where no precompiled
contract checks P-256."""
MAXIMUM_GATES = 2**20
"""Circuits above this need memory that ordinary machines lack."""


@dataclass(frozen=True, slots=True)
class CapacityCost:
    """What one proof costs at one capacity of the cohort."""

    capacity: int
    gates: int
    seconds: float
    """From closing to proof on this machine."""
    peak_bytes: int
    gas: int
    """To post and credit one cohort's window from its second one on; the first fills empty storage."""

    @property
    def gas_per_device_window(self) -> float:
        """Gas of one device in one window with a full cohort."""
        return self.gas / self.capacity


@dataclass(frozen=True, slots=True)
class CostSheet:
    """The cost of a network by capacity, and where its gates go."""

    own: CapacityCost
    """At the capacity that the network states."""
    by_capacity: tuple[CapacityCost, ...]
    recommended: int
    """Capacity with the cheapest device-window whose proof fits window and machine."""
    parts: tuple[PartCost, ...]
    lines: tuple[LineCost, ...]
    registration_gas: int
    is_measured: bool
    """Whether seconds and memory come from proofs on this machine."""


def compute_cost(
    blueprint: Blueprint, calibration: Calibration, *, own_gates: int | None = None
) -> CostSheet:
    """Return the cost of a network; `own_gates` is the compiled circuit's count where it is known."""
    report = estimate_cost(blueprint.compiled)
    # The estimate errs by the same share at every capacity, so one exact count corrects them all.
    correction = own_gates / report.gates if own_gates else 1.0
    crediting_gas = 0 if blueprint.settings.settle_s == 0 else CREDITING_GAS
    sheet = {
        capacity: _compute_capacity(
            capacity,
            round(estimate_cost(blueprint.compiled, capacity).gates * correction),
            calibration,
            crediting_gas + _compute_state_gas(blueprint.state_layout, capacity),
        )
        for capacity in COHORT_CAPACITIES
    }
    window_s = blueprint.settings.window_s
    fitting = [
        each for each in sheet.values() if each.gates <= MAXIMUM_GATES and each.seconds <= window_s / 2
    ]
    recommended = min(fitting or [sheet[1]], key=lambda each: each.gas_per_device_window)
    return CostSheet(
        own=sheet[blueprint.settings.cohort],
        by_capacity=tuple(sheet.values()),
        recommended=recommended.capacity,
        parts=report.parts,
        lines=report.lines,
        registration_gas=REGISTRATION_GAS,
        is_measured=calibration.is_measured,
    )


def _compute_state_gas(layout: StateLayout | None, capacity: int) -> int:
    return STATE_GAS + STATE_WORD_GAS * replace(layout, capacity=capacity).words if layout else 0


def _compute_capacity(capacity: int, gates: int, calibration: Calibration, more_gas: int) -> CapacityCost:
    estimate = estimate_proof(gates, calibration)
    doublings = (gates - 1).bit_length()
    gas = POSTING_GAS + DOUBLING_GAS * doublings + DEVICE_GAS * capacity + more_gas
    return CapacityCost(capacity, gates, estimate.seconds, estimate.peak_bytes, gas)
