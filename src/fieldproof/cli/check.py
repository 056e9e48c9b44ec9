"""`fieldproof check`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fieldproof.cli.output import json_option, network_folder, write_json

if TYPE_CHECKING:
    from fieldproof.compiler import Diagnostic


@click.command("check", epilog="Example: fieldproof check rooftops")
@network_folder
@json_option
def command(folder: Path, as_json: bool) -> int:
    """Report all mistakes of the network in DIR: file, line, column and what to write instead.

    Exit code 0 if there are none, 1 otherwise.
    """
    from fieldproof.compiler import check
    from fieldproof.run.folder import read_sources

    diagnostics = check(read_sources(folder))
    if as_json:
        write_json({"mistakes": [_to_json(diagnostic) for diagnostic in diagnostics]})
    elif diagnostics:
        for diagnostic in diagnostics:
            click.echo(diagnostic.render())
    else:
        click.echo("no mistakes")
    return 1 if diagnostics else 0


def _to_json(diagnostic: "Diagnostic") -> dict[str, object]:
    return {
        "code": diagnostic.code.number,
        "path": diagnostic.span.path,
        "line": diagnostic.span.line,
        "column": diagnostic.span.column,
        "message": diagnostic.message,
        "remedy": diagnostic.remedy,
    }
