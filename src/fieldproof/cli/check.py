"""`fieldproof check`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fieldproof.cli.output import json_option, network_folder, write_json

if TYPE_CHECKING:
    from fieldproof.compiler import Diagnostic


@click.command("check", epilog="Example: fieldproof check rooftops")
@network_folder
@click.option("--explain", "number", metavar="CODE", help="Say more about a mistake, as FP112; reads no DIR.")
@json_option
def command(folder: Path, number: str | None, as_json: bool) -> int:
    """Report all mistakes of the network in DIR: file, line, column and what to write instead.

    Exit code 0 if there are none, 1 otherwise.
    """
    if number is not None:
        _explain(number, as_json=as_json)
        return 0
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


def _explain(number: str, *, as_json: bool) -> None:
    from fieldproof.compiler.mistake_pages import find_code, load_page, render_page

    code = find_code(number)
    if code is None:
        raise click.UsageError(f"No mistake has the code {number}; they are FP001 and so on.")
    page = load_page(code)
    if as_json:
        write_json(
            {
                "code": code.number,
                "title": code.title,
                "explanation": page.explanation,
                "example": page.example.text,
                "instead": page.instead.text,
            }
        )
    else:
        click.echo(render_page(page), nl=False)


def _to_json(diagnostic: "Diagnostic") -> dict[str, object]:
    return {
        "code": diagnostic.code.number,
        "path": diagnostic.span.path,
        "line": diagnostic.span.line,
        "column": diagnostic.span.column,
        "message": diagnostic.message,
        "remedy": diagnostic.remedy,
    }
