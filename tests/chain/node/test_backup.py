"""Backup and restore of a node's folder: what is in it, what never is, and from where it may sign."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chain.application.application_samples import make_genesis
from chain.application.test_application_store import STATES, fill
from fieldproof.chain import (
    MARGIN_BLOCKS,
    NodeError,
    NodeFolder,
    NodeSettings,
    backup,
    create_candidate_keys,
    create_folder,
    get_safe_height,
    restore,
)
from fieldproof.chain.application.store import ApplicationStore
from fieldproof.chain.node.layout import write_consensus_state

SIGNED = 37


@pytest.fixture
def node(tmp_path: Path) -> NodeFolder:
    folder = NodeFolder(tmp_path / "node")
    create_folder(folder.path, NodeSettings("alice"))
    create_candidate_keys(folder, make_genesis().parameters.chain_id, 1000)
    folder.genesis.write_text("{}")
    folder.execution_genesis.write_text("{}")
    fill(folder.application)
    write_consensus_state(folder, SIGNED)
    return folder


def read_first_height(folder: Path) -> int:
    state = json.loads(NodeFolder(folder).consensus_state.read_text())
    assert (state["round"], state["step"], "signature" in state) == (0, 0, False)
    return int(state["height"])


def test_a_backup_of_a_store_in_use_comes_back_whole_and_private(node: NodeFolder, tmp_path: Path) -> None:
    store = ApplicationStore.open(node.application)
    backup(node, tmp_path / "b")
    store.close()
    restore(tmp_path / "b", tmp_path / "r", 100)
    restored = NodeFolder(tmp_path / "r")
    for name in ("operator_key", "beacon_key", "consensus_key", "password", "genesis", "engine_secret"):
        assert getattr(restored, name).read_bytes() == getattr(node, name).read_bytes()
    for name in ("operator_key", "beacon_key", "consensus_key", "password"):
        assert getattr(restored, name).stat().st_mode & 0o077 == 0
    assert (tmp_path / "b").stat().st_mode & 0o077 == 0
    assert NodeSettings.load(restored.path) == NodeSettings.load(node.path)
    copied = ApplicationStore.open(restored.application)
    assert copied.get_state() == STATES[SIGNED]
    copied.close()


def test_what_the_key_signed_is_in_no_backup(node: NodeFolder, tmp_path: Path) -> None:
    backup(node, tmp_path / "b")
    assert not list((tmp_path / "b").rglob("priv_validator_state.json"))


@pytest.mark.parametrize(
    ("height", "margin", "first"),
    [
        (100, MARGIN_BLOCKS, 100 + MARGIN_BLOCKS + 1),
        (100, 0, 101),
        (SIGNED + 1, 0, SIGNED + 2),
        (SIGNED - 1, 0, SIGNED + 1),
        (0, 2, SIGNED + 3),
    ],
)
def test_a_restored_key_signs_above_network_and_backup_and_margin(
    node: NodeFolder, tmp_path: Path, height: int, margin: int, first: int
) -> None:
    backup(node, tmp_path / "b")
    assert restore(tmp_path / "b", tmp_path / "r", height, margin) == first
    assert read_first_height(tmp_path / "r") == first


@pytest.mark.parametrize(("height", "margin"), [(-1, 10), (0, -1)])
def test_a_height_below_nothing_is_refused(
    node: NodeFolder, tmp_path: Path, height: int, margin: int
) -> None:
    backup(node, tmp_path / "b")
    with pytest.raises(NodeError, match="0 or more"):
        restore(tmp_path / "b", tmp_path / "r", height, margin)
    assert not (tmp_path / "r").exists()


def test_nothing_that_is_there_is_written_over(node: NodeFolder, tmp_path: Path) -> None:
    backup(node, tmp_path / "b")
    with pytest.raises(NodeError, match="exists already"):
        backup(node, tmp_path / "b")
    with pytest.raises(NodeError, match="exists already"):
        restore(tmp_path / "b", node.path, 100)
    assert read_first_height(node.path) == SIGNED


@pytest.mark.parametrize("facts", [None, "{", '{"version": 2, "signed_height": 1}', '{"version": 1}'])
def test_what_is_no_whole_backup_is_not_restored(node: NodeFolder, tmp_path: Path, facts: str | None) -> None:
    backup(node, tmp_path / "b")
    (tmp_path / "b" / "backup.json").unlink()
    if facts is not None:
        (tmp_path / "b" / "backup.json").write_text(facts)
    with pytest.raises(NodeError, match="backup"):
        restore(tmp_path / "b", tmp_path / "r", 100)
    assert not (tmp_path / "r").exists()


async def test_without_any_peer_there_is_no_safe_height(node: NodeFolder, tmp_path: Path) -> None:
    backup(node, tmp_path / "b")
    with pytest.raises(NodeError, match="no peer says"):
        await get_safe_height(tmp_path / "b", ["http://127.0.0.1:1"])


def test_cometbft_goes_on_after_a_backup_that_was_killed_while_it_stood_still(
    node: NodeFolder, tmp_path: Path
) -> None:
    (tmp_path / "start").write_text("import time\ntime.sleep(60)\n")
    (tmp_path / "backup.py").write_text(
        "import sys, time\nfrom pathlib import Path\n"
        "from fieldproof.chain.node.backup import _pause_cometbft\nfrom fieldproof.chain import NodeFolder\n"
        "with _pause_cometbft(NodeFolder(Path(sys.argv[1]))):\n    print(flush=True)\n    time.sleep(60)\n"
    )
    command = ["cometbft", "start", "--home", str(node.cometbft)]
    cometbft = subprocess.Popen(command, executable=sys.executable, cwd=tmp_path)
    pausing = subprocess.Popen(
        [sys.executable, str(tmp_path / "backup.py"), str(node.path)], stdout=subprocess.PIPE
    )
    try:
        assert pausing.stdout is not None
        assert pausing.stdout.readline()
        assert read_state(cometbft.pid) == "T"
        pausing.kill()
        while read_state(cometbft.pid) == "T":
            time.sleep(0.01)
    finally:
        for process in (pausing, cometbft):
            process.kill()
            process.communicate()


def read_state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
