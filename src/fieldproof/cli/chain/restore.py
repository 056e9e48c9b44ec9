"""`fieldproof chain restore`."""

import asyncio
from pathlib import Path

import click

from fieldproof.cli.output import json_option, write_facts

_SOURCE = click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True)
_FOLDER = click.Path(path_type=Path, resolve_path=True)


@click.command(
    "restore",
    epilog="Example: fieldproof chain restore /mnt/backup/2026-11-26 /var/lib/fieldproof --peer https://rpc.example",
)
@click.argument("source", metavar="BACKUP", type=_SOURCE)
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option(
    "--peer", "peers", metavar="URL", multiple=True, help="CometBFT RPC of another node; repeatable."
)
@click.option(
    "--height", type=click.IntRange(min=0), help="The network's present height, if no peer can be asked."
)
@click.option("--margin", type=click.IntRange(min=0), help="Blocks not signed above it; 10 if left out.")
@json_option
def command(
    source: Path, folder: Path, peers: tuple[str, ...], height: int | None, margin: int | None, as_json: bool
) -> None:
    """Bring a node back from BACKUP into the new folder DIR, so that it signs nothing twice.

    Stop the original for good before. With --peer, nothing is restored while the network's last blocks hold
    signatures of its key. --margin 0 is for a network that stands still without this node.
    """
    from fieldproof.chain import MARGIN_BLOCKS, get_safe_height, restore

    if (height is None) == (not peers):
        raise click.UsageError("Give --peer, or --height.")
    known = asyncio.run(get_safe_height(source, peers)) if height is None else height
    first = restore(source, folder, known, MARGIN_BLOCKS if margin is None else margin)
    write_facts({"node": str(folder), "network_height": known, "signs_from": first}, as_json=as_json)
