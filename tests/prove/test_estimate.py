"""Predictions start from stated figures and learn from proofs that were made here."""

from pathlib import Path

from fieldproof.prove import estimate_proof, load_calibration
from fieldproof.prove.estimate import TWO_CORES, record_proof


def test_without_a_proof_the_stated_figures_stand(tmp_path: Path) -> None:
    assert load_calibration(tmp_path / "none") == TWO_CORES
    (tmp_path / "calibration.json").write_text("torn {")
    assert load_calibration(tmp_path) == TWO_CORES
    estimate = estimate_proof(254_777)
    assert 4 < estimate.seconds < 7
    assert 300 * 2**20 < estimate.peak_bytes < 500 * 2**20
    assert not estimate.calibration.is_measured


def test_a_proof_teaches_its_rate_and_a_small_one_nothing(tmp_path: Path) -> None:
    record_proof(tmp_path, 5_000, 9.0, 2**30)
    assert load_calibration(tmp_path) == TWO_CORES
    record_proof(tmp_path, 100_000, 10.1, 25 * 2**20 + 100_000 * 1000)
    learnt = load_calibration(tmp_path)
    assert learnt.is_measured
    assert abs(learnt.gates_per_second - 10_000) < 1
    assert learnt.bytes_per_gate == 1000
    assert abs(estimate_proof(100_000, learnt).seconds - 10.1) < 0.01
    record_proof(tmp_path, 100_000, 5.1, 25 * 2**20)
    assert abs(load_calibration(tmp_path).gates_per_second - 15_000) < 1
    assert load_calibration(tmp_path).bytes_per_gate == 1000
