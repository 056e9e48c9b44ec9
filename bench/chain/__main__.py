"""`python -m bench.chain [--only PART] [--page FILE]`: what the chain carries and what it costs."""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

import structlog

from bench.chain.application import measure_application
from bench.chain.beacon import measure_dealings, measure_draws
from bench.chain.growth import measure_growth
from bench.chain.network import measure_beside_geth, measure_network
from bench.figures import Section, render_page, render_text
from bench.machine import describe_machine
from fieldproof.chain import Programs, describe_programs, ensure_programs
from fieldproof.prove import ensure, get_cache_folder

PARTS = ("beacon", "application", "network", "geth", "growth")
_PREFACE = """Written by `make bench-chain`, all of it in one run. Everything runs on the same cores:
validators, each with its CometBFT, its geth and its application, and the load generator. Seconds and
transactions a second are the machine's and vary with what else it does; gas does not."""


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(prog="bench.chain", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part alone; repeatable")
    parser.add_argument("--page", type=Path, help="write the tables into this page")
    arguments = parser.parse_args()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    programs = ensure_programs(get_cache_folder(), _progress)
    built = ", ".join(f"{item['program']} {item['version']}" for item in describe_programs(programs.folder))
    head = (*describe_machine(), built)
    sections = asyncio.run(_measure(arguments.only or PARTS, programs))
    print("\n".join(head) + "\n" + render_text(sections))
    if arguments.page:
        arguments.page.write_text(render_page("# Performance of the chain", _PREFACE, head, sections) + "\n")


async def _measure(parts: tuple[str, ...], programs: Programs) -> list[Section]:
    anvil = ensure().anvil
    sections: list[Section] = []
    if "network" in parts:
        sections += await measure_network(programs, anvil, _progress)
    if "geth" in parts:
        sections.append(await measure_beside_geth(programs, anvil, _progress))
    if "application" in parts:
        sections.append(await asyncio.to_thread(measure_application))
    if "beacon" in parts:
        sections += [await asyncio.to_thread(measure) for measure in (measure_dealings, measure_draws)]
    if "growth" in parts:
        sections.append(await measure_growth(programs, anvil, _progress))
    return sections


def _progress(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    main()
