"""Free ports of this machine."""

import socket
from contextlib import suppress
from itertools import cycle, islice
from random import SystemRandom

from fieldproof.core.errors import FieldproofError

_PORTS = range(20_000, 32_768)
"""Below those that systems give to outgoing connections: of these one may be taken before it is used."""

_first = SystemRandom().randrange(len(_PORTS))
_queue = cycle((*_PORTS[_first:], *_PORTS[:_first]))
"""One after another, so that none is given twice before all were: whoever got one may not listen yet, or be
killed for a while. From a place of this process's own, so that two at a time hardly meet."""


class NoFreePortError(FieldproofError):
    """Programs of this machine listen on all ports that may be given."""


def find_free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now; `NoFreePortError` where there are not as many."""
    found: list[int] = []
    for port in islice(_queue, len(_PORTS)):
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == count:
            return found
    raise NoFreePortError(f"this machine has no {count} free ports from {_PORTS[0]} to {_PORTS[-1]}")
