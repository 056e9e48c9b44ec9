"""Backup of a running node, and a restore that never signs twice.

What the consensus key signed last is in no backup: there it would be old, and a node that believed it would
sign heights again that it had signed before. A restored node signs only above the network's height at the
restore and a margin. Against an original that still runs there is no more than a glance: while the network's
last blocks hold signatures of the key, nothing is restored. An original that comes back later is not seen: of
one key there must be one node. (CometBFT's own `double_sign_check_height` looks at the blocks of the backup
where committees are small, and would never let such a node begin.)

Geth's data is not in it: the application has every block and feeds geth anew.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from coincurve import PrivateKey

from fieldproof.chain.consensus_rpc import ConsensusRpc
from fieldproof.chain.errors import ConsensusRpcError, NodeError
from fieldproof.chain.node.keys import compute_consensus_address, read_consensus_key
from fieldproof.chain.node.layout import write_consensus_state
from fieldproof.chain.node.settings import FILE_NAME, NodeFolder, NodeSettings

MARGIN_BLOCKS = 10
"""Blocks above the network's height that a restored node does not sign: what a peer may be behind."""

PAUSE_WITHIN_S = 5.0
"""A stopped process is stopped at once; one that is not by then waits for a disk."""

_VERSION = 1
_FACTS = "backup.json"
_STORES = ("state.db", "blockstore.db", "evidence.db")
_FILES = (
    FILE_NAME,
    "party.toml",
    "execution-genesis.json",
    "keys",
    "geth/nodekey",
    "geth/jwt.hex",
    "cometbft/config/genesis.json",
    "cometbft/config/node_key.json",
    "cometbft/config/priv_validator_key.json",
)
"""Settings, genesis and keys, as far as a node has them."""


@dataclass(frozen=True, slots=True)
class BackupFacts:
    """What a backup says of itself."""

    signed_height: int
    """Height that the consensus key had signed when the backup ended; more may follow, never less."""


def backup(folder: NodeFolder, target: Path) -> BackupFacts:
    """Copy a node into a new folder, while it runs or not; `NodeError` if that cannot be done.

    Whoever has the copy has the node's keys. CometBFT is paused (SIGSTOP) for the last, short part: what
    lies on the disk then is what a kill would leave, from which it recovers.
    """
    settings = NodeSettings.load(folder.path)
    _create(target)
    for name in _FILES:
        _copy(folder.path / name, target / name)
    # Before CometBFT's: it gives the application what that lacks, never the other way round.
    _copy_database(folder.application, target / folder.application.name)
    data = folder.consensus_state.parent
    copied = NodeFolder(target).consensus_state.parent
    for store in _STORES:
        _copy_tables(data / store, copied / store)
    with _pause_cometbft(folder):
        for store in _STORES:
            _copy_rest(data / store, copied / store)
        signed = 0 if settings.remote_signer else _read_signed_height(folder)
    (target / _FACTS).write_text(json.dumps({"version": _VERSION, "signed_height": signed}))
    return BackupFacts(signed)


def restore(source: Path, target: Path, height: int, margin: int = MARGIN_BLOCKS) -> int:
    """Make a node of a backup in a new folder; return the first height that it may sign.

    `height` is the network's present one, see `get_safe_height`. A margin of 0 is for a network that stands
    still without this node. `NodeError` if it cannot be done.
    """
    facts = _read_facts(source)
    if height < 0 or margin < 0:
        raise NodeError("height and margin are numbers of blocks, 0 or more")
    _create(target)
    for path in sorted(source.iterdir()):
        if path.name != _FACTS:
            _copy(path, target / path.name)
    folder = NodeFolder(target)
    for part in (folder.consensus_state.parent, folder.geth, folder.logs):
        part.mkdir(parents=True, exist_ok=True, mode=0o700)
    first = max(height, facts.signed_height) + margin + 1
    write_consensus_state(folder, first)
    return first


async def get_safe_height(source: Path, urls: Sequence[str]) -> int:
    """Return the greatest height that any of the CometBFT RPCs knows, for a restore of `source`.

    `NodeError` if none answers, or if one of the last `MARGIN_BLOCKS` blocks is signed with the backup's key:
    the node that it was made of still runs, or has only just stopped.
    """
    heights = {}
    for url in urls:
        async with ConsensusRpc(url) as consensus:
            with suppress(ConsensusRpcError):
                heights[url] = await consensus.get_height()
    if not heights:
        raise NodeError("no peer says how high the network is", hint="Name other peers, or give the height.")
    height, key = max(heights.values()), NodeFolder(source).consensus_key
    # With a remote signer, CometBFT leaves a key here that signs nothing.
    if key.exists() and not NodeSettings.load(source).remote_signer:
        async with ConsensusRpc(next(url for url in heights if heights[url] == height)) as consensus:
            await _refuse_signed(consensus, height, _read_address(key))
    return height


