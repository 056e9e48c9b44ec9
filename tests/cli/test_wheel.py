"""The built wheel, installed into an empty environment, gives a working `fieldproof`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, folder: Path, expect: int = 0) -> str:
    hidden = ("PYTHON", "VIRTUAL")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    finished = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert finished.returncode == expect, finished.stdout + finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel and its locked requirements, nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "dist", folder=ROOT)
    (wheel,) = (folder / "dist").glob("*.whl")
    uv = Path(sys.executable).with_name("uv")
    run(uv, "venv", "--python", sys.executable, folder / "environment", folder=folder)
    python = folder / "environment" / "bin" / "python"
    locked = ROOT / "requirements" / "runtime.lock"
    run(uv, "pip", "install", "--python", python, "--require-hashes", "-r", locked, folder=folder)
    run(uv, "pip", "install", "--python", python, "--no-deps", wheel, folder=folder)
    return python.with_name("fieldproof")


def test_the_wheel_carries_all_that_a_network_needs(installed: Path, tmp_path: Path) -> None:
    run(installed, "new", "rooftops", folder=tmp_path)
    assert run(installed, "check", "rooftops", folder=tmp_path) == "no mistakes\n"
    sheet = json.loads(run(installed, "cost", "rooftops", "--quick", "--json", folder=tmp_path))
    assert sheet["by_cohort"][0]["gates"] > 1_000


def test_the_wheel_finds_circuits_contracts_and_tools(installed: Path, tmp_path: Path) -> None:
    script = (
        "from fieldproof.prove import get_gadgets, VERSIONS\n"
        "from fieldproof.settle import load_interface\n"
        "assert 'gadgets/seal.nr' in get_gadgets() and VERSIONS['solc']\n"
        "assert 'post' in load_interface('Settlement').functions\n"
    )
    run(installed.with_name("python"), "-c", script, folder=tmp_path)
    assert "Python" in run(installed, "doctor", folder=tmp_path)
