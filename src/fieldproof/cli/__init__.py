"""The command line: one thin file for each command. stdout is data, stderr is talk."""

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from fieldproof import __version__
from fieldproof.core import FieldproofError

COMMANDS = {
    "audit": "Recompute every settled window from an export and the chain alone.",
    "chain": "Run and check the Fieldproof chain: devnet, node, stake, epochs.",
    "check": "Report all mistakes of a network's program and schema.",
    "cost": "Show gates, seconds, memory, gas and price before anything is deployed.",
    "demo": "Show the whole way on recorded data, from signed readings to paid tokens.",
    "doctor": "Say what is installed, what is missing, and what to do about it.",
    "explain": "Say what values a line of the program can have, and what made them grow.",
    "export": "Write packets, seals, receipts and source of a network to a folder.",
    "new": "Make a folder with a network that runs at once.",
    "run": "Replay a CSV file through simulated devices and the whole way.",
    "status": "Show windows, jobs, refusals and balances of a network.",
    "up": "Run a network's chain, gateway, prover and settler until stopped.",
    "verify-program": "Derive program id and verifier from source and compare with what is deployed.",
    "withdraw": "Pay out what devices have earned to their owner.",
}
"""Every command with its short help, so that `--help` loads none of them."""

EXIT_FAILED = 1
"""What was asked for could not be done, or did not hold."""
EXIT_INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group whose commands are modules beside it, loaded when they are called."""

    def __init__(self, *, package: str, summaries: Mapping[str, str], **settings: Any) -> None:
        super().__init__(**settings)
        self._package = package
        self._summaries = summaries

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands."""
        return sorted(self._summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load one command; None if there is none of that name."""
        if cmd_name not in self._summaries:
            return None
        module = importlib.import_module(f"{self._package}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the commands without loading one."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._summaries[name]) for name in sorted(self._summaries)])


@click.group(
    cls=LazyGroup,
    package=__name__,
    summaries=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="fieldproof")
def cli() -> None:
    """Signed readings from physical devices in, proven rewards on any EVM chain out."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    try:
        result = cli.main(arguments, prog_name="fieldproof", standalone_mode=False)
        sys.exit(result if isinstance(result, int) else 0)
    except FieldproofError as error:
        click.echo(f"error: {error}", err=True)
        if error.hint:
            click.echo(f"hint: {error.hint}", err=True)
        sys.exit(EXIT_FAILED)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("error: stopped; what was acknowledged is kept", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        # Somebody closed the pipe we write to, such as `head`: nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


__all__ = ["COMMANDS", "cli", "main"]
