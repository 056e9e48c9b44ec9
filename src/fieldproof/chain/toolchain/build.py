"""Building CometBFT and geth once, into a cache folder named by the hash of what pins them."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from fieldproof.chain.errors import ToolchainError
from fieldproof.chain.toolchain.go import Progress, ensure_go
from fieldproof.chain.toolchain.versions import PACKAGES, VERSIONS, compute_key, read_module_file
from fieldproof.core.once import fill_once


@dataclass(frozen=True, slots=True)
class Programs:
    """The two built programs. Both exist."""

    folder: Path

    @property
    def cometbft(self) -> Path:
        """Consensus."""
        return self.folder / "cometbft"

    @property
    def geth(self) -> Path:
        """Execution."""
        return self.folder / "geth"


def find_programs(cache: Path) -> Programs | None:
    """Return the programs if they are built; None if they are not."""
    folder = _get_folder(cache, uses_c=has_c_compiler())
    return Programs(folder) if _is_complete(folder) else None


def ensure_programs(cache: Path, progress: Progress = lambda _: None) -> Programs:
    """Return the programs, building them first where they are missing.

    Once, about five minutes on two cores and 4 GB of Go's own caches. Raises `ToolchainError`.
    """
    cache.mkdir(parents=True, exist_ok=True)
    uses_c = has_c_compiler()
    folder = _get_folder(cache, uses_c=uses_c)
    if not _is_complete(folder):
        go = ensure_go(cache, progress)
        if not uses_c:
            progress("no C compiler here: geth will take several times as long to check a signature")
        fill_once(folder, _is_complete, lambda partial: _build_all(go, partial, progress, uses_c=uses_c))
        progress(f"built CometBFT and geth in {folder}")
    return Programs(folder)


def _get_folder(cache: Path, *, uses_c: bool) -> Path:
    return cache / f"chain-{compute_key(uses_c=uses_c)}"


def has_c_compiler() -> bool:
    """Return whether this machine can compile C, in which geth has its quick way to check signatures."""
    compiler = shutil.which(os.environ.get("CC") or "cc")
    if compiler is None:
        return False
    # A compiler without the system's headers is of no use.
    command = [compiler, "-E", "-x", "c", "-"]
    return not subprocess.run(
        command, input=b"#include <stdlib.h>", capture_output=True, check=False
    ).returncode


def _is_complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in PACKAGES)


def _build_all(go: Path, folder: Path, progress: Progress, *, uses_c: bool) -> None:
    for name, package in PACKAGES.items():
        progress(f"building {name} {VERSIONS[name].version}: two to five minutes the first time")
        _build(go, package, folder / "modules" / name, folder / name, uses_c=uses_c)


def _build(go: Path, package: str, module: Path, output: Path, *, uses_c: bool) -> None:
    module.mkdir(parents=True)
    for name in ("go.mod", "go.sum"):
        (module / name).write_bytes(read_module_file(module.name, name))
    environment = os.environ | {
        "CGO_ENABLED": str(int(uses_c)),
        "GOFLAGS": "-mod=readonly",
        "GOTOOLCHAIN": "local",
    }
    command = [str(go), "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", str(output), package]
    finished = subprocess.run(
        command, cwd=module, env=environment, capture_output=True, text=True, check=False
    )
    if finished.returncode:
        raise ToolchainError(
            f"{output.name} could not be built:\n{finished.stderr.strip()[-1500:]}",
            hint="The first build needs a Go module proxy: see GOPROXY in `go help environment`.",
        )
