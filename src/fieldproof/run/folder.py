"""The folder of a network: the author's files, and beside them `.fieldproof` with what runs leave behind.

network.py            the network
.fieldproof/
    store/            log, windows, jobs, proofs, outbox
    chain/            state of the embedded chain
    keys/             keystores of operator and gateway
    devices/          keys and buffers of simulated devices
    deployment.json   where the network stands on its chain
        running.json      where the node that runs now can be reached
"""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fieldproof.compiler import NETWORK_FILE, find_sources
from fieldproof.run.errors import RunError
from fieldproof.settle import Deployment

_DEPLOYMENT_FILE = "deployment.json"
_RUNNING_FILE = "running.json"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class DeploymentRecord:
    """A deployment and what cannot be read from the chain."""

    deployment: Deployment
    rpc_url: str | None
    """None for the embedded chain, whose port changes."""
    genesis_s: int
    """Start of window 0, seconds since 1970."""
    program_id: bytes
    versions: tuple[str, ...]
    """Pinned versions that the program id was made with."""


@dataclass(frozen=True, slots=True)
class RunningNode:
    """Where a node that runs now can be reached."""

    pid: int
    gateway_url: str
    rpc_url: str


class NetworkFolder:
    """Paths and small files of one network's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.state = path / ".fieldproof"

    def make(self, name: str) -> Path:
        """Return a folder below `.fieldproof`, made if it is not there."""
        folder = self.state / name
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise RunError(f"the folder {folder} cannot be made: {error.strerror}") from error
        return folder

    @property
    def store(self) -> Path:
        """Folder of the store."""
        return self.make("store")

    def load_deployment(self) -> DeploymentRecord | None:
        """Return where the network stands; None if it was never deployed."""
        path = self.state / _DEPLOYMENT_FILE
        if not path.exists():
            return None
        try:
            return _parse(json.loads(path.read_text()))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise RunError(
                f"{path} is damaged ({type(error).__name__}: {error})",
                hint="Restore it from a copy; it says where the network stands on its chain.",
            ) from error

    def save_deployment(self, record: DeploymentRecord) -> None:
        """Remember where the network stands, durably and at once or not at all."""
        deployment = record.deployment
        document: dict[str, Any] = {
            "format": _FORMAT,
            "chain_id": deployment.chain_id,
            "rpc_url": record.rpc_url,
            "genesis_s": record.genesis_s,
            "first_block": deployment.first_block,
            "program_id": record.program_id.hex(),
            "versions": list(record.versions),
        }
        for name in _ADDRESSES:
            document[name] = "0x" + getattr(deployment, name).hex()
        document["network_id"] = deployment.network_id.hex()
        self._write(_DEPLOYMENT_FILE, document)

    def save_running(self, node: RunningNode) -> None:
        """Say where the node that runs now can be reached."""
        document = {"pid": node.pid, "gateway_url": node.gateway_url, "rpc_url": node.rpc_url}
        self._write(_RUNNING_FILE, document)

    def forget_running(self) -> None:
        """Say that no node runs."""
        (self.state / _RUNNING_FILE).unlink(missing_ok=True)

    def find_running(self) -> RunningNode | None:
        """Return the node that runs on this folder; None if none does, also after a kill."""
        try:
            document = json.loads((self.state / _RUNNING_FILE).read_text())
            node = RunningNode(int(document["pid"]), str(document["gateway_url"]), str(document["rpc_url"]))
            os.kill(node.pid, 0)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return node

    def _write(self, name: str, document: Mapping[str, Any]) -> None:
        self.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=self.state)
        with os.fdopen(handle, "w") as file:
            json.dump(document, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.state / name)


_ADDRESSES = ("settlement", "registry", "reward_token", "verifier", "factory", "deployer")


def _parse(document: Mapping[str, Any]) -> DeploymentRecord:
    if document["format"] != _FORMAT:
        raise ValueError(f"format {document['format']} is not known here")
    return DeploymentRecord(
        Deployment(
            chain_id=int(document["chain_id"]),
            network_id=_parse_bytes(document, "network_id", 32),
            first_block=int(document["first_block"]),
            **{name: _parse_bytes(document, name, 20) for name in _ADDRESSES},
        ),
        document["rpc_url"],
        int(document["genesis_s"]),
        _parse_bytes(document, "program_id", 32),
        tuple(document["versions"]),
    )


def _parse_bytes(document: Mapping[str, Any], name: str, size: int) -> bytes:
    value = bytes.fromhex(document[name].removeprefix("0x"))
    if len(value) != size:
        raise ValueError(f"{name} has {len(value)} bytes, not {size}")
    return value


def read_sources(folder: Path) -> dict[str, str]:
    """Return network.py and the files that it imports, near and far, by name, or raise `RunError`."""

    def read(name: str) -> str | None:
        path = folder / name
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise RunError(f"{path} cannot be read: {error}") from error

    sources = find_sources(NETWORK_FILE, read)
    if not sources:
        raise RunError(
            f"there is no {NETWORK_FILE} in {folder}", hint="`fieldproof new DIR` makes a folder with one."
        )
    return sources
