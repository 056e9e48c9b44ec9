"""What a network will cost, before anything is deployed.

Gates come from the compiled circuit, seconds and memory from what proofs took on this machine, gas from a
model of the contracts' own snapshots (`contracts/snapshots`) that a test holds to real postings.
"""

from dataclasses import dataclass

from fieldproof.compiler import LineCost, PartCost, estimate_cost
from fieldproof.protocol.settings import COHORT_CAPACITIES
from fieldproof.prove import Calibration, estimate_proof
from fieldproof.run.blueprint import Blueprint

VERIFIER_GAS = 822_000
"""A call of the optimised verifier with 16 public inputs, calldata included."""
VERIFIER_ROUND_GAS = 7_500
"""More for each doubling of the circuit above 2^16 gates."""
POSTING_GAS = 95_000
"""A posting without verifier and devices."""
DEVICE_GAS = 1_700
"""Storage, calldata and events of one device in a posting that credits."""
REGISTRATION_GAS = 330_000
"""A registration whose identity key is secp256k1; P-256 costs more where the chain lacks RIP-7212."""
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
    """To post and credit one cohort's window."""

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
    sheet = {
        capacity: _compute_capacity(
            capacity, round(estimate_cost(blueprint.compiled, capacity).gates * correction), calibration
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


def _compute_capacity(capacity: int, gates: int, calibration: Calibration) -> CapacityCost:
    estimate = estimate_proof(gates, calibration)
    rounds = max(0, (gates - 1).bit_length() - 16)
    gas = VERIFIER_GAS + VERIFIER_ROUND_GAS * rounds + POSTING_GAS + DEVICE_GAS * capacity
    return CapacityCost(capacity, gates, estimate.seconds, estimate.peak_bytes, gas)
