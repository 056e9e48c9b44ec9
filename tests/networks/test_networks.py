"""Ready-made networks: the same set of files, no mistakes, and tests of their own that pass."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fieldproof import networks
from fieldproof.compiler import capture, check
from fieldproof.device import read_attributes, read_recording
from fieldproof.networks import NETWORKS, copy_network, get_network_folder
from fieldproof.run import read_sources

FOLDERS = sorted(path.parent.name for path in Path(networks.__file__).parent.glob("*/network.py"))
"""The ready-made networks, and those that wait for the compiler."""


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_has_no_mistakes(name: str) -> None:
    assert check(read_sources(get_network_folder(name))) == ()


@pytest.mark.parametrize("name", FOLDERS)
def test_a_network_has_data_that_fit(name: str) -> None:
    folder = get_network_folder(name)
    schema = capture(read_sources(folder)).schema
    recording = read_recording(folder / "data.csv", schema)
    assert recording.devices
    assert recording.skipped_rows == 0
    if schema.attributes:
        claimed = read_attributes(folder / "devices.csv", schema.attributes)
        assert {device.device_id for device in recording.devices} <= set(claimed)


@pytest.mark.parametrize("name", FOLDERS)
def test_a_network_passes_its_own_tests(name: str) -> None:
    folder = get_network_folder(name)
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "test_network.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert finished.returncode == 0, finished.stdout


@pytest.mark.parametrize("name", FOLDERS)
def test_types_of_a_network_hold(name: str, tmp_path: Path) -> None:
    copy_network(name, tmp_path / name)
    finished = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "network.py", "test_network.py"],
        cwd=tmp_path / name,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout


def test_the_files_that_a_network_imports_are_copied_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "made"
    made.mkdir()
    for name, text in (("network", "from rules import A"), ("rules", "from limits import B"), ("limits", "")):
        (made / f"{name}.py").write_text(text)
    (made / "make_data.py").write_text("")
    monkeypatch.setattr("fieldproof.networks.get_network_folder", lambda _: made)
    copy_network("solar", tmp_path / "copy")
    copied = {path.name for path in (tmp_path / "copy").iterdir()}
    assert copied == {".gitignore", "limits.py", "network.py", "rules.py"}


@pytest.mark.parametrize("name", NETWORKS)
def test_types_of_a_network_hold_in_an_editor(name: str, tmp_path: Path) -> None:
    """What editors show: Pyright, of another make than mypy."""
    copy_network(name, tmp_path / name)
    finished = subprocess.run(
        [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "network.py", "test_network.py"],
        cwd=tmp_path / name,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "0 errors, 0 warnings" in finished.stdout
