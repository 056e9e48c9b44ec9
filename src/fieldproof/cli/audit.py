"""`fieldproof audit`."""

from pathlib import Path

import click

from fieldproof.cli import EXIT_FAILED
from fieldproof.cli.output import json_option, write_json


@click.command("audit", epilog="Example: fieldproof audit evidence --rpc http://127.0.0.1:8545")
@click.argument("folder", metavar="FOLDER", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--rpc", "rpc_url", metavar="URL", required=True, help="JSON-RPC of the network's chain.")
@json_option
def command(folder: Path, rpc_url: str, as_json: bool) -> int:
    """Recompute every settled window of the export in FOLDER, from it and the chain alone.

    Exit code 0 if everything agrees, 1 if anything disagrees. What could not be checked is said.
    """
    from fieldproof.audit import audit, render_text, to_json

    report = audit(folder, rpc_url)
    if as_json:
        write_json(to_json(report))
    else:
        click.echo(render_text(report))
    return 0 if report.agrees else EXIT_FAILED