async def _refuse_signed(consensus: ConsensusRpc, height: int, address: str) -> None:
    for number in range(height, max(height - MARGIN_BLOCKS, 0), -1):
        commit = (await consensus.request("commit", height=str(number)))["signed_header"]["commit"]
        if address in [item["validator_address"] for item in commit["signatures"]]:
            raise NodeError(
                f"the backup's key signed block {number}, and the last one is {height}",
                hint=f"Stop the node that signs with it, then wait for {MARGIN_BLOCKS} blocks.",
            )


def _read_address(key: Path) -> str:
    secret = PrivateKey(read_consensus_key(key))
    return compute_consensus_address(secret.public_key.format()).hex().upper()


def _read_facts(source: Path) -> BackupFacts:
    try:
        document = json.loads((source / _FACTS).read_text())
        version, signed = document["version"], int(document["signed_height"])
    except (OSError, ValueError, KeyError, TypeError) as failure:
        raise NodeError(f"{source} is no whole backup of a node") from failure
    if version != _VERSION:
        raise NodeError(f"{source} is a backup of version {version}; this program reads {_VERSION}")
    return BackupFacts(signed)


def _read_signed_height(folder: NodeFolder) -> int:
    try:
        return int(json.loads(folder.consensus_state.read_text())["height"])
    except (OSError, ValueError, KeyError) as failure:
        raise NodeError(f"{folder.consensus_state} is no state of a consensus key") from failure


def _create(target: Path) -> None:
    try:
        target.mkdir(parents=True, mode=0o700)
    except FileExistsError:
        raise NodeError(f"{target} exists already", hint="Name a folder that is not there yet.") from None


def _copy(source: Path, target: Path) -> None:
    """Copy a file or a folder, if it is there."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.exists():
        shutil.copy2(source, target)


def _copy_database(source: Path, target: Path) -> None:
    if not source.exists():
        return
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
    except sqlite3.Error as failure:
        raise NodeError(f"{source} cannot be copied: {failure}") from failure


def _copy_tables(source: Path, target: Path) -> None:
    """Copy the files that are written once, the bulk of a LevelDB; one that goes meanwhile is no loss."""
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.glob("*.ldb")):
        with suppress(FileNotFoundError):
            shutil.copy2(path, target / path.name)


def _copy_rest(source: Path, target: Path) -> None:
    """Make a copy whole that has its tables, of a LevelDB that nobody writes."""
    before = _list_sizes(source)
    for path in target.iterdir():
        if path.name not in before:
            path.unlink()
    for name, size in before.items():
        copied = target / name
        if not (name.endswith(".ldb") and copied.exists() and copied.stat().st_size == size):
            _copy(source / name, copied)
    if _list_sizes(source) != before:
        raise NodeError(f"CometBFT wrote {source} while it was copied", hint="Make the backup again.")


def _list_sizes(folder: Path) -> dict[str, int]:
    if not folder.is_dir():
        return {}
    return {path.name: path.stat().st_size for path in folder.iterdir()}


@contextmanager
def _pause_cometbft(folder: NodeFolder) -> Iterator[None]:
    process = _find_cometbft(folder)
    if process is None:
        yield
        return
    # Goes on with it when this pipe closes, which it does however this process ends.
    command = ["sh", "-c", "cat; kill -CONT $0 2>/dev/null", str(process)]
    resuming = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    os.kill(process, signal.SIGSTOP)
    try:
        since_s = time.monotonic()
        while _read_process_state(process) not in "TtZX":
            if time.monotonic() - since_s > PAUSE_WITHIN_S:
                raise NodeError("CometBFT cannot be paused", hint="Make the backup again.")
            time.sleep(0.001)
        yield
    finally:
        resuming.communicate()


def _find_cometbft(folder: NodeFolder) -> int | None:
    home = folder.cometbft.resolve()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            arguments = path.read_bytes().decode("utf-8", "replace").split("\0")
            if (
                arguments[1:3] == ["start", "--home"]
                and (path.parent / "cwd" / arguments[3]).resolve() == home
            ):
                return int(path.parent.name)
    return None


def _read_process_state(process: int) -> str:
    """Return the letter of `proc(5)`; X for a process that is no more."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "X"
