"""How CometBFT and geth are built on machines that have more or less."""

from pathlib import Path

import pytest

from fieldproof.chain.toolchain.build import has_c_compiler
from fieldproof.chain.toolchain.versions import compute_key


def test_programs_built_with_and_without_c_are_kept_apart() -> None:
    assert compute_key(uses_c=True) != compute_key(uses_c=False)


def test_a_machine_without_a_compiler_has_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not has_c_compiler()


@pytest.mark.parametrize(("status", "found"), [(0, True), (1, False)])
def test_a_compiler_counts_if_it_finds_the_headers(
    status: int, found: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compiler = tmp_path / "some-cc"
    compiler.write_text(f"#!/bin/sh\nexit {status}\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))
    assert has_c_compiler() is found
