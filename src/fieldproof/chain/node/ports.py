"""Free ports of this machine."""

import socket
from contextlib import ExitStack, suppress
from random import SystemRandom

from fieldproof.chain.errors import NodeError

_PORTS = range(20_000, 32_768)
"""Below those that systems give to outgoing connections: of these one may be taken before it is used."""


def find_free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now; `NodeError` where there are not as many."""
    found: list[int] = []
    with ExitStack() as stack:
        for port in SystemRandom().sample(_PORTS, len(_PORTS)):
            with suppress(OSError):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
                found.append(port)
            if len(found) == count:
                return found
    raise NodeError(f"this machine has no {count} free ports from {_PORTS[0]} to {_PORTS[-1]}")
