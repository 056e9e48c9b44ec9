"""`python -m bench [--only NAME | --compiler] [--json | --markdown | --page FILE]`: what it costs."""

import argparse
import asyncio
import json
import logging
import statistics
import sys
from pathlib import Path

import structlog

from bench.compiler import measure_compiler
from bench.figures import Figure, Section, render_markdown, render_text, to_document, update_page
from bench.gates import measure_gates
from bench.gateway import MARK_PER_S, measure
from bench.machine import describe_machine
from bench.sections import build_sections
from bench.settling import measure_settling
from fieldproof.core import Algorithm
from fieldproof.run import install_tools

PARTS = ("gates", "settling", "gateway")
COMPILER = "compiler"
"""A part of its own, never measured with the others: it takes long and loads the machine."""
WINDOWS = {16: 8, 256: 4}
"""Windows that are settled, by devices; the first of each only warms."""
MESSAGES, READINGS, CONNECTIONS, RUNS = 3_000, 10, 32, 3


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    measured = parser.add_mutually_exclusive_group()
    measured.add_argument(
        "--only", choices=PARTS, action="append", help="measure this part alone; repeatable"
    )
    measured.add_argument("--compiler", action="store_true", help="measure the compiler, and nothing else")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="print one JSON document")
    shown.add_argument("--markdown", action="store_true", help="print tables for a page")
    shown.add_argument("--page", type=Path, help="write the tables into this page")
    arguments = parser.parse_args()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    head = describe_machine()
    sections = _measure((COMPILER,) if arguments.compiler else arguments.only or PARTS)
    if arguments.json:
        print(json.dumps(to_document(head, sections), indent=1))
    elif arguments.markdown:
        print(render_markdown(head, sections))
    else:
        print("\n".join(head) + "\n" + render_text(sections))
    if arguments.page:
        page = arguments.page.read_text()
        arguments.page.write_text(update_page(page, head, sections, is_compiler=arguments.compiler))


def _measure(parts: tuple[str, ...]) -> list[Section]:
    tools = install_tools(_progress)
    sections: list[Section] = []
    if "settling" in parts:
        runs = [
            asyncio.run(measure_settling(capacity, windows, tools, _progress))
            for capacity, windows in WINDOWS.items()
        ]
        sections += build_sections(runs)
    if "gates" in parts:
        sections.append(asyncio.run(measure_gates(tools, _progress)))
    if "gateway" in parts:
        sections.append(_measure_gateway())
    if COMPILER in parts:
        sections += measure_compiler(tools, _progress)
    return sections


def _measure_gateway() -> Section:
    figures: list[Figure] = []
    for algorithm in Algorithm:
        _progress(f"gateway, {algorithm.name}")
        runs = [measure(algorithm, MESSAGES, READINGS, CONNECTIONS) for _ in range(RUNS)]
        rate, used_ms = (statistics.median(each) for each in zip(*runs, strict=True))
        figures.append(Figure(f"{algorithm.name}: messages", rate, "/s", at_least=MARK_PER_S))
        figures.append(Figure(f"{algorithm.name}: CPU of the gateway for a message", used_ms, "ms"))
    return Section(
        "Gateway",
        f"One gateway process over HTTP: {MESSAGES:,} packets of {READINGS} readings, {CONNECTIONS} "
        f"connections, each receipted after its fsync, median of {RUNS} runs; "
        f"the mark is {MARK_PER_S:,} a second.",
        tuple(figures),
        "Not shown: TLS, a network, more than one gateway. The sender shares the machine's cores.",
    )


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
