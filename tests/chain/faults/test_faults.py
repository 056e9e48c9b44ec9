"""The most telling scenarios of `make faults-chain`, on one network of four real nodes."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from fieldproof.chain.toolchain import find_programs
from fieldproof.prove import get_cache_folder
from fieldproof.run.chain_tools import install_genesis_tools

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
def network(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultNetwork]:
    programs = find_programs(get_cache_folder())
    if programs is None:
        pytest.skip("CometBFT and geth are not built: they are with the first devnet, in about five minutes")
    stack = AsyncExitStack()
    starting = FaultNetwork.start(tmp_path_factory.mktemp("faults"), programs, install_genesis_tools())
    try:
        yield runner.run(stack.enter_async_context(starting))
    finally:
        runner.run(stack.aclose())


@pytest.mark.parametrize("name", TESTED)
def test_the_chain_bears_the_fault(name: str, runner: asyncio.Runner, network: FaultNetwork) -> None:
    outcome = runner.run(run(SCENARIOS[name], network))
    assert outcome.verdict is Verdict.HOLDS, outcome.seen
