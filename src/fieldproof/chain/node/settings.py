"""A node's settings: one TOML file in its folder, and where everything else in the folder stands."""

import tomllib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self, TypeVar

import tomli_w

from fieldproof.chain.errors import NodeError

FILE_NAME = "node.toml"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ports:
    """All on loopback but the two of peers, which listen on `listen_host`."""

    rpc: int = 8545
    """JSON-RPC of the execution client, for wallets."""
    engine: int = 8551
    """The Engine API, for the application alone."""
    execution_peers: int = 30303
    consensus_rpc: int = 26657
    consensus_peers: int = 26656
    metrics: int = 26660
    """One page for all three processes."""
    execution_metrics: int = 6060
    consensus_metrics: int = 26661
    application_metrics: int = 26662


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """How a node runs."""

    name: str
    ports: Ports = field(default_factory=Ports)
    listen_host: str = "127.0.0.1"
    """Where peers reach this node; 0.0.0.0 for the world."""
    consensus_peers: tuple[str, ...] = ()
    """id@host:port of other CometBFTs."""
    execution_peers: tuple[str, ...] = ()
    """enode URLs of other geths."""
    is_validator: bool = True
    """Whether it holds keys; else it follows."""
    is_archive: bool = False
    """Whether the execution client answers for every block of the past."""
    remote_signer: str = ""
    """Where CometBFT waits for the signer of its key, unix:///path; empty: the key is here."""
    state_sync_rpcs: tuple[str, ...] = ()
    """Two or more CometBFT RPC addresses to restore the state from; empty: every block from the first."""
    trust_height: int = 0
    """For state sync: a height whose header hash you have from someone you trust."""
    trust_hash: str = ""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a node's file, or raise `NodeError`."""
        path = folder / FILE_NAME
        try:
            document = tomllib.loads(path.read_text())
        except OSError as failure:
            hint = "Make a node with `fieldproof chain init`."
            raise NodeError(f"{path} cannot be read: {failure.strerror}", hint=hint) from failure
        except tomllib.TOMLDecodeError as failure:
            raise NodeError(f"{path} is not TOML: {failure}") from failure
        ports = _build(Ports, document.pop("ports", {}), path)
        return _build(cls, {**document, "ports": ports}, path)

    def save(self, folder: Path) -> None:
        """Write the node's file."""
        document = {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }
        (folder / FILE_NAME).write_text(tomli_w.dumps(document))


@dataclass(frozen=True, slots=True)
class NodeFolder:
    """Where a node keeps what."""

    path: Path

    @property
    def cometbft(self) -> Path:
        """CometBFT's home."""
        return self.path / "cometbft"

    @property
    def genesis(self) -> Path:
        """CometBFT's genesis, the application's within."""
        return self.cometbft / "config" / "genesis.json"

    @property
    def consensus_key(self) -> Path:
        """CometBFT's key file."""
        return self.cometbft / "config" / "priv_validator_key.json"

    @property
    def consensus_state(self) -> Path:
        """What the consensus key signed last: never restored from a backup."""
        return self.cometbft / "data" / "priv_validator_state.json"

    @property
    def geth(self) -> Path:
        """Geth's data folder."""
        return self.path / "geth"

    @property
    def execution_genesis(self) -> Path:
        """Geth's genesis."""
        return self.path / "execution-genesis.json"

    @property
    def engine_secret(self) -> Path:
        """The secret of the Engine API, hex."""
        return self.geth / "jwt.hex"

    @property
    def application(self) -> Path:
        """The application's file."""
        return self.path / "application.sqlite"

    @property
    def lock(self) -> Path:
        """Held by the one supervisor that runs the node."""
        return self.path / "node.lock"

    @property
    def socket(self) -> Path:
        """Where CometBFT finds the application."""
        return self.path / "application.sock"

    @property
    def operator_key(self) -> Path:
        """Keystore of the account that pays for the node's transactions."""
        return self.path / "keys" / "operator.json"

    @property
    def beacon_key(self) -> Path:
        """Keystore of the beacon key."""
        return self.path / "keys" / "beacon.json"

    @property
    def password(self) -> Path:
        """Password of both keystores, where the node's owner leaves it here (mode 600)."""
        return self.path / "keys" / "password"

    @property
    def logs(self) -> Path:
        """One file for each process."""
        return self.path / "logs"


def _build(kind: type[T], document: dict[str, Any], path: Path) -> T:
    known = {item.name for item in fields(kind)}  # type: ignore[arg-type]  # both are dataclasses
    unknown = sorted(set(document) - known)
    if unknown:
        raise NodeError(
            f"{path} has an unknown setting: {unknown[0]}", hint=f"Known are {', '.join(sorted(known))}."
        )
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in document.items()}
    try:
        return kind(**values)
    except TypeError as failure:
        raise NodeError(f"{path} lacks a setting: {failure}") from failure
