"""What all commands share: options, and writing data to stdout in the form that was asked for."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])


def json_option(function: Function) -> Function:
    """Add `--json`: the same facts as one JSON document."""
    return click.option("--json", "as_json", is_flag=True, help="Write one JSON document to stdout.")(
        function
    )


def network_folder(function: Function) -> Function:
    """Add the argument DIR: the folder of a network, which must exist."""
    kind = click.Path(exists=True, file_okay=False, path_type=Path)
    return click.argument("folder", metavar="DIR", type=kind, default=".")(function)


def genesis_option(function: Function) -> Function:
    """Add `--genesis`: when window 0 of a network that is not deployed yet begins."""
    return click.option(
        "--genesis",
        metavar="TIME",
        help="When window 0 of a new network begins, as 2026-06-01T05:00:00Z or in seconds since 1970; "
        "without it where the present window begins, counted from 1970.",
    )(function)


def configure_logs(*, verbose: bool) -> None:
    """Send structured logs to stderr: JSON lines of everything if `verbose`, else warnings for people."""
    import logging

    import structlog

    level = logging.INFO if verbose else logging.WARNING
    renderer = structlog.processors.JSONRenderer() if verbose else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def write_json(document: Any) -> None:
    """Write one JSON document to stdout."""
    click.echo(json.dumps(document, indent=2, sort_keys=True))


def write_json_line(document: Any) -> None:
    """Write one of many JSON documents to stdout, in a line of its own."""
    click.echo(json.dumps(document, sort_keys=True))


def write_facts(facts: Mapping[str, object], *, as_json: bool) -> None:
    """Write named facts: one a line, or one JSON document."""
    if as_json:
        write_json(facts)
        return
    for name, value in facts.items():
        click.echo(f"{name.replace('_', ' '):16} {value}")


def write_table(rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows with the same keys as an aligned table; nothing for no rows."""
    if not rows:
        return
    names = list(rows[0])
    cells = [[_to_text(row[name]) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[i]) for line in cells)) for i, name in enumerate(names)]
    is_number = [all(isinstance(row[name], int | float) for row in rows) for name in names]
    for line in ([name.replace("_", " ") for name in names], *cells):
        padded = (
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(line, widths, is_number, strict=True)
        )
        click.echo("  ".join(padded).rstrip())


def _to_text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)
