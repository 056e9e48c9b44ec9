"""`fieldproof chain signer`."""

import asyncio
from pathlib import Path

import click

from fieldproof.cli.output import configure_logs, json_option, write_facts
from fieldproof.cli.stopping import listen_for_stop

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True)
_SOCKET = click.Path(path_type=Path, resolve_path=True)


@click.command(
    "signer",
    epilog="Example: fieldproof chain signer /var/lib/signer --socket /run/signer.sock --chain mine-4242",
)
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option(
    "--socket", type=_SOCKET, required=True, help="Where the node waits: `remote_signer` in its node.toml."
)
@click.option(
    "--chain", metavar="ID", required=True, help="`chain_id` in genesis.json; no other is signed for."
)
@click.option("--verbose", is_flag=True, help="Log everything, as JSON lines on stderr.")
@json_option
def command(folder: Path, socket: Path, chain: str, verbose: bool, as_json: bool) -> None:
    """Sign for a node with the consensus key in DIR until stopped.

    DIR holds priv_validator_key.json and priv_validator_state.json, moved there from a node that is stopped.
    What is signed is on the disk first; what contradicts it is refused.
    """
    configure_logs(verbose=verbose)
    asyncio.run(_run(folder, socket, chain, as_json=as_json))


async def _run(folder: Path, socket: Path, chain: str, *, as_json: bool) -> None:
    from fieldproof.chain import Signer

    stop = listen_for_stop()
    signer = Signer.open(folder, chain)
    write_facts({"key": str(folder), "socket": str(socket), "chain": chain}, as_json=as_json)
    serving = asyncio.ensure_future(signer.serve(socket))
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
    finally:
        for task in (serving, stopping):
            task.cancel()
        signer.close()
