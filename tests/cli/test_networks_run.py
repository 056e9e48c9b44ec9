"""Every ready-made network goes the whole way: from its data to rewards, with a real proof."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fieldproof.networks import NETWORKS, copy_network


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_runs_from_device_to_paid(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    copy_network(name, folder)
    fieldproof = Path(sys.executable).with_name("fieldproof")
    command = [fieldproof, "run", folder, "--data", folder / "data.csv", "--json"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=880)
    assert finished.returncode == 0, finished.stderr
    results = json.loads(finished.stdout)["results"]
    assert any(each["points"] > 0 and each["tokens"] > 0 for each in results)
