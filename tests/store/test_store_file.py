"""Files that the store must open, or refuse with a sentence. `files/README.md` says where they come from."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from store_entries import CLOSES_AT_MS, NETWORK, device, packet, seal

from fieldproof.store import (
    NotAStoreError,
    StoreDamagedError,
    StoreInUseError,
    StoreUnavailableError,
    StoreVersionError,
    open_store,
)

VERSION_1 = Path(__file__).parent / "files" / "version-1.db"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(VERSION_1, tmp_path / "fieldproof.db")
    return tmp_path


def set_pragma(folder: Path, pragma: str) -> None:
    connection = sqlite3.connect(folder / "fieldproof.db")
    connection.execute(f"PRAGMA {pragma}")
    connection.close()


def test_a_file_of_version_1_opens_with_all_it_holds(folder: Path) -> None:
    with open_store(folder) as store:
        assert store.verify() == 42
        assert store.log.get_packets(packet(first=0).place) == (packet(first=0), packet(first=3))
        assert store.log.get_seal(seal(count=6).place) == seal(count=6)
        assert store.devices.get_devices(NETWORK) == (device(0),)


def test_a_file_of_the_future_is_refused(folder: Path) -> None:
    set_pragma(folder, "user_version = 2")
    with pytest.raises(
        StoreVersionError, match="has store version 2, this fieldproof uses version 1"
    ) as error:
        open_store(folder).__enter__()
    assert error.value.hint is not None
    assert "Upgrade" in error.value.hint


def test_a_file_older_than_any_release_is_refused(folder: Path) -> None:
    set_pragma(folder, "user_version = 0")
    with pytest.raises(StoreVersionError, match="has store version 0") as error:
        open_store(folder).__enter__()
    assert "export" in str(error.value.hint)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_a_torn_file_is_refused(folder: Path, kept: float) -> None:
    path = folder / "fieldproof.db"
    with path.open("r+b") as file:
        file.truncate(int(path.stat().st_size * kept))
    with pytest.raises(StoreDamagedError, match="is damaged"):
        open_store(folder).__enter__()


def test_an_emptied_file_is_refused_and_not_taken_for_a_new_one(folder: Path) -> None:
    os.truncate(folder / "fieldproof.db", 0)
    with pytest.raises(StoreDamagedError, match="the file is empty"):
        open_store(folder).__enter__()


def test_every_flipped_bit_of_a_kept_row_is_noticed(folder: Path) -> None:
    path = folder / "fieldproof.db"
    sound = path.read_bytes()
    start = sound.index(packet(first=3).raw)
    for offset in range(start, start + len(packet(first=3).raw)):
        damaged = bytearray(sound)
        damaged[offset] ^= 1 << offset % 8
        path.write_bytes(damaged)
        with open_store(folder) as store:
            with pytest.raises(StoreDamagedError, match="a packet of device 0 in window 5 is not what was"):
                store.log.get_packets(packet().place)
            with pytest.raises(StoreDamagedError):
                store.verify()


def test_a_flipped_bit_anywhere_is_noticed_or_harmless(folder: Path) -> None:
    path = folder / "fieldproof.db"
    sound = path.read_bytes()
    noticed = 0
    for offset in range(0, len(sound), 509):
        damaged = bytearray(sound)
        damaged[offset] ^= 0x10
        path.write_bytes(damaged)
        for leftover in folder.glob("fieldproof.db-*"):
            leftover.unlink()
        try:
            with open_store(folder) as store:
                store.verify()
                assert store.log.get_packets(packet().place) == (packet(first=0), packet(first=3))
        except (StoreDamagedError, NotAStoreError, StoreVersionError):
            noticed += 1
    assert noticed > 3


def test_another_kind_of_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "fieldproof.db"
    path.write_text("time,device,temperature\n")
    with pytest.raises(NotAStoreError, match="does not begin as an SQLite file"):
        open_store(tmp_path).__enter__()
    assert path.read_text() == "time,device,temperature\n"


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "fieldproof.db")
    connection.execute("CREATE TABLE notes (text TEXT)")
    connection.close()
    with pytest.raises(NotAStoreError, match="another program's"):
        open_store(tmp_path).__enter__()


def test_a_folder_in_the_files_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fieldproof.db").mkdir()
    with pytest.raises(NotAStoreError, match="it is no file"):
        open_store(tmp_path).__enter__()


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("")
    with pytest.raises(StoreUnavailableError):
        open_store(tmp_path / "folder").__enter__()


def test_a_second_gateway_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from fieldproof.store import open_store, StoreInUseError\n"
        "try:\n with open_store(pathlib.Path(sys.argv[1]), role=sys.argv[2]): print('opened')\n"
        "except StoreInUseError as error: print(error)"
    )
    with open_store(tmp_path):
        with pytest.raises(StoreInUseError, match="a second gateway on the same folder"):
            open_store(tmp_path).__enter__()
        for role, answer in (("gateway", f"held by process {os.getpid()}"), ("prover", "opened")):
            command = [sys.executable, "-c", program, str(tmp_path), role]
            assert answer in subprocess.run(command, capture_output=True, text=True, check=True).stdout
    with open_store(tmp_path):
        pass


def test_a_process_that_died_leaves_no_lock(tmp_path: Path) -> None:
    program = (
        "import os, sys, pathlib; from fieldproof.store import open_store\n"
        "with open_store(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False).returncode == -9
    with open_store(tmp_path) as store:
        store.log.append_packet(packet(), closes_at_ms=CLOSES_AT_MS).result(60)


def test_a_half_made_file_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "fieldproof.new").write_bytes(b"SQLite format 3\0 and no more")
    with open_store(tmp_path) as store:
        assert store.verify() == 0


@pytest.mark.parametrize("leftover", [b"", b"garbage" * 1000])
def test_a_torn_write_ahead_log_keeps_what_was_checkpointed(folder: Path, leftover: bytes) -> None:
    (folder / "fieldproof.db-wal").write_bytes(leftover)
    with open_store(folder) as store:
        assert store.verify() == 42
