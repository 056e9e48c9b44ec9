"""The most telling scenarios of `make faults-chain`, on one network of four real nodes."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from fieldproof.chain import Programs

from .catalogue import SCENARIOS
from .network import FaultNetwork
from .scenario import Verdict, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TESTED = [name for name, scenario in SCENARIOS.items() if scenario.is_tested]


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as running:
        yield running


@pytest.fixture(scope="module")
def network(
    runner: asyncio.Runner, programs: Programs, anvil_program: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FaultNetwork]:
    stack = AsyncExitStack()
    starting = FaultNetwork.start(tmp_path_factory.mktemp("faults"), programs, anvil_program)
    try:
        yield runner.run(stack.enter_async_context(starting))
    finally:
        runner.run(stack.aclose())


@pytest.mark.parametrize("name", TESTED)
def test_the_chain_bears_the_fault(name: str, runner: asyncio.Runner, network: FaultNetwork) -> None:
    outcome = runner.run(run(SCENARIOS[name], network))
    assert outcome.verdict is Verdict.HOLDS, outcome.seen
