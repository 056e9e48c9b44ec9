"""bb gives the same arithmetic as plain Python, survives its own death, and is held to its limits."""

import os
import random
import signal
import threading
from collections.abc import Iterator

import pytest

from fieldproof.core.arithmetic import PYTHON
from fieldproof.core.curves import GRUMPKIN
from fieldproof.core.poseidon2 import FIELD_ORDER
from fieldproof.prove import (
    Barretenberg,
    BarretenbergArithmetic,
    LimitError,
    ProcessError,
    ReferenceString,
    Toolchain,
)


@pytest.fixture
def client(toolchain: Toolchain, development_string: ReferenceString) -> Iterator[Barretenberg]:
    client = Barretenberg(toolchain.bb, development_string, threads=1)
    yield client
    client.close()


def test_the_fast_arithmetic_agrees_with_plain_python(client: Barretenberg) -> None:
    source = random.Random(5)
    fast = BarretenbergArithmetic(client)
    for length in (1, 2, 3, 4, 6, 7, 61):
        inputs = [
            source.choice((0, 1, FIELD_ORDER - 1, source.randrange(FIELD_ORDER))) for _ in range(length)
        ]
        assert fast.sponge(inputs) == PYTHON.sponge(inputs)
    point = GRUMPKIN.multiply(source.randrange(GRUMPKIN.order), GRUMPKIN.generator)
    for scalar in (0, 1, 2, GRUMPKIN.order - 1, GRUMPKIN.order, source.randrange(GRUMPKIN.order)):
        for base in (GRUMPKIN.generator, point, (0, 0)):
            assert fast.multiply(scalar, base) == PYTHON.multiply(scalar, base)


def test_the_process_is_started_again_after_its_death(client: Barretenberg) -> None:
    before = client.sponge([1])
    assert client._guarded is not None
    os.kill(client._guarded.process.pid, signal.SIGKILL)
    client._guarded.process.wait()
    assert client.sponge([1]) == before
    client.close()
    assert client.sponge([1]) == before


def test_an_error_leaves_the_process_alive(client: Barretenberg) -> None:
    client.sponge([1])
    with pytest.raises(ProcessError, match="bb refuses CircuitProve"):
        client.prove(b"no circuit", b"", b"")
    assert client._guarded is not None
    assert client._guarded.is_alive


def test_a_death_in_the_middle_of_a_call_is_an_error_not_a_wait(client: Barretenberg) -> None:
    client.sponge([1])
    guarded = client._guarded
    assert guarded is not None
    os.kill(guarded.process.pid, signal.SIGSTOP)
    timer = threading.Timer(0.3, guarded.kill)
    timer.start()
    with pytest.raises(ProcessError):
        client.sponge([1, 2])
    timer.join()
    assert client.sponge([1, 2]) == PYTHON.sponge([1, 2])


def test_a_call_that_takes_too_long_is_ended(client: Barretenberg) -> None:
    client.sponge([1])
    assert client._guarded is not None
    os.kill(client._guarded.process.pid, signal.SIGSTOP)
    with pytest.raises(LimitError, match=r"longer than 0\.2 s"):
        client._call("Poseidon2Hash", {"inputs": [bytes(32)]}, seconds=0.2)
    assert client.sponge([1]) == PYTHON.sponge([1])


def test_many_threads_share_one_process(client: Barretenberg) -> None:
    results: dict[int, int] = {}
    threads = [
        threading.Thread(target=lambda n=n: results.update({n: client.sponge([n])})) for n in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: PYTHON.sponge([n]) for n in range(16)}


def test_memory_beyond_the_limit_ends_the_process(
    toolchain: Toolchain, development_string: ReferenceString
) -> None:
    client = Barretenberg(toolchain.bb, development_string, threads=1, resident_bytes=2**20)
    with pytest.raises(ProcessError):
        hash_often(client)
    client.close()


def hash_often(client: Barretenberg) -> None:
    for _ in range(20_000):
        client.sponge(list(range(500)))
