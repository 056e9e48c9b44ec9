"""`fieldproof export`."""

from pathlib import Path

import click

from fieldproof.cli.output import json_option, network_folder, write_json


@click.command("export", epilog="Example: fieldproof export rooftops evidence")
@network_folder
@click.argument("target", metavar="TARGET", type=click.Path(path_type=Path))
@click.option("--window", "windows", type=int, multiple=True, help="Only this window; may be repeated.")
@json_option
def command(folder: Path, target: Path, windows: tuple[int, ...], as_json: bool) -> None:
    """Write raw packets, seals, receipts and the source of the network in DIR to the new folder TARGET.

    With it and a JSON-RPC URL anybody can audit the network.
    """
    from fieldproof.run import export_folder

    summary = export_folder(folder, target, windows)
    facts = {
        "folder": str(summary.folder),
        "windows": summary.windows,
        "device_windows": summary.records,
        "packets": summary.packets,
        "seals": summary.seals,
    }
    if as_json:
        write_json(facts)
    else:
        click.echo(
            f"wrote {summary.packets} packets and {summary.seals} seals of {summary.windows} windows "
            f"to {summary.folder}"
        )
