"""Ethers, viem and cast, installed first where they are missing."""

import hashlib
from pathlib import Path

import pytest

from fieldproof.core.once import fill_once
from fieldproof.prove import get_cache_folder
from fieldproof.prove.toolchain.install import run_npm

PACKAGE_FILES = [Path(__file__).with_name(name) for name in ("package.json", "package-lock.json")]


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The packages that the lock file pins, in the tools' cache; no install script of theirs ever ran."""
    key = hashlib.sha256(b"".join(path.read_bytes() for path in PACKAGE_FILES)).hexdigest()[:16]
    folder = get_cache_folder() / f"clients-{key}"
    fill_once(folder, lambda folder: (folder / "node_modules" / ".package-lock.json").is_file(), install)
    return folder / "node_modules"


def install(folder: Path) -> None:
    for path in PACKAGE_FILES:
        (folder / path.name).write_bytes(path.read_bytes())
    run_npm(folder, "ethers, viem and cast")
