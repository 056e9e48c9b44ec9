"""`fieldproof new`."""

from pathlib import Path

import click

from fieldproof.cli.output import json_option, write_json
from fieldproof.networks import NETWORKS, copy_network


@click.command("new", epilog="Example: fieldproof new rooftops")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--network",
    "name",
    type=click.Choice(NETWORKS),
    default="solar",
    show_default=True,
    help="Ready-made network to begin with.",
)
@json_option
def command(folder: Path, name: str, as_json: bool) -> None:
    """Make the folder DIR with a network that runs at once: source, data, test, README."""
    copy_network(name, folder)
    if as_json:
        write_json({"folder": str(folder), "network": name})
        return
    click.echo(f"made {folder} from the network {name}\n")
    click.echo(f"  fieldproof check {folder}")
    click.echo(f"  fieldproof cost {folder}")
    click.echo(f"  fieldproof run {folder} --data {folder / 'data.csv'}")
