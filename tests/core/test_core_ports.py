"""Free ports."""

import itertools
import socket

import pytest

from fieldproof.core import ports


def test_a_port_that_is_taken_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    first, taken, last = ports.find_free_ports(3)
    monkeypatch.setattr(ports, "_PORTS", [first, taken, last])
    monkeypatch.setattr(ports, "_queue", itertools.cycle([first, taken, last]))
    with socket.socket() as other:
        other.bind(("127.0.0.1", taken))
        other.listen()
        assert ports.find_free_ports(2) == [first, last]
        with pytest.raises(ports.NoFreePortError, match="no 3 free ports"):
            ports.find_free_ports(3)


def test_no_port_is_given_twice_though_nobody_listens_yet() -> None:
    found = [port for _ in range(200) for port in ports.find_free_ports(9)]
    assert len(set(found)) == len(found)
