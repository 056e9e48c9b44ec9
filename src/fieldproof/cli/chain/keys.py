"""`fieldproof chain keys`."""

from pathlib import Path

import click

from fieldproof.cli.output import json_option, write_facts

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True)


@click.command("keys", epilog="Example: fieldproof chain keys /var/lib/fieldproof")
@click.argument("folder", metavar="DIR", type=_FOLDER)
@json_option
def command(folder: Path, as_json: bool) -> None:
    """Show the public keys and addresses of the node in DIR, as its party file has them."""
    from fieldproof.chain import load_party

    party = load_party(folder / "party.toml")
    facts = {
        "operator": party.operator,
        "owner": party.owner,
        "consensus_key": "0x" + party.consensus.parse().compressed.hex(),
        "beacon_key": "0x" + party.beacon.parse().compressed.hex(),
    }
    write_facts(facts, as_json=as_json)
