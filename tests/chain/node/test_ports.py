"""Free ports."""

import socket

import pytest

from fieldproof.chain import NodeError
from fieldproof.chain.node import ports


def test_a_port_that_is_taken_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    first, taken, last = sorted(ports.find_free_ports(3))
    monkeypatch.setattr(ports, "_PORTS", [first, taken, last])
    with socket.socket() as other:
        other.bind(("127.0.0.1", taken))
        other.listen()
        assert set(ports.find_free_ports(2)) == {first, last}
        with pytest.raises(NodeError, match="no 3 free ports"):
            ports.find_free_ports(3)
