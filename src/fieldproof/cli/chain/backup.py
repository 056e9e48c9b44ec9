"""`fieldproof chain backup`."""

from pathlib import Path

import click

from fieldproof.cli.output import json_option, write_facts

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True)
_TARGET = click.Path(path_type=Path, resolve_path=True)


@click.command("backup", epilog="Example: fieldproof chain backup /var/lib/fieldproof /mnt/backup/2026-11-26")
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.argument("target", metavar="TARGET", type=_TARGET)
@json_option
def command(folder: Path, target: Path, as_json: bool) -> None:
    """Copy the node in DIR into the new folder TARGET, while it runs or not.

    TARGET has the node's keys: keep it as secret as the node. What the consensus key signed last is not in
    it, for it would be old: bring a node back with `fieldproof chain restore`, never by copying.
    """
    from fieldproof.chain import NodeFolder, backup

    facts = backup(NodeFolder(folder), target)
    write_facts({"backup": str(target), "signed_height": facts.signed_height}, as_json=as_json)
