"""A chain of several nodes on this machine: made in seconds, real in every part, its keys worth nothing."""

import asyncio
import secrets
import time
from dataclasses import dataclass, replace
from pathlib import Path

from fieldproof.chain.errors import NodeError, StateError
from fieldproof.chain.genesis import Account, GenesisFiles, Party, Spec, build_genesis
from fieldproof.chain.genesis.spec import DEFAULT_GAS_LIMIT
from fieldproof.chain.node.candidate import create_candidate_keys
from fieldproof.chain.node.layout import create_folder, read_genesis
from fieldproof.chain.node.settings import NodeFolder, NodeSettings, Ports
from fieldproof.chain.node.supervisor import NodeSupervisor
from fieldproof.chain.toolchain import Programs
from fieldproof.core.ports import find_free_ports
from fieldproof.settle import CHAIN_ID

STAKE_COINS = 10_000
OPERATOR_COINS = 1_000
FAUCET_COINS = 1_000_000


@dataclass(frozen=True, slots=True)
class DevnetPlan:
    """What a devnet is."""

    validators: int = 4
    committee: int = 4
    epoch_blocks: int = 20
    faucets: tuple[bytes, ...] = ()
    """Accounts with many coins, 20 bytes each."""
    rpc_port: int = 0
    """Of the first node's JSON-RPC; 0: any free one."""
    gas_limit: int = DEFAULT_GAS_LIMIT
    """Of a block."""


@dataclass(frozen=True, slots=True)
class DevnetNode:
    """One node of it."""

    folder: NodeFolder
    settings: NodeSettings


async def create_devnet(path: Path, plan: DevnetPlan, programs: Programs, anvil: Path) -> list[DevnetNode]:
    """Make the folders of a new devnet under `path`."""
    nodes = [_create_node(path / f"node{number}", number, plan) for number in range(plan.validators)]
    peers = _list_peers(nodes)
    spec = Spec(
        name="fieldproof-devnet",
        chain_id=CHAIN_ID,
        time_s=int(time.time()) - 2,
        seed=secrets.token_hex(32),
        epoch_blocks=plan.epoch_blocks,
        committee_size=min(plan.committee, plan.validators),
        pool_size=max(plan.validators, 4),
        gas_limit=plan.gas_limit,
        fault_expiry_blocks=10 * plan.epoch_blocks,
        evidence_s=10 * plan.epoch_blocks,
        accounts=tuple(Account(account.hex(), FAUCET_COINS) for account in plan.faucets)
        + tuple(Account(node.party.operator, OPERATOR_COINS) for node in nodes),
        parties=tuple(node.party for node in nodes),
    )
    files = await build_genesis(spec, programs, anvil)
    return [_finish(node, peers, files) for node in nodes]


def load_devnet(path: Path) -> list[DevnetNode]:
    """Return the nodes of a devnet that was made before, none if there is none."""
    folders = sorted(path.glob("node*"), key=lambda folder: int(folder.name.removeprefix("node")))
    return [DevnetNode(NodeFolder(folder), NodeSettings.load(folder)) for folder in folders]


def read_devnet_plan(nodes: list[DevnetNode]) -> DevnetPlan:
    """Return what a devnet was made as, but its faucets; `NodeError` if it was never finished."""
    folder, ports = nodes[0].folder, nodes[0].settings.ports
    try:
        parameters = read_genesis(folder).parameters
    except (NodeError, StateError) as failure:
        hint = f"Remove {folder.path.parent}, and make it anew."
        raise NodeError(f"the devnet in {folder.path.parent} was never finished", hint=hint) from failure
    return DevnetPlan(
        validators=len(nodes),
        committee=parameters.committee_size,
        epoch_blocks=parameters.epoch_blocks,
        rpc_port=ports.rpc,
        gas_limit=parameters.gas_limit,
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    folder: NodeFolder
    settings: NodeSettings
    consensus_id: str
    execution_id: str
    party: Party


def _create_node(path: Path, number: int, plan: DevnetPlan) -> _Draft:
    ports = Ports(*find_free_ports(len(Ports.__slots__)))
    if number == 0 and plan.rpc_port:
        ports = replace(ports, rpc=plan.rpc_port)
    settings = NodeSettings(name=path.name, ports=ports, is_archive=True)
    consensus_id, execution_id = create_folder(path, settings)
    folder = NodeFolder(path)
    party = create_candidate_keys(folder, CHAIN_ID, STAKE_COINS)
    return _Draft(folder, settings, consensus_id, execution_id, party)


def _list_peers(nodes: list[_Draft]) -> dict[str, tuple[str, str]]:
    return {
        node.settings.name: (
            f"{node.consensus_id}@127.0.0.1:{node.settings.ports.consensus_peers}",
            f"enode://{node.execution_id}@127.0.0.1:{node.settings.ports.execution_peers}?discport=0",
        )
        for node in nodes
    }


def _finish(node: _Draft, peers: dict[str, tuple[str, str]], files: GenesisFiles) -> DevnetNode:
    others = [pair for name, pair in peers.items() if name != node.settings.name]
    settings = replace(
        node.settings,
        consensus_peers=tuple(pair[0] for pair in others),
        execution_peers=tuple(pair[1] for pair in others),
    )
    settings.save(node.folder.path)
    node.folder.genesis.write_text(files.consensus)
    node.folder.execution_genesis.write_text(files.execution)
    return DevnetNode(node.folder, settings)


def create_twin(path: Path, nodes: list[DevnetNode], number: int) -> DevnetNode:
    """Make one more node that signs with another's consensus key: a crime, to be seen and tested."""
    twin = create_follower(path, nodes)
    twin.folder.consensus_key.write_bytes(nodes[number].folder.consensus_key.read_bytes())
    return twin


def create_follower(path: Path, nodes: list[DevnetNode]) -> DevnetNode:
    """Make one more node, without a validator's keys, that has all others as peers."""
    settings = NodeSettings(
        name=path.name,
        ports=Ports(*find_free_ports(len(Ports.__slots__))),
        consensus_peers=tuple(sorted({peer for node in nodes for peer in node.settings.consensus_peers})),
        execution_peers=tuple(sorted({peer for node in nodes for peer in node.settings.execution_peers})),
        is_validator=False,
        is_archive=True,
    )
    create_folder(path, settings)
    folder = NodeFolder(path)
    for name in ("genesis", "execution_genesis"):
        getattr(folder, name).write_bytes(getattr(nodes[0].folder, name).read_bytes())
    return DevnetNode(folder, settings)


class Devnet:
    """A running devnet."""

    def __init__(self, nodes: list[DevnetNode], programs: Programs) -> None:
        self.nodes = nodes
        self.supervisors = [NodeSupervisor(node.folder, node.settings, programs) for node in nodes]

    async def start(self) -> None:
        """Start all nodes side by side."""
        await asyncio.gather(*(supervisor.start() for supervisor in self.supervisors))

    async def stop(self) -> None:
        """Stop all nodes."""
        await asyncio.gather(*(supervisor.stop() for supervisor in self.supervisors))

    @property
    def consensus_url(self) -> str:
        """CometBFT RPC of the first node."""
        return f"http://127.0.0.1:{self.nodes[0].settings.ports.consensus_rpc}"

    @property
    def rpc_url(self) -> str:
        """JSON-RPC of the first node."""
        return f"http://127.0.0.1:{self.nodes[0].settings.ports.rpc}"
