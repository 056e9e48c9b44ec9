"""A device as a process of its own, killed at a named moment: `device_process.py URL BACKLOG MOMENT TIMES`.

Moments: "before send" and "after answer" of packets and seals. It measures a window, sends and seals it,
and prints "done" when all is receipted.
"""

import os
import signal
import sys
from pathlib import Path

from live_gateway import CALENDAR, KEYS, WINDOW, network_of, readings

from fieldproof.core import ManualClock
from fieldproof.device import Device, HttpGateway
from fieldproof.protocol import ReceiptKind


class DeadlyGateway:
    """Ends the process at its moment."""

    def __init__(self, inner: HttpGateway, moment: str, times: int) -> None:
        self.inner = inner
        self.moment = moment
        self.left = times

    def send(self, kind: ReceiptKind, raw: bytes) -> bytes:
        self.reach("before send")
        receipt = self.inner.send(kind, raw)
        self.reach("after answer")
        return receipt

    def reach(self, moment: str) -> None:
        if moment == self.moment:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, backlog: Path, moment: str, times: int) -> None:
    gateway = DeadlyGateway(HttpGateway(url), moment, times)
    clock = ManualClock(CALENDAR.compute_start_ms(WINDOW + 1))
    with Device(network_of(0), KEYS[0], gateway, backlog, clock=clock, readings_per_packet=2) as device:
        if not backlog.with_suffix(".measured").exists():
            device.record_scaled(readings())
            backlog.with_suffix(".measured").touch()
        device.send()
        os.write(1, b"done\n" if len(device.get_receipts(WINDOW)) == 4 else b"not done\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
