"""The application's file: what is saved comes back, and nothing else ever does."""

import random
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from chain.application.application_samples import (
    PARAMETERS,
    accuse,
    advance,
    make_genesis,
    make_payload,
    process,
)
from fieldproof.chain.application.payload import DecidedBlock
from fieldproof.chain.application.proposals import Proposal, compute_attributes
from fieldproof.chain.application.state import State
from fieldproof.chain.application.store import KEPT_SNAPSHOTS, VERSION, ApplicationStore, EpochRecord
from fieldproof.chain.application.transition import compute_result
from fieldproof.chain.errors import StateError

FLIPS = 200


def make_state(height: int) -> State:
    """Return a state with faults, seats and a beacon that has begun."""
    state = advance(make_genesis().state, 2)
    state, _ = process(state, misconduct=accuse(state.committee[0]))
    return advance(state, height)


def make_decided(state: State) -> DecidedBlock:
    proposal = Proposal(state.height + 1, state.time_s + 1, state.validators[0])
    attributes = compute_attributes(PARAMETERS, state, proposal, bytes(32))
    return DecidedBlock(make_payload(attributes, state), bytes([state.height]) * 32)


def make_epoch_record(state: State) -> EpochRecord:
    result = compute_result(PARAMETERS, state)
    return EpochRecord.of_state(PARAMETERS, state, is_missed=True, result=result)


STATES = {height: make_state(height) for height in (5, 6, 13, 25, 37)}
BLOCKS = {height: make_decided(state) for height, state in STATES.items()}


def fill(path: Path) -> None:
    store = ApplicationStore.open(path)
    for height, state in STATES.items():
        record = make_epoch_record(state) if height % 12 == 1 else None
        store.save(state, BLOCKS[height], record, b"snapshot %d" % height if record else b"")
    store.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    fill(tmp_path / "application.sqlite")
    return tmp_path / "application.sqlite"


def test_a_new_file_is_empty(tmp_path: Path) -> None:
    store = ApplicationStore.open(tmp_path / "application.sqlite")
    assert store.get_state() is None
    assert store.get_block(1) is None
    assert store.get_first_block_height() is None
    assert store.get_record(0) is None
    assert store.list_snapshots() == []


def test_what_was_saved_comes_back_after_the_file_was_closed(path: Path) -> None:
    store = ApplicationStore.open(path)
    assert store.get_state() == STATES[37]
    assert {height: store.get_block(height) for height in BLOCKS} == BLOCKS
    assert store.get_first_block_height() == 5
    assert [store.get_record(epoch) for epoch in (1, 2, 3)] == [
        make_epoch_record(STATES[height]) for height in (13, 25, 37)
    ]


def test_the_latest_snapshots_are_kept(path: Path) -> None:
    assert KEPT_SNAPSHOTS == 2
    assert ApplicationStore.open(path).list_snapshots() == [(25, b"snapshot 25"), (37, b"snapshot 37")]


def test_a_restored_snapshot_replaces_all_that_was_there(path: Path) -> None:
    store = ApplicationStore.open(path)
    store.restore(STATES[13], BLOCKS[13], make_epoch_record(STATES[13]))
    assert store.get_state() == STATES[13]
    assert store.get_first_block_height() == 13
    assert store.get_block(37) is None
    assert store.get_record(1) == make_epoch_record(STATES[13])
    assert store.get_record(3) is None
    assert store.list_snapshots() == []


@pytest.mark.parametrize("table", ["state", "blocks", "epochs", "snapshots"])
def test_a_block_that_cannot_be_kept_whole_is_not_kept_at_all(path: Path, table: str) -> None:
    state, block = make_state(49), make_decided(make_state(49))
    connection = sqlite3.connect(path)
    connection.execute(
        f"create trigger fails before insert on {table} begin select raise(abort, 'the disk is full'); end"
    )
    connection.close()
    store = ApplicationStore.open(path)
    with pytest.raises(sqlite3.Error, match="the disk is full"):
        store.save(state, block, make_epoch_record(state), b"snapshot 49")
    store.close()
    store = ApplicationStore.open(path)
    assert store.get_state() == STATES[37]
    assert store.get_block(49) is None
    assert store.get_record(4) is None
    assert [height for height, _ in store.list_snapshots()] == [25, 37]


def test_a_process_killed_inside_a_transaction_leaves_what_was_committed(path: Path) -> None:
    killed = (
        "import os, sqlite3, sys;"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "connection.execute('pragma locking_mode = exclusive');"
        "connection.execute('pragma journal_mode = wal');"
        "connection.execute('begin immediate');"
        "connection.execute('delete from state');"
        "os.kill(os.getpid(), 9)"
    )
    finished = subprocess.run([sys.executable, "-c", killed, str(path)], check=False, timeout=60)
    assert finished.returncode == -9
    assert ApplicationStore.open(path).get_state() == STATES[37]


