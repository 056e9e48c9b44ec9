"""`fieldproof chain version`."""

import click

from fieldproof.cli.output import json_option, write_json, write_table


@click.command("version", epilog="Example: fieldproof chain version --json")
@json_option
def command(as_json: bool) -> None:
    """Say which CometBFT and geth are built, and their hashes; build them first if they are missing."""
    from fieldproof.chain import describe_programs
    from fieldproof.run import install_chain_programs

    programs = install_chain_programs(lambda text: click.echo(text, err=True))
    rows = describe_programs(programs.folder)
    if as_json:
        write_json(rows)
    else:
        write_table(rows)
