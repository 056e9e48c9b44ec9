"""`fieldproof demo`."""

import asyncio
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from fieldproof.cli import EXIT_FAILED
from fieldproof.cli.output import configure_logs, json_option, write_json, write_table

if TYPE_CHECKING:
    from fieldproof.run import DemoReport


@click.command("demo", epilog="Example: fieldproof demo --json > facts.json")
@json_option
def command(as_json: bool) -> int:
    """Show the whole way on recorded data: signed readings, proofs, payment, cheats refused, an audit.

    Exit code 0 only if all of it held. Everything runs on this machine, on a chain of its own.
    """
    from fieldproof.run import run_demo

    configure_logs(verbose=False)
    started = time.monotonic()

    def say(text: str) -> None:
        click.echo(f"[{time.monotonic() - started:5.1f} s] {text}", err=True)

    report = asyncio.run(run_demo(say))
    say("done")
    if as_json:
        write_json({**asdict(report), "folder": str(report.folder), "holds": report.holds})
    else:
        _write(report)
    return 0 if report.holds else EXIT_FAILED


def _write(report: "DemoReport") -> None:
    write_table([asdict(row) for row in report.rows])
    cost = report.cost
    click.echo(f"\none owner withdrew {report.withdrawn_tokens:,.9f} tokens")
    click.echo("one stored reading was altered in a copy, and the audit says:")
    for text in report.altered:
        click.echo(f"  {text}")
    click.echo(f"\ncost: {cost.gates:,} gates, {cost.proofs} proofs of {cost.proof_seconds:.1f} s")
    click.echo(
        f"      {cost.peak_bytes / 2**20:,.0f} MiB, {cost.gas_per_device_window:,.0f} gas a device-window"
    )
    click.echo(f"      {cost.reference_string}\n")
    for claim in report.claims:
        click.echo(f"{'ok    ' if claim.holds else 'FAILED'} {claim.text}")
    click.echo(f"\nthe data lie in {report.folder}; the audit again, by anyone who reaches the chain:")
    click.echo(f"  fieldproof audit {report.folder}/evidence --rpc URL")
