"""Messages a second that one gateway takes over HTTP, each receipted after its fsync.

Run `python bench/gateway.py [--messages N] [--readings N] [--connections N]`. The gateway runs as a process
of its own; this process only sends bytes that were prepared before, so what is measured is the gateway and
the kernel, on a machine whose cores both share. Every message is another packet with a valid signature;
every answer must be a 200. The gateway runs on uvloop. What it does not show: TLS, a network, many machines.
"""

import argparse
import asyncio
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uvloop

from fieldproof.core import Algorithm, ManualClock
from fieldproof.device.keys import SoftwareKeys
from fieldproof.ingest import (
    DeviceDirectory,
    GatewaySettings,
    Pipeline,
    ReceiptKey,
    create_app,
    open_port,
    serve,
)
from fieldproof.protocol import Calendar, FieldSpec, Packet, Schema, encode_packet, prepare_packet
from fieldproof.store import DeviceEntry, open_store

NETWORK = b"\0" + bytes(31)
SCHEMA = Schema(
    1, (FieldSpec("irradiance", "W/m2", 10, 0, 16000), FieldSpec("temperature", "Cel", 100, -6000, 6000))
)
CALENDAR = Calendar(genesis_s=1_790_000_000, window_s=86_400, grace_s=300)
NOW_MS = CALENDAR.compute_start_ms(1)
DEVICES = 64
MARK_PER_S = 1_135
"""Messages a second that the W3bstream team measured for its own gateway; the mark to beat."""


def build_keys(number: int, algorithm: Algorithm) -> SoftwareKeys:
    return SoftwareKeys(algorithm, (number + 1).to_bytes(32), number + 1)


def prepare_requests(algorithm: Algorithm, messages: int, readings: int) -> list[bytes]:
    requests = []
    keys = [build_keys(number, algorithm) for number in range(DEVICES)]
    for index in range(messages):
        signer, first = keys[index % DEVICES], index // DEVICES * readings
        rows = tuple((first + i, 5_000, 2_000) for i in range(readings))
        message = prepare_packet(Packet(NETWORK, 0, first, rows), signer.identity)
        body = encode_packet(message, signer.sign(message.to_be_signed))
        head = f"POST /v1/packets HTTP/1.1\r\nHost: gateway\r\nContent-Length: {len(body)}\r\n\r\n"
        requests.append(head.encode() + body)
    return requests


async def serve_gateway(folder: Path, algorithm: Algorithm) -> None:
    keys = [build_keys(number, algorithm) for number in range(DEVICES)]
    entries = (
        DeviceEntry(NETWORK, number, key.identity.did, bytes(20), key.seal_key, (), 0, None, True)
        for number, key in enumerate(keys)
    )
    settings = GatewaySettings(NETWORK, SCHEMA, CALENDAR, 65_535, cohort=64, gateway=0)
    with open_store(folder) as store:
        clock = ManualClock(NOW_MS)
        pipeline = Pipeline(settings, store, DeviceDirectory(entries), ReceiptKey(bytes(31) + b"\x01"), clock)
        listener = open_port("127.0.0.1", 0)
        os.write(1, b"%d\n" % listener.getsockname()[1])
        await serve(create_app(pipeline, store), listener, asyncio.Event())


async def send(port: int, requests: list[bytes], connections: int) -> float:
    """Send all requests, one after another on each connection; return the seconds it took."""
    queue = iter(requests)

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in queue:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
            await reader.readexactly(int(length.split(b":")[1]))
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(connections)))
    return time.perf_counter() - started


def measure(algorithm: Algorithm, messages: int, readings: int, connections: int) -> tuple[float, float]:
    """Return messages a second, and the gateway's CPU milliseconds for a message, its start included."""
    requests = prepare_requests(algorithm, messages, readings)
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
        command = [sys.executable, __file__, "--serve", folder, "--algorithm", algorithm.name]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            asyncio.run(send(port, requests[:200], 4))
            seconds = asyncio.run(send(port, requests[200:], connections))
        finally:
            process.terminate()
            used = os.wait4(process.pid, 0)[2]
            process.returncode = 0
        return (messages - 200) / seconds, (used.ru_utime + used.ru_stime) * 1000 / messages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=4_000)
    parser.add_argument("--readings", type=int, default=10)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--algorithm", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve is not None:
        uvloop.run(serve_gateway(arguments.serve, Algorithm[arguments.algorithm]))
        return
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}; {arguments.messages} packets of {arguments.readings} readings, "
        f"{arguments.connections} connections, median of {arguments.runs} runs"
    )
    for algorithm in Algorithm:
        runs = [
            measure(algorithm, arguments.messages, arguments.readings, arguments.connections)
            for _ in range(arguments.runs)
        ]
        median = statistics.median(rate for rate, _ in runs)
        rates = [rate for rate, _ in runs]
        cpu_ms = statistics.median(cpu_ms for _, cpu_ms in runs)
        print(
            f"{algorithm.name}: {median:.0f} messages/s ({min(rates):.0f} to {max(rates):.0f}), "
            f"{cpu_ms:.2f} ms of CPU each, "
            f"{median / MARK_PER_S:.2f} of the mark of {MARK_PER_S}/s"
        )


if __name__ == "__main__":
    main()
