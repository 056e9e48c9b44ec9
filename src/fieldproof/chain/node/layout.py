"""What stands in a node's folder: its genesis, and the configurations, written anew at each start."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from fieldproof.chain.application.application import Timing
from fieldproof.chain.application.genesis import Genesis, parse_genesis
from fieldproof.chain.errors import NodeError
from fieldproof.chain.node import keys
from fieldproof.chain.node.settings import NodeFolder, NodeSettings
from fieldproof.chain.toolchain import Programs

BLOCK_BYTES = 8 * 2**20
"""Largest CometBFT block: more than a payload of the gas limit can fill."""

PROPOSAL_TIMEOUT_S = 3.0
"""Longer than a proposer waits for its slot; a missing proposer costs it."""

COMMIT_TIMEOUT_MS = 100

SEALING_S = 0.1
"""What geth needs of a proposer's allowance once a block is filled."""

_RATE_BYTES_PER_S = 50_000_000


def read_genesis(folder: NodeFolder) -> Genesis:
    """Return the application's genesis of a node, or raise `NodeError`."""
    try:
        document = json.loads(folder.genesis.read_text())["app_state"]
    except (OSError, ValueError, KeyError) as failure:
        hint = "Copy the network's genesis files into the node's folder."
        raise NodeError(f"{folder.genesis} is no genesis of the chain", hint=hint) from failure
    return parse_genesis(json.dumps(document).encode())


def write_cometbft(folder: NodeFolder, settings: NodeSettings) -> None:
    """Write CometBFT's config.toml."""
    ports = settings.ports
    document: dict[str, Any] = {
        "proxy_app": f"unix://{folder.socket}",
        "abci": "socket",
        "moniker": settings.name,
        "log_level": "info",
        "log_format": "json",
        "rpc": {"laddr": f"tcp://127.0.0.1:{ports.consensus_rpc}"},
        "p2p": {
            "laddr": f"tcp://{settings.listen_host}:{ports.consensus_peers}",
            "persistent_peers": ",".join(settings.consensus_peers),
            "addr_book_strict": settings.listen_host != "127.0.0.1",
            "allow_duplicate_ip": settings.listen_host == "127.0.0.1",
            "flush_throttle_timeout": "10ms",
            "max_packet_msg_payload_size": 65536,
            "send_rate": _RATE_BYTES_PER_S,
            "recv_rate": _RATE_BYTES_PER_S,
        },
        # CometBFT 0.40.0 begins no state sync with "nop"; ours refuses every transaction to the other one.
        "mempool": {"type": "flood" if settings.state_sync_rpcs else "nop"},
        "consensus": {
            "timeout_propose": f"{round(PROPOSAL_TIMEOUT_S * 1000)}ms",
            "timeout_commit": f"{COMMIT_TIMEOUT_MS}ms",
            "skip_timeout_commit": False,
            "peer_gossip_sleep_duration": "10ms",
            "double_sign_check_height": 0,
        },
        "tx_index": {"indexer": "null"},
        "statesync": _build_state_sync(settings),
        "instrumentation": {
            "prometheus": True,
            "prometheus_listen_addr": f"127.0.0.1:{ports.consensus_metrics}",
        },
    }
    if settings.remote_signer:
        document["priv_validator_laddr"] = settings.remote_signer
    (folder.cometbft / "config" / "config.toml").write_text(tomli_w.dumps(document))


def write_geth(folder: NodeFolder, settings: NodeSettings) -> None:
    """Write geth's configuration: where it listens, and the peers that it always holds."""
    peers: dict[str, Any] = {
        "ListenAddr": f"{settings.listen_host}:{settings.ports.execution_peers}",
        "StaticNodes": list(settings.execution_peers),
        "TrustedNodes": list(settings.execution_peers),
    }
    (folder.geth / "config.toml").write_text(tomli_w.dumps({"Node": {"P2P": peers}}))


def get_state_options(settings: NodeSettings) -> list[str]:
    """Return how geth keeps states, which it must be told from its first start on.

    Every one on disk at once and for ever, or the last ones in memory: those are lost by a kill.
    """
    return ["--state.scheme", "hash" if settings.is_archive else "path"]


