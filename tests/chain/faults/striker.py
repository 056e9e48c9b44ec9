"""A node's application that hits a process of its own node: `striker.py ORDER FOLDER`.

ORDER is a file that says when and whom. It is looked for at each call of ABCI, obeyed once, in the call that
it names, and removed; who was hit is said in a file beside it.
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

_order_file = Path()


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


def give(file: Path, order: Order) -> None:
    """Have it obeyed at the next call of its kind."""
    get_report(file).unlink(missing_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(order)))
    draft.replace(file)


def get_report(file: Path) -> Path:
    """Return the file that holds the process that was hit, once it was."""
    return file.with_suffix(".hit")


def _read_order() -> Order | None:
    try:
        values = json.loads(_order_file.read_text())
    except FileNotFoundError:
        return None
    return Order(values["call"], Moment(values["moment"]), values["number"], Part(values["part"]))


def _obey(order: Order) -> None:
    pid = _find_process(order.part)
    if pid is None:
        return
    report = get_report(_order_file)
    draft = report.with_suffix(".draft")
    draft.write_text(str(pid))
    draft.replace(report)
    _order_file.unlink()
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
        order = _read_order()
        if order is not None and order.call != request.WhichOneof("value"):
            order = None
        if order is not None and order.moment is Moment.BEFORE:
            _obey(order)
        response = await super().handle(request)
        if order is not None and order.moment is Moment.AFTER:
            _obey(order)
        return response


if __name__ == "__main__":
    _order_file = Path(sys.argv.pop(1))
    sys.exit(main(Behaviour(StrikingApplication)))
