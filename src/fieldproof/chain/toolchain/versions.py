"""The versions that the two `go.mod` files pin. Their `go.sum` pins every byte that is built from them."""

import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

PACKAGES = {
    "cometbft": "github.com/cometbft/cometbft/cmd/cometbft",
    "geth": "github.com/ethereum/go-ethereum/cmd/geth",
}
"""Program → the Go package that is built."""

_MODULE_FILES = ("go.mod", "go.sum")


@dataclass(frozen=True, slots=True)
class ProgramVersion:
    """A program as it is built."""

    name: str
    module: str
    """Its Go module."""
    version: str
    """The module's version, exactly. CometBFT 0.40.0 itself says 0.39.0."""


def read_module_file(program: str, name: str) -> bytes:
    """Return one of the files that pin a program."""
    return resources.files("fieldproof.chain.toolchain").joinpath(program, name).read_bytes()


def _read_version(program: str) -> ProgramVersion:
    module = PACKAGES[program].split("/cmd/")[0]
    found = re.search(rf"^\s*{re.escape(module)} (v\S+)", read_module_file(program, "go.mod").decode(), re.M)
    if found is None:
        raise LookupError(f"go.mod of {program} names no version of {module}: this is a bug")
    return ProgramVersion(program, module, found[1])


VERSIONS: dict[str, ProgramVersion] = {program: _read_version(program) for program in PACKAGES}
"""Program → version."""


def compute_key(*, uses_c: bool) -> str:
    """Return the name of the cache folder: a hash of what decides the programs, but for compilers."""
    digest = hashlib.sha256(bytes([uses_c]))
    for program in sorted(PACKAGES):
        for name in _MODULE_FILES:
            digest.update(read_module_file(program, name))
    return digest.hexdigest()[:16]


def describe_programs(folder: Path) -> list[dict[str, str]]:
    """Return name, module, version and SHA-256 of each built program in a folder."""
    return [
        {
            "program": version.name,
            "module": version.module,
            "version": version.version,
            "sha256": hashlib.sha256((folder / version.name).read_bytes()).hexdigest(),
        }
        for version in VERSIONS.values()
    ]
