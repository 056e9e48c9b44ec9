"""`fieldproof audit`."""

from contextlib import ExitStack
from pathlib import Path

import click

from fieldproof.cli import EXIT_FAILED
from fieldproof.cli.output import json_option, write_json

_Folder = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("audit", epilog="Example: fieldproof audit evidence --rpc http://127.0.0.1:8545")
@click.argument("folder", metavar="FOLDER", type=_Folder)
@click.option("--rpc", "rpc_url", metavar="URL", help="JSON-RPC of the network's chain.")
@click.option("--network", metavar="DIR", type=_Folder, help="Folder of the network, for its embedded chain.")
@json_option
def command(folder: Path, rpc_url: str | None, network: Path | None, as_json: bool) -> int:
    """Recompute every settled window of the export in FOLDER, from it and the chain alone.

    The chain is named by its URL, or by the folder of a network that stands on an embedded one. Exit code 0
    if everything agrees, 1 if anything disagrees. What could not be checked is said.
    """
    from fieldproof.audit import audit, render_text, to_json

    if (rpc_url is None) == (network is None):
        raise click.UsageError("Name the chain by --rpc or by --network, one of them.")
    with ExitStack() as stack:
        if network is not None:
            from fieldproof.run import serve_embedded_chain

            rpc_url = stack.enter_context(serve_embedded_chain(network))
        report = audit(folder, str(rpc_url))
    if as_json:
        write_json(to_json(report))
    else:
        click.echo(render_text(report))
    return 0 if report.agrees else EXIT_FAILED
