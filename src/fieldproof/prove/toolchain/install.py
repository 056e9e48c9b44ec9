"""Installing the tools once into a cache folder that is named by the lock file's hash.

Install scripts of packages never run.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs

from fieldproof.core.once import fill_once
from fieldproof.prove.errors import ToolchainError
from fieldproof.prove.process import Limits, run_limited
from fieldproof.prove.toolchain.paths import (
    PACKAGE_FILES,
    Toolchain,
    get_node,
    get_npm_script,
    read_package_file,
)

Progress = Callable[[str], None]

_CACHE_VARIABLE = "FIELDPROOF_CACHE"
_INSTALL_LIMITS = Limits(seconds=1200, resident_bytes=2 * 2**30)
_OFFLINE_SIGNS = ("ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "network")


def get_cache_folder() -> Path:
    """Return the folder for what can be made again; `FIELDPROOF_CACHE` overrides the user's own."""
    override = os.environ.get(_CACHE_VARIABLE)
    return Path(override).expanduser() if override else Path(platformdirs.user_cache_dir("fieldproof"))


def find_toolchain(*, cache: Path | None = None) -> Toolchain | None:
    """Return the toolchain if it is installed; None if it is not."""
    root = get_cache_folder() if cache is None else cache
    toolchain = Toolchain(root / f"toolchain-{_compute_key()}")
    return toolchain if _is_complete(toolchain) else None


def ensure(*, cache: Path | None = None, progress: Progress = lambda _: None) -> Toolchain:
    """Return the toolchain, installing it first where it is missing (once, about 350 MB on disk).

    Raises `ToolchainError` when that needs a network that is not there.
    """
    root = get_cache_folder() if cache is None else cache
    toolchain = Toolchain(root / f"toolchain-{_compute_key()}")
    if not _is_complete(toolchain):
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as failure:
            raise ToolchainError(
                f"cannot make the cache folder {root}: {failure.strerror}",
                hint=f"Set {_CACHE_VARIABLE} to a folder that can be written.",
            ) from failure
        fill_once(
            toolchain.folder,
            lambda folder: _is_complete(Toolchain(folder)),
            lambda folder: _install(folder, progress),
        )
        progress(f"installed the toolchain in {toolchain.folder}")
    _write_solc(toolchain)
    return toolchain


def _is_complete(toolchain: Toolchain) -> bool:
    # The folder gets its name by a rename after all is there; a file lost later shows too.
    return toolchain.folder.is_dir() and not toolchain.get_missing()


def _install(folder: Path, progress: Progress) -> None:
    progress("installing the toolchain (Noir, Barretenberg, solc, Foundry): about 100 MB to download")
    for name in PACKAGE_FILES:
        (folder / name).write_bytes(read_package_file(name))
    run_npm(folder)
    missing = Toolchain(folder).get_missing()
    if missing:
        raise ToolchainError(
            f"npm installed no {missing[0].relative_to(folder)}",
            hint="Fieldproof proves on Linux and macOS, on x86-64 and ARM64.",
        )


def run_npm(folder: Path, what: str = "the toolchain") -> None:
    """Install what a folder's package.json and its lock pin; `ToolchainError` calls it `what`."""
    node = get_node()
    command: list[str | Path] = [node, get_npm_script(), "ci", "--ignore-scripts"]
    command += ["--no-audit", "--no-fund", "--loglevel=error"]
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    finished = run_limited(command, _INSTALL_LIMITS, environment={"PATH": path}, folder=folder)
    if finished.exit_status == 0:
        return
    said = finished.stderr.decode("utf-8", "replace").strip()[-1500:]
    if any(sign in said for sign in _OFFLINE_SIGNS):
        raise ToolchainError(
            f"{what} is not installed and npm cannot reach its registry:\n{said}",
            hint=f"Connect once, or copy {folder.parent} from a machine that has it.",
        )
    raise ToolchainError(f"npm could not install {what}:\n{said}")


def _write_solc(toolchain: Toolchain) -> None:
    script = Path(__file__).with_name("solc.cjs")
    text = f'#!/bin/sh\nexec "{get_node()}" "{script}" "{toolchain.node_modules}" "$@"\n'
    target = toolchain.solc
    if target.is_file() and target.read_text() == text:
        return
    target.parent.mkdir(exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    os.chmod(name, 0o755)  # noqa: S103 - a program in the user's own cache
    os.replace(name, target)


def _compute_key() -> str:
    digest = hashlib.sha256()
    for name in PACKAGE_FILES:
        digest.update(read_package_file(name))
    return digest.hexdigest()[:16]
