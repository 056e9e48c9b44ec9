"""A node as a process of its own: `node_process.py ORDER`, the order a JSON document (`NodeOrder`).

It writes one line of JSON when it serves, then obeys and answers lines on its standard input: `clock
OFFSET_MS`. It stops in order when its standard input ends, and dies by SIGKILL when the named point is
passed for the given time.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from fieldproof.core import FieldproofError, SystemClock
from fieldproof.run import (
    Blueprint,
    EmbeddedChainSettings,
    NetworkFolder,
    Node,
    NodeSettings,
    ShiftedClock,
    install_tools,
    read_sources,
)

NEVER = "never"


@dataclass(frozen=True)
class NodeOrder:
    """How a node is to run and where it is to die."""

    folder: str
    offset_ms: int
    """What its clock is ahead of the machine's."""
    rpc_url: str | None = None
    """None: the embedded chain."""
    genesis_s: int | None = None
    point: str = NEVER
    times: int = 1
    confirmations: int = 1

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def build_trap(point: str, times: int) -> Callable[[str], None]:
    left = times

    def reached(name: str) -> None:
        nonlocal left
        if name == point:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return reached


async def run(order: NodeOrder) -> None:
    system = SystemClock()
    clock = ShiftedClock(system.now_ms() + order.offset_ms)
    folder = Path(order.folder)
    settings = NodeSettings(
        rpc_url=order.rpc_url,
        genesis_s=order.genesis_s,
        embedded=EmbeddedChainSettings(starts_s=clock.now_ms() // 1000),
        confirmations=order.confirmations,
        poll_s=0.05,
        environment={"FIELDPROOF_PASSWORD": "password of the tests"},
    )
    blueprint = Blueprint.build(read_sources(folder))
    trap = build_trap(order.point, order.times)
    network_folder = NetworkFolder(folder)
    tools = install_tools()
    async with Node.start(network_folder, blueprint, tools, settings, clock=clock, reached=trap) as node:
        os.write(1, json.dumps({"gateway_url": node.gateway_url, "rpc_url": node.rpc_url}).encode() + b"\n")
        orders = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(orders)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
        while line := await orders.readline():
            name, value = line.split()
            assert name == b"clock"
            if (ahead_ms := system.now_ms() + int(value) - clock.now_ms()) > 0:
                clock.set_ms(clock.now_ms() + ahead_ms)
            os.write(1, b"set\n")


if __name__ == "__main__":
    try:
        asyncio.run(run(NodeOrder(**json.loads(sys.argv[1]))))
    except FieldproofError as error:
        sys.exit(f"error: {error}\nhint: {error.hint}")
