"""`fieldproof up`."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fieldproof.cli.output import configure_logs, genesis_option, network_folder, write_json
from fieldproof.cli.stopping import listen_for_stop

if TYPE_CHECKING:
    from fieldproof.run import NodeSettings


@click.command("up", epilog="Example: fieldproof up rooftops --port 8080")
@network_folder
@click.option("--port", default=0, show_default="a free one", help="Port of the gateway.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address on which the gateway listens.")
@click.option("--rpc", "rpc_url", metavar="URL", help="JSON-RPC of the chain; the embedded one without it.")
@click.option("--chain-id", default=31337, show_default=True, help="Id that the chain must have.")
@click.option(
    "--ignition",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of the Aztec Ignition points; demanded off the embedded chain.",
)
@click.option("--confirmations", default=1, show_default=True, help="Blocks until a transaction is final.")
@genesis_option
@click.option("--json", "as_json", is_flag=True, help="Write where things listen as one JSON document.")
def command(
    folder: Path,
    port: int,
    host: str,
    rpc_url: str | None,
    chain_id: int,
    ignition: Path | None,
    confirmations: int,
    genesis: str | None,
    as_json: bool,
) -> None:
    """Run the network in DIR until it is stopped: chain, gateway, prover and settler.

    It is deployed first if it never was. Ctrl-C or SIGTERM stops it in order; a kill loses nothing that was
    receipted.
    """
    import uvloop

    from fieldproof.run import NodeSettings, parse_genesis

    configure_logs(verbose=True)
    settings = NodeSettings(
        rpc_url=rpc_url,
        chain_id=chain_id,
        host=host,
        port=port,
        reference_string=ignition,
        confirmations=confirmations,
        genesis_s=None if genesis is None else parse_genesis(genesis),
    )
    uvloop.run(_run(folder, settings, as_json=as_json))


async def _run(folder: Path, settings: "NodeSettings", *, as_json: bool) -> None:
    from fieldproof.run import Blueprint, NetworkFolder, Node, install_tools, read_sources

    def say(text: str) -> None:
        click.echo(text, err=True)

    stop = listen_for_stop()
    blueprint = Blueprint.build(read_sources(folder))
    tools = await asyncio.to_thread(install_tools, say)
    async with Node.start(NetworkFolder(folder), blueprint, tools, settings, progress=say) as node:
        facts = {
            "gateway_url": node.gateway_url,
            "rpc_url": node.rpc_url,
            "network_id": node.deployment.network_id.hex(),
            "settlement": "0x" + node.deployment.settlement.hex(),
            "registry": "0x" + node.deployment.registry.hex(),
            "gateway_address": "0x" + node.gateway_key.address.hex(),
            "genesis_s": str(node.record.genesis_s),
        }
        if as_json:
            write_json(facts)
        else:
            for name, value in facts.items():
                click.echo(f"{name.replace('_', ' '):16} {value}")
        await stop.wait()
        say("stopping")
