"""The toolchain is installed whole or not at all, and from exact pins."""

import json
import os
import re
import threading
from pathlib import Path

import pytest

from fieldproof.prove import VERSIONS, Toolchain, ToolchainError, ensure, run_limited
from fieldproof.prove.process import Limits
from fieldproof.prove.toolchain import install
from fieldproof.prove.toolchain.paths import read_package_file


def test_every_tool_is_there_and_runs(toolchain: Toolchain) -> None:
    assert toolchain.get_missing() == []
    limits = Limits(seconds=60, resident_bytes=2**30)
    for tool, said in (
        (toolchain.node, b"v24."),
        (toolchain.anvil, b"1.7.1"),
        (toolchain.forge, b"1.7.1"),
        (toolchain.solc, b"0.8.37"),
        (toolchain.bb, b"5.0.0"),
    ):
        finished = run_limited([tool, "--version"], limits)
        assert finished.exit_status == 0
        assert said in finished.stdout


def test_what_is_there_is_not_installed_again(toolchain: Toolchain) -> None:
    said: list[str] = []
    assert ensure(progress=said.append) == toolchain
    assert said == []


def test_versions_are_exact_and_the_lock_names_no_registry() -> None:
    assert all(re.fullmatch(r"\d+\.\d+\.\d+(-[\w.]+)?", version) for version in VERSIONS.values())
    lock = json.loads(read_package_file("package-lock.json"))
    assert lock["packages"][""]["dependencies"] == VERSIONS
    assert not any("resolved" in package for package in lock["packages"].values())
    for name in VERSIONS:
        package = lock["packages"][f"node_modules/{name}"]
        assert package["version"] == VERSIONS[name]
        assert package["integrity"].startswith("sha512-")


def test_an_unreachable_registry_is_a_clear_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    with pytest.raises(ToolchainError, match="cannot reach its registry") as caught:
        ensure(cache=tmp_path / "cache")
    assert caught.value.hint is not None
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["toolchain.lock"]


def test_a_cache_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolchainError, match="cannot make the cache folder") as caught:
        ensure(cache=tmp_path / "file" / "cache")
    assert "FIELDPROOF_CACHE" in str(caught.value.hint)


def test_of_two_that_come_at_once_one_installs(
    tmp_path: Path, toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[Path] = []

    def copy(folder: Path) -> None:
        runs.append(folder)
        os.symlink(toolchain.node_modules, folder / "node_modules")

    monkeypatch.setattr(install, "run_npm", copy)
    found: list[Toolchain] = []
    threads = [threading.Thread(target=lambda: found.append(ensure(cache=tmp_path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs) == 1
    assert len(set(found)) == 1
    assert len(found) == 4


def test_a_broken_install_leaves_nothing_and_a_lost_tool_is_installed_again(
    tmp_path: Path, toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "run_npm", lambda folder: (folder / "node_modules").mkdir())
    with pytest.raises(ToolchainError, match="npm installed no"):
        ensure(cache=tmp_path)
    assert not any("toolchain-" in path.name for path in tmp_path.iterdir())

    monkeypatch.setattr(
        install, "run_npm", lambda folder: os.symlink(toolchain.node_modules, folder / "node_modules")
    )
    installed = ensure(cache=tmp_path)
    (installed.folder / "node_modules").unlink()
    assert ensure(cache=tmp_path).get_missing() == []
