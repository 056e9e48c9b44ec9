"""`fieldproof chain demo`."""

import asyncio
import time
from dataclasses import asdict

import click

from fieldproof.cli import EXIT_FAILED
from fieldproof.cli.output import configure_logs, json_option, write_json


@click.command("demo", epilog="Example: fieldproof chain demo --json > facts.json")
@json_option
def command(as_json: bool) -> int:
    """Show the chain at work: four validators, the whole way on their chain, a kill, a double signer.

    Exit code 0 only if all of it held. Everything runs on this machine; it takes about three minutes, and
    some more the first time, when CometBFT and geth are built.
    """
    from fieldproof.run import run_chain_demo

    configure_logs(verbose=False)
    started = time.monotonic()

    def say(text: str) -> None:
        click.echo(f"[{time.monotonic() - started:5.1f} s] {text}", err=True)

    report = asyncio.run(run_chain_demo(say))
    say("done")
    if as_json:
        claims = [asdict(claim) for claim in report.claims]
        seeds = [{"epoch": epoch.epoch, "seed": "0x" + epoch.seed.hex()} for epoch in report.epochs]
        write_json({"claims": claims, "epochs": seeds, "folder": str(report.folder), "holds": report.holds})
    else:
        for claim in report.claims:
            click.echo(f"{'ok    ' if claim.holds else 'FAILED'} {claim.text}")
        click.echo(f"\nthe nodes' data and logs lie in {report.folder}")
    return 0 if report.holds else EXIT_FAILED
