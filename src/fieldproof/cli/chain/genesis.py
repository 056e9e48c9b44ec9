"""`fieldproof chain genesis`."""

import asyncio
from pathlib import Path

import click

from fieldproof.cli.output import json_option, write_json

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("genesis")
def command() -> None:
    """Make a new chain: each party writes its file, anyone merges them, all compare the hash."""


@command.command(
    "add-validator", epilog="Example: fieldproof chain genesis add-validator mine.toml --to spec.toml"
)
@click.argument("parties", metavar="PARTY...", type=_FILE, nargs=-1, required=True)
@click.option(
    "--to", "spec_file", metavar="SPEC", type=_FILE, required=True, help="The specification to add to."
)
@click.option(
    "--coins",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="What an operator begins with, whole coins, if `accounts` does not name it.",
)
@json_option
def add_validator(parties: tuple[Path, ...], spec_file: Path, coins: int, as_json: bool) -> None:
    """Merge parties' files into a specification; in whatever order they come, the result is the same.

    All who merge must give the same --coins.
    """
    from fieldproof.chain import load_party, load_spec, merge_parties

    spec = merge_parties(load_spec(spec_file), [load_party(path) for path in parties], coins)
    spec_file.write_text(spec.format())
    if as_json:
        write_json({"parties": [party.operator for party in spec.parties]})
    else:
        click.echo(f"{spec_file} has {len(spec.parties)} parties")


@command.command("build", epilog="Example: fieldproof chain genesis build spec.toml --out genesis")
@click.argument("spec_file", metavar="SPEC", type=_FILE)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for both files."
)
@json_option
def build(spec_file: Path, out: Path, as_json: bool) -> None:
    """Write CometBFT's and geth's genesis of a specification, and the hash that all parties compare."""
    from fieldproof.chain import build_genesis, load_spec
    from fieldproof.run import install_chain_programs, install_genesis_tools

    def say(text: str) -> None:
        click.echo(text, err=True)

    spec = load_spec(spec_file)
    files = asyncio.run(build_genesis(spec, install_chain_programs(say), install_genesis_tools(say)))
    out.mkdir(parents=True, exist_ok=True)
    (out / "genesis.json").write_text(files.consensus)
    (out / "execution-genesis.json").write_text(files.execution)
    if as_json:
        write_json({"sha256": files.digest})
    else:
        click.echo(f"sha256 {files.digest}")
