"""Plays the scenarios on one network and prints the table: `make faults-chain`, or by names."""

import argparse
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
PAGE_ROW = "| {} | {} | {} | {} |\n"
PAGE_TABLE = "| scenario | what is done | what must hold | last run |\n| --- | --- | --- | --- |\n"
"""The page's table is its last part."""
MARKS = {(False, False): "", (True, False): " (pytest)", (False, True): " (tests)"}


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


def write_page(path: Path, outcomes: list[Outcome]) -> None:
    """Write what held, and nothing that hangs on the machine, at the end of a page."""
    rows = [
        PAGE_ROW.format(
            each.scenario.name + MARKS[each.scenario.is_tested, each.scenario.is_test],
            each.scenario.done,
            each.scenario.must,
            each.verdict.value,
        )
        for each in outcomes
    ]
    text = path.read_text().split(PAGE_TABLE)[0]
    path.write_text(text + PAGE_TABLE + "".join(rows))


def main(arguments: list[str]) -> int:
    """Return 1 where one does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.chain.faults", description=__doc__)
    parser.add_argument("names", nargs="*", help="first words of the scenarios; all if there are none")
    parser.add_argument("--page", type=Path, help="page whose table is written anew")
    options = parser.parse_args(arguments)
    names = options.names
    unknown = [name for name in names if not any(key.startswith(name) for key in SCENARIOS)]
    if unknown:
        sys.exit(f"no such scenario: {unknown[0]}; there are:\n" + "\n".join(SCENARIOS))
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    chosen = [item for key, item in SCENARIOS.items() if not names or key.startswith(tuple(names))]
    print("| scenario | what was done | what must hold | verdict | what was seen | s |")
    print("| --- | --- | --- | --- | --- | ---: |")
    outcomes = asyncio.run(play(chosen))
    if options.page:
        write_page(options.page, outcomes)
    return int(any(outcome.verdict is Verdict.FAILS for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
