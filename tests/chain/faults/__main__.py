"""Plays the scenarios on one network and prints the table: `make faults-chain`, or by names."""

import asyncio
import sys
import tempfile
from pathlib import Path

import structlog

from fieldproof.run.chain_tools import install_chain_programs, install_genesis_tools

from .catalogue import SCENARIOS
from .network import FaultNetwork
from .scenario import Outcome, Scenario, Verdict, run

ROW = "| {} | {} | {} | {} | {} | {:.0f} |"


async def play(chosen: list[Scenario]) -> list[Outcome]:
    """Play them one after another, each on the network that the one before left."""
    programs, anvil = install_chain_programs(), install_genesis_tools()
    folder = Path(tempfile.mkdtemp(prefix="fieldproof-faults-"))
    print(f"the nodes are in {folder}", file=sys.stderr)
    outcomes = []
    async with FaultNetwork.start(folder, programs, anvil) as network:
        for scenario in chosen:
            outcome = await run(scenario, network)
            print(format_row(outcome), flush=True)
            outcomes.append(outcome)
    return outcomes


def format_row(outcome: Outcome) -> str:
    """Return a line of the table."""
    scenario = outcome.scenario
    cells = (scenario.name, scenario.done, scenario.must, outcome.verdict.value, outcome.seen)
    return ROW.format(*(cell.replace("\n", " ").replace("|", "/") for cell in cells), outcome.seconds)


def main(names: list[str]) -> int:
    """Return 1 where one does not hold."""
    unknown = [name for name in names if not any(key.startswith(name) for key in SCENARIOS)]
    if unknown:
        sys.exit(f"no such scenario: {unknown[0]}; there are:\n" + "\n".join(SCENARIOS))
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    chosen = [item for key, item in SCENARIOS.items() if not names or key.startswith(tuple(names))]
    print("| scenario | what was done | what must hold | verdict | what was seen | s |")
    print("| --- | --- | --- | --- | --- | ---: |")
    outcomes = asyncio.run(play(chosen))
    return int(any(outcome.verdict is Verdict.FAILS for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
