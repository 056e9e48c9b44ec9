"""A node's application that hits a process of its own node: `striker.py ORDERS FOLDER`.

Behind the name ORDERS stand files, one for a call of ABCI, that say when and whom. Each is looked for at its
call, obeyed once and removed; who was hit is said in a file beside it.
"""

import json
import os
import signal
import sys
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from fieldproof.chain.application.application import Application
from fieldproof.chain.messages.tendermint.abci import types_pb2 as abci
from fieldproof.chain.node.process import Behaviour, main
from fieldproof.chain.node.supervisor import Part

DEAD, STILL = "ZX", "T"
"""States of a process that was killed, and of one that was stopped, as Linux has them."""

_orders = Path()


class Moment(StrEnum):
    """When, seen from one call."""

    BEFORE = "before"
    """Nothing is done yet of what the call asks."""
    AFTER = "after"
    """All is done, and the answer is not sent."""


@dataclass(frozen=True, slots=True)
class Order:
    """To send one signal."""

    call: str
    """As the protocol's messages have it."""
    moment: Moment
    number: int
    """Of the signal."""
    part: Part


def give(orders: Path, order: Order) -> None:
    """Have it obeyed at the next call of its kind."""
    get_report(orders, order.call).unlink(missing_ok=True)
    _write(_get_file(orders, order.call), json.dumps(asdict(order)))


def withdraw(orders: Path) -> None:
    """Have none obeyed any more."""
    for file in orders.parent.glob(f"{orders.name}.*"):
        file.unlink()


def get_report(orders: Path, call: str) -> Path:
    """Return the file that holds the process that was hit, once it was."""
    return orders.with_name(f"{orders.name}.{call}.hit")


def _get_file(orders: Path, call: str) -> Path:
    return orders.with_name(f"{orders.name}.{call}")


def _write(file: Path, text: str) -> None:
    draft = file.with_name(f"{file.name}.draft")
    draft.write_text(text)
    draft.replace(file)


def _read_order(call: str) -> Order | None:
    try:
        values = json.loads(_get_file(_orders, call).read_text())
    except FileNotFoundError:
        return None
    return Order(values["call"], Moment(values["moment"]), values["number"], Part(values["part"]))


def _obey(order: Order) -> None:
    pid = _find_process(order.part)
    if pid is None:
        return
    _write(get_report(_orders, order.call), str(pid))
    _get_file(_orders, order.call).unlink()
    os.kill(pid, order.number)
    wanted = STILL if order.number == signal.SIGSTOP else DEAD
    while pid != os.getpid() and _read_state(pid) not in wanted:
        time.sleep(0.001)


def _find_process(part: Part) -> int | None:
    """Return this node's process of a kind: all three run in the node's folder."""
    if part is Part.APPLICATION:
        return os.getpid()
    here = Path.cwd()
    for process in Path("/proc").iterdir():
        try:
            if (process / "cwd").readlink() == here and (process / "exe").readlink().name == part:
                return int(process.name)
        except OSError:
            continue
    return None


def _read_state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0]
    except OSError:
        return DEAD[0]


class StrikingApplication(Application):
    """Does what it must, and obeys."""

    async def handle(self, request: abci.Request) -> abci.Response:
        order = _read_order(request.WhichOneof("value") or "")
        if order is not None and order.moment is Moment.BEFORE:
            _obey(order)
        response = await super().handle(request)
        if order is not None and order.moment is Moment.AFTER:
            _obey(order)
        return response


if __name__ == "__main__":
    _orders = Path(sys.argv.pop(1))
    sys.exit(main(Behaviour(StrikingApplication)))
