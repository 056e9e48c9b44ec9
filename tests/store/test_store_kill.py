"""SIGKILL at each named point, restart, and everything that was acknowledged is there exactly once."""

import subprocess
import sys
from pathlib import Path

import pytest
from store_entries import CLOSES_AT_MS, NETWORK, NOW_MS, packet, seal
from store_worker import DEVICES, PACKETS

from fieldproof.store import JobState, Rejected, open_store

WORKER = Path(__file__).with_name("store_worker.py")


def run_worker(folder: Path, point: str, times: int) -> tuple[int, set[str]]:
    command = [sys.executable, str(WORKER), str(folder), point, str(times)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=240, check=False)
    return done.returncode, set(done.stdout.splitlines())


def read_all(folder: Path) -> set[str]:
    found = []
    with open_store(folder) as store:
        store.verify()
        for device in range(DEVICES):
            kept = store.log.get_packets(packet(device).place)
            assert kept == tuple(packet(device, first=entry.first_index) for entry in kept)
            found += [f"packet {device} {entry.first_index // 3}" for entry in kept]
            if store.log.get_seal(packet(device).place):
                found.append(f"seal {device}")
        if any(window.closed_ms is not None for window in store.windows.get_windows(NETWORK)):
            found.append("closed")
            assert [entry.job.cohort for entry in store.jobs.get_jobs(NETWORK)] == [0, 1]
        for cohort in (0, 1):
            if store.artefacts.get_artefact(NETWORK, 5, cohort):
                found.append(f"proof {cohort}")
        states = {entry.job.cohort: entry.state for entry in store.jobs.get_jobs(NETWORK)}
        proven = {cohort for cohort, state in states.items() if state is JobState.DONE}
        assert proven == {cohort for cohort in (0, 1) if f"proof {cohort}" in found}
    assert len(found) == len(set(found))
    return set(found)


EVERYTHING = (
    {f"packet {device} {number}" for device in range(DEVICES) for number in range(PACKETS)}
    | {f"seal {device}" for device in range(DEVICES)}
    | {"closed", "proof 0", "proof 1"}
)


@pytest.mark.parametrize(
    ("point", "times"),
    [
        ("before append", 1),
        ("before append", 3),
        ("after append", 1),
        ("after append", 4),
        ("after fsync", 1),
        ("after fsync", 3),
        ("seal stored", 1),
        ("window closed", 1),
        ("proof stored", 1),
        ("proof stored", 2),
    ],
)
def test_whatever_was_acknowledged_survives_a_kill_and_the_rest_can_be_sent_again(
    tmp_path: Path, point: str, times: int
) -> None:
    code, acknowledged = run_worker(tmp_path, point, times)
    assert code == -9
    kept = read_all(tmp_path)
    assert acknowledged <= kept
    if point in ("after fsync", "seal stored", "window closed", "proof stored"):
        assert kept > acknowledged, "at this point something is durable that nobody was told of"
    code, acknowledged = run_worker(tmp_path, "never", 1)
    if "closed" in kept:
        acknowledged.add("closed")
    assert code == 0
    assert read_all(tmp_path) == EVERYTHING
    assert acknowledged | {line for line in kept if line.startswith("proof")} == EVERYTHING


def test_after_the_window_closed_nothing_new_gets_in(tmp_path: Path) -> None:
    run_worker(tmp_path, "window closed", 1)
    with open_store(tmp_path) as store:
        for entry in (packet(9), packet(0, first=100)):
            assert isinstance(store.log.append_packet(entry, closes_at_ms=CLOSES_AT_MS).result(60), Rejected)
        late = seal(9, received_ms=NOW_MS)
        assert isinstance(store.log.append_seal(late, closes_at_ms=CLOSES_AT_MS).result(60), Rejected)


def test_on_a_full_disk_appends_fail_nothing_is_lost_and_the_store_recovers(tmp_path: Path) -> None:
    program = Path(__file__).with_name("store_full_disk.py")
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    before, refused, after = (int(word) for word in done.stdout.split())
    assert refused > 0
    with open_store(tmp_path) as store:
        assert len(store.log.get_device_numbers(NETWORK, 5)) == before + after
        store.verify()
