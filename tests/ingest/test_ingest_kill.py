"""The gateway as a process: killed at each named point, on a full disk, and a second one on its folder."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from gateway_rig import DEVICES, KEY, NETWORK, ROWS, WINDOW, sign_packet, sign_seal

from fieldproof.protocol import Receipt, ReceiptKind, verify_receipt
from fieldproof.store import DeviceWindow, open_store

PROGRAM = Path(__file__).with_name("gateway_process.py")

SENDS = [
    ("/v1/packets", sign_packet(DEVICES[number], ROWS[first : first + 2], first=first))
    for first in (0, 2, 4)
    for number in (0, 1, 2)
] + [("/v1/seals", sign_seal(number)) for number in (0, 1, 2)]


@contextmanager
def gateway(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(folder), *arguments], stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        assert process.wait(120) in (0, -signal.SIGKILL)


def send_all(url: str) -> list[Receipt]:
    """Send everything in order until the gateway is gone; return the receipts."""
    receipts = []
    with httpx.Client(base_url=url, timeout=60) as client:
        for path, body in SENDS:
            try:
                answer = client.post(path, content=body)
            except httpx.TransportError:
                break
            assert answer.status_code == 200, answer.text
            receipts.append(verify_receipt(answer.content, KEY.address))
    return receipts


def read_hashes(folder: Path) -> list[tuple[ReceiptKind, int, bytes]]:
    kept = []
    with open_store(folder) as store:
        store.verify()
        for number in (0, 1, 2):
            place = DeviceWindow(NETWORK, number, WINDOW)
            kept += [
                (ReceiptKind.PACKET, number, packet.payload_hash) for packet in store.log.get_packets(place)
            ]
            seal = store.log.get_seal(place)
            kept += [(ReceiptKind.SEAL, number, seal.payload_hash)] if seal else []
    return kept


@pytest.mark.parametrize(
    ("point", "times"),
    [
        pytest.param("before append", 1, marks=pytest.mark.slow),
        ("before append", 11),
        pytest.param("after append", 2, marks=pytest.mark.slow),
        ("after append", 10),
        ("after fsync", 1),
        pytest.param("after fsync", 5, marks=pytest.mark.slow),
        ("seal stored", 1),
        pytest.param("seal stored", 3, marks=pytest.mark.slow),
    ],
)
def test_every_receipted_packet_and_seal_survives_a_kill_exactly_once(
    tmp_path: Path, point: str, times: int
) -> None:
    with gateway(tmp_path, point, str(times)) as (process, url):
        given = send_all(url)
        assert process.wait(120) == -signal.SIGKILL
    kept = read_hashes(tmp_path)
    receipted = [(receipt.kind, receipt.device, receipt.payload_hash) for receipt in given]
    assert set(receipted) <= set(kept)
    assert len(kept) == len(set(kept))
    assert len(kept) - len(receipted) == (point in ("after fsync", "seal stored"))
    with gateway(tmp_path, "never", "1") as (_, url):
        again = send_all(url)
    assert again[: len(given)] == given, "a receipt given before the kill is given again"
    assert len(again) == len(SENDS)
    kept = read_hashes(tmp_path)
    assert sorted(kept) == sorted((receipt.kind, receipt.device, receipt.payload_hash) for receipt in again)


def test_a_window_that_was_closed_when_the_gateway_died_is_closed_with_its_jobs(tmp_path: Path) -> None:
    with gateway(tmp_path, "window closed", "2") as (process, url):
        send_all(url)  # the empty windows before were closed at the start: the first time
        process.send_signal(signal.SIGHUP)
        assert process.wait(120) == -signal.SIGKILL
    with open_store(tmp_path) as store:
        assert store.windows.get_closed_until(NETWORK) == WINDOW + 1
        assert [(entry.job.window, entry.job.cohort) for entry in store.jobs.get_jobs(NETWORK)] == [
            (WINDOW, 0)
        ]


def test_a_full_disk_is_answered_with_503_and_the_gateway_recovers(tmp_path: Path) -> None:
    with open_store(tmp_path):
        size = (tmp_path / "fieldproof.db").stat().st_size
    with (
        gateway(tmp_path, "never", "1", str(size)) as (process, url),
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        statuses = [client.post(path, content=body).status_code for path, body in SENDS * 20]
        assert 503 in statuses
        assert client.get("/ready").status_code == 503
        assert client.get("/live").status_code == 200
        process.send_signal(signal.SIGUSR1)
        for _ in range(600):
            if client.get("/ready").status_code == 200:
                break
            time.sleep(0.1)
        assert len(send_all(url)) == len(SENDS)
    assert len(read_hashes(tmp_path)) == len(SENDS)


def test_a_second_gateway_on_the_same_folder_says_so_and_ends(tmp_path: Path) -> None:
    with gateway(tmp_path, "never", "1") as (process, url):
        second = subprocess.run(
            [sys.executable, str(PROGRAM), str(tmp_path), "never", "1"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert second.returncode == 1
        assert second.stderr.startswith("error: a second gateway on the same folder")
        assert f"process {process.pid}" in second.stderr
        assert len(send_all(url)) == len(SENDS)
