"""`fieldproof chain node`."""

import asyncio
from pathlib import Path

import click

from fieldproof.cli.output import configure_logs, json_option, write_facts
from fieldproof.cli.stopping import listen_for_stop

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True)


@click.command("node", epilog="Example: fieldproof chain node /var/lib/fieldproof")
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--verbose", is_flag=True, help="Log everything, as JSON lines on stderr.")
@json_option
def command(folder: Path, verbose: bool, as_json: bool) -> None:
    """Run the node in DIR until stopped: geth, the application and CometBFT, restarted when one ends."""
    configure_logs(verbose=verbose)
    asyncio.run(_run(folder, as_json=as_json))


async def _run(folder: Path, *, as_json: bool) -> None:
    from fieldproof.chain import NodeFolder, NodeSettings, NodeSupervisor
    from fieldproof.run import install_chain_programs

    stop = listen_for_stop()
    programs = await asyncio.to_thread(install_chain_programs, lambda text: click.echo(text, err=True))
    settings = NodeSettings.load(folder)
    supervisor = NodeSupervisor(NodeFolder(folder), settings, programs)
    try:
        await supervisor.start()
        facts = {
            "node": settings.name,
            "rpc": f"http://127.0.0.1:{settings.ports.rpc}",
            "consensus": f"http://127.0.0.1:{settings.ports.consensus_rpc}",
            "logs": str(folder / "logs"),
        }
        write_facts(facts, as_json=as_json)
        await stop.wait()
    finally:
        await supervisor.stop()
