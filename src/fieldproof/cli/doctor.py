"""`fieldproof doctor`."""

import click

from fieldproof.cli import EXIT_FAILED
from fieldproof.cli.output import json_option, write_json


@click.command("doctor", epilog="Example: fieldproof doctor --install")
@click.option("--install", is_flag=True, help="Install the toolchain first if it is missing.")
@json_option
def command(install: bool, as_json: bool) -> int:
    """Say what is installed on this machine, what is missing, and what to do about it.

    Exit code 0 if everything is there, 1 otherwise.
    """
    from fieldproof.run import examine_machine, install_tools

    if install:
        install_tools(lambda text: click.echo(text, err=True))
    findings = examine_machine()
    if as_json:
        write_json(
            [
                {"part": each.part, "ok": each.is_ok, "found": each.found, "remedy": each.remedy}
                for each in findings
            ]
        )
    else:
        for each in findings:
            click.echo(f"{'ok     ' if each.is_ok else 'missing'}  {each.part:18} {each.found}")
            if each.remedy:
                click.echo(f"         {'':18} {each.remedy}")
    return 0 if all(each.is_ok for each in findings) else EXIT_FAILED
