"""What proving a circuit will take on this machine, from what proofs took here before."""

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

_SMALLEST_LESSON_GATES = 20_000
_FILE_NAME = "calibration.json"


@dataclass(frozen=True, slots=True)
class Calibration:
    """How fast this machine proves."""

    gates_per_second: float
    bytes_per_gate: float
    is_measured: bool
    """False for the figures of two shared cores, which stand in until the first larger proof."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one proof will take."""

    gates: int
    seconds: float
    """From witness to proof, with the key at hand."""
    peak_bytes: int
    calibration: Calibration


TWO_CORES = Calibration(gates_per_second=50_000, bytes_per_gate=1_450, is_measured=False)
_FIXED_SECONDS = 0.1
_FIXED_BYTES = 25 * 2**20


def estimate_proof(gates: int, calibration: Calibration = TWO_CORES) -> Estimate:
    """Predict time and memory of a proof: both grow with the gates, not with their power of two."""
    seconds = _FIXED_SECONDS + gates / calibration.gates_per_second
    return Estimate(gates, seconds, _FIXED_BYTES + int(gates * calibration.bytes_per_gate), calibration)


def load_calibration(cache: Path) -> Calibration:
    """Return what this machine has shown, or the figures of two shared cores."""
    try:
        kept = json.loads((cache / _FILE_NAME).read_text())
        return Calibration(float(kept["gates_per_second"]), float(kept["bytes_per_gate"]), True)
    except (OSError, ValueError, KeyError, TypeError):
        return TWO_CORES


def record_proof(cache: Path, gates: int, seconds: float, peak_bytes: int) -> None:
    """Learn from a finished proof. Small ones teach nothing: fixed costs and sampling hide their rate."""
    if gates < _SMALLEST_LESSON_GATES:
        return
    new = Calibration(
        gates / max(seconds - _FIXED_SECONDS, 0.01), max(peak_bytes - _FIXED_BYTES, 0) / gates, True
    )
    before = load_calibration(cache)
    if before.is_measured:
        new = Calibration(
            (before.gates_per_second + new.gates_per_second) / 2,
            max(before.bytes_per_gate, new.bytes_per_gate),
            True,
        )
    cache.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=cache)
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(new), file)
    os.replace(name, cache / _FILE_NAME)
