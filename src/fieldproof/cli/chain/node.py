"""`fieldproof chain node`."""

import asyncio
from pathlib import Path

import click

from fieldproof.cli.output import configure_logs
from fieldproof.cli.stopping import listen_for_stop

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True)


@click.command("node", epilog="Example: fieldproof chain node /var/lib/fieldproof")
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--verbose", is_flag=True, help="Log everything, as JSON lines on stderr.")
def command(folder: Path, verbose: bool) -> None:
    """Run the node in DIR until stopped: geth, the application and CometBFT, restarted when one ends."""
    configure_logs(verbose=verbose)
    asyncio.run(_run(folder))


async def _run(folder: Path) -> None:
    from fieldproof.chain import NodeFolder, NodeSettings, NodeSupervisor
    from fieldproof.run import install_chain_programs

    stop = listen_for_stop()
    programs = await asyncio.to_thread(install_chain_programs, lambda text: click.echo(text, err=True))
    supervisor = NodeSupervisor(NodeFolder(folder), NodeSettings.load(folder), programs)
    try:
        await supervisor.start()
        click.echo(f"node {folder.name} runs; its logs are in {folder / 'logs'}", err=True)
        await stop.wait()
    finally:
        await supervisor.stop()