def test_a_torn_file_is_refused_unless_all_is_there(path: Path) -> None:
    whole, sound = read_all(path), path.read_bytes()
    refused = 0
    for size in range(2048, len(sound), 2048):
        path.write_bytes(sound[:size])
        try:
            assert read_all(path) == whole
        except StateError:
            refused += 1
    assert refused > len(sound) // 2048 // 2


def test_an_emptied_file_is_a_new_one_into_which_consensus_replays_its_blocks(path: Path) -> None:
    path.write_bytes(b"")
    assert ApplicationStore.open(path).get_state() is None


def read_all(path: Path) -> list[object]:
    store = ApplicationStore.open(path)
    try:
        found: list[object] = [store.get_state(), *(store.get_block(height) for height in BLOCKS)]
        found += [store.get_record(epoch) for epoch in (1, 2, 3)]
        return found + store.list_snapshots()
    finally:
        store.close()


def test_a_flipped_bit_is_noticed_or_harmless_wherever_it_is(path: Path) -> None:
    whole = read_all(path)
    sound = path.read_bytes()
    chance = random.Random(4)
    noticed = 0
    for _ in range(FLIPS):
        damaged = bytearray(sound)
        damaged[chance.randrange(len(sound))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        try:
            found = read_all(path)
        except StateError:
            noticed += 1
            continue
        assert all(value is None or value in whole for value in found)
    assert noticed > FLIPS // 4


@pytest.mark.parametrize("table", ["state", "blocks", "epochs", "snapshots"])
def test_a_flipped_bit_of_any_row_is_noticed_though_it_still_decodes(path: Path, table: str) -> None:
    connection = sqlite3.connect(path)
    number, content = connection.execute(
        f"select number, content from {table} order by number desc"
    ).fetchone()
    changed = content[:-1] + bytes([content[-1] ^ 1])
    connection.execute(f"update {table} set content = ? where number = ?", (changed, number))
    connection.commit()
    connection.close()
    with pytest.raises(StateError, match=f"damaged: {table} {number} has not its checksum"):
        read_all(path)


def test_a_row_that_stands_under_another_number_is_noticed(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("update blocks set number = 7 where number = 6")
    connection.commit()
    connection.close()
    with pytest.raises(StateError, match="blocks 7"):
        ApplicationStore.open(path).get_block(7)


def test_blocks_without_a_state_are_damage_and_no_new_beginning(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("delete from state")
    connection.commit()
    connection.close()
    with pytest.raises(StateError, match="no state"):
        ApplicationStore.open(path).get_state()


def set_version(path: Path, version: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"pragma user_version = {version}")
    connection.close()


def test_a_file_of_the_future_is_refused(path: Path) -> None:
    set_version(path, VERSION + 1)
    with pytest.raises(StateError, match=rf"has version {VERSION + 1}; this program reads {VERSION}$"):
        ApplicationStore.open(path)


def test_a_file_older_than_any_version_is_refused(path: Path) -> None:
    set_version(path, 0)
    with pytest.raises(StateError, match="already exists"):
        ApplicationStore.open(path)


def test_something_that_is_no_such_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "application.sqlite"
    other.write_bytes(b"not a database" * 100)
    with pytest.raises(StateError, match="not a database"):
        ApplicationStore.open(other)


def test_a_row_that_is_written_rightly_but_is_no_state_is_refused(path: Path) -> None:
    from fieldproof.chain.application import store as module

    content = b"\x00"
    connection = sqlite3.connect(path)
    row = (content, module._compute_checksum("state", 1, content))
    connection.execute("update state set content = ?, checksum = ?", row)
    connection.commit()
    connection.close()
    with pytest.raises(StateError, match="State is not of its type"):
        ApplicationStore.open(path).get_state()


def test_one_process_at_a_time_has_the_file(path: Path) -> None:
    code = (
        "import sqlite3, sys;"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "connection.execute('pragma locking_mode = exclusive');"
        "connection.execute('pragma journal_mode = wal');"
        "connection.execute('begin immediate');"
        "print('open', flush=True);"
        "sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(StateError, match="database is locked"):
            ApplicationStore.open(path)
        other.communicate("")
    assert ApplicationStore.open(path).get_state() == STATES[37]


def test_a_state_whose_faults_changed_is_another_state(path: Path) -> None:
    store = ApplicationStore.open(path)
    state = store.get_state()
    assert state is not None
    assert state.faults
    store.save(replace(state, faults=()), BLOCKS[37])
    changed = store.get_state()
    assert changed is not None
    assert changed.faults == ()
