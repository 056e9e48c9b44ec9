"""`fieldproof chain init`."""

from pathlib import Path

import click

from fieldproof.cli.chain.account import format_hex, parse_address
from fieldproof.cli.output import json_option, write_facts

_FOLDER = click.Path(file_okay=False, path_type=Path, resolve_path=True)
_GENESIS = click.Path(exists=True, file_okay=False, path_type=Path)
_GENESIS_FILES = ("genesis.json", "execution-genesis.json")


def _check_owner(_context: click.Context, _parameter: click.Parameter, owner: str | None) -> str | None:
    """Refuse what is no account before anything is written: proofs for it would prove nothing."""
    if owner is None:
        return None
    address = parse_address(owner)
    if not any(address):
        raise click.BadParameter("the zero address owns nothing")
    return format_hex(address)


def _check_genesis(_context: click.Context, _parameter: click.Parameter, genesis: Path | None) -> Path | None:
    """Refuse a folder without both files before anything is written."""
    for name in _GENESIS_FILES:
        if genesis is not None and not (genesis / name).is_file():
            raise click.BadParameter(f"{genesis} has no {name}")
    return genesis


@click.command(
    "init", epilog="Example: fieldproof chain init /var/lib/fieldproof --name alice --chain-id 4242"
)
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--name", required=True, help="How others see this node.")
@click.option("--chain-id", type=click.IntRange(min=1), required=True, help="Of the chain it will be on.")
@click.option(
    "--genesis",
    type=_GENESIS,
    callback=_check_genesis,
    help="Folder with both genesis files; they can be copied later.",
)
@click.option("--follower", is_flag=True, help="Follow the chain only: no keys of a validator.")
@click.option(
    "--stake", type=click.IntRange(min=1), default=2000, show_default=True, help="Self-stake, whole coins."
)
@click.option(
    "--owner",
    metavar="ADDRESS",
    callback=_check_owner,
    help="Account that the stake belongs to; the operator if left out.",
)
@json_option
def command(
    folder: Path,
    name: str,
    chain_id: int,
    genesis: Path | None,
    follower: bool,
    stake: int,
    owner: str | None,
    as_json: bool,
) -> None:
    """Make the folder of a node in DIR, with keys and a party's file if it is to be a validator.

    Keys are keystore files under a new password, which lies beside them for this user alone: move it into
    FIELDPROOF_PASSWORD_FILE's place where you keep secrets.
    """
    from fieldproof.chain import NodeFolder, NodeSettings, create_candidate_keys, create_folder, format_party

    consensus_id, execution_id = create_folder(folder, NodeSettings(name=name, is_validator=not follower))
    node = NodeFolder(folder)
    facts = {"consensus_id": consensus_id, "execution_id": execution_id}
    if not follower:
        party = create_candidate_keys(node, chain_id, stake, owner)
        (folder / "party.toml").write_text(format_party(party))
        facts["operator"] = party.operator
    if genesis is not None:
        for file, target in zip(_GENESIS_FILES, (node.genesis, node.execution_genesis), strict=True):
            target.write_bytes((genesis / file).read_bytes())
    write_facts(facts, as_json=as_json)