@dataclass(frozen=True, slots=True)
class ExecutionRules:
    """What geth has to be told beside its genesis."""

    chain_id: int
    gas_limit: int


def build_geth_command(
    programs: Programs, folder: NodeFolder, settings: NodeSettings, rules: ExecutionRules
) -> list[str]:
    """Return how geth is started."""
    ports = settings.ports
    command = [
        str(programs.geth),
        "--config",
        str(folder.geth / "config.toml"),
        "--datadir",
        str(folder.geth),
    ]
    command += ["--networkid", str(rules.chain_id), "--nodekey", str(folder.geth / "nodekey"), "--nodiscover"]
    command += ["--nat", "none", "--syncmode", "full", "--ipcdisable"]
    command += [
        "--http",
        "--http.addr",
        "127.0.0.1",
        "--http.port",
        str(ports.rpc),
        "--http.api",
        "eth,net,web3",
    ]
    command += [
        "--http.vhosts",
        "localhost,127.0.0.1",
        "--ws",
        "--ws.addr",
        "127.0.0.1",
        "--ws.port",
        str(ports.rpc),
    ]
    command += ["--authrpc.addr", "127.0.0.1", "--authrpc.port", str(ports.engine)]
    command += ["--authrpc.jwtsecret", str(folder.engine_secret)]
    # Geth fills a block for so long. One that it is not done with when it is asked for is empty.
    filling_ms = round((Timing().allowance_s - SEALING_S) * 1000)
    command += ["--miner.recommit", f"{filling_ms}ms", "--miner.gasprice", "1"]
    command += ["--miner.gaslimit", str(rules.gas_limit)]
    # No blob comes into a block: none is kept either.
    command += ["--txpool.pricelimit", "1", "--blobpool.datacap", "1"]
    command += [*get_state_options(settings), "--gcmode", "archive" if settings.is_archive else "full"]
    command += ["--metrics", "--metrics.addr", "127.0.0.1", "--metrics.port", str(ports.execution_metrics)]
    command += ["--log.format", "json", "--verbosity", "3", "--cache", "256"]
    return command


def read_execution_rules(folder: NodeFolder) -> ExecutionRules:
    """Return what the node's genesis says, or raise `NodeError`."""
    try:
        document = json.loads(folder.execution_genesis.read_text())
        return ExecutionRules(int(document["config"]["chainId"]), int(document["gasLimit"], 16))
    except (OSError, ValueError, KeyError) as failure:
        hint = "Copy the network's genesis files into the node's folder."
        raise NodeError(f"{folder.execution_genesis} is no genesis of the chain", hint=hint) from failure


def _build_state_sync(settings: NodeSettings) -> dict[str, Any]:
    if not settings.state_sync_rpcs:
        return {"enable": False}
    return {
        "enable": True,
        "rpc_servers": ",".join(settings.state_sync_rpcs),
        "trust_height": settings.trust_height,
        "trust_hash": settings.trust_hash,
        "trust_period": "24h0m0s",
        "discovery_time": "5s",
    }


def create_folder(path: Path, settings: NodeSettings) -> tuple[str, str]:
    """Make a node's folder with fresh peer keys; return how its CometBFT and its geth are known."""
    folder = NodeFolder(path)
    for part in (folder.cometbft / "config", folder.cometbft / "data", folder.geth, folder.logs):
        part.mkdir(parents=True, exist_ok=True, mode=0o700)
    consensus_id = keys.write_peer_key(folder.cometbft / "config" / "node_key.json")
    execution_id = keys.write_execution_peer_key(folder.geth / "nodekey")
    keys.write_engine_secret(folder.engine_secret)
    write_consensus_state(folder)
    settings.save(path)
    return consensus_id, execution_id


def write_consensus_state(folder: NodeFolder, height: int = 0) -> None:
    """Say that the consensus key signs nothing below a height."""
    folder.consensus_state.write_text(json.dumps({"height": str(height), "round": 0, "step": 0}))
