"""Free ports of this machine."""

import socket
from contextlib import ExitStack


def find_free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now. They can be taken before they are used."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
