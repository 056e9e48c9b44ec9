"""`fieldproof run`."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fieldproof.cli.output import (
    configure_logs,
    genesis_option,
    json_option,
    network_folder,
    write_json,
    write_table,
)

if TYPE_CHECKING:
    from fieldproof.run import ReplayReport

_UNITS_PER_TOKEN = 10**9


@click.command("run", epilog="Example: fieldproof run rooftops --data rooftops/data.csv")
@network_folder
@click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV file: device_id, time (RFC 3339, UTC), then the fields of the schema in their units.",
)
@genesis_option
@click.option("--rpc", "rpc_url", metavar="URL", help="JSON-RPC of the chain; the embedded one without it.")
@click.option("--chain-id", default=31337, show_default=True, help="Id that the chain must have.")
@json_option
def command(
    folder: Path, data: Path, genesis: str | None, rpc_url: str | None, chain_id: int, as_json: bool
) -> None:
    """Replay a CSV file through simulated devices and the whole way.

    Devices register, sign and seal; windows close, are proven, verified by the contract and credited. On the
    embedded chain recorded time is played faster than it happened; on another one the data is moved to the
    present and takes its time. Attributes of the devices stand in DIR/devices.csv.
    """
    from fieldproof.run import LiveChain, parse_genesis, replay_recording

    configure_logs(verbose=False)
    genesis_s = None if genesis is None else parse_genesis(genesis)

    live = None if rpc_url is None else LiveChain(rpc_url, chain_id)

    def say(text: str) -> None:
        click.echo(text, err=True)

    report = asyncio.run(replay_recording(folder, data, say, genesis_s=genesis_s, live=live))
    rows = _make_rows(report)
    if as_json:
        write_json(
            {
                "results": rows,
                "skipped_rows": report.skipped_rows,
                "ignored_columns": report.ignored_columns,
                "gates": report.gate_count,
            }
        )
        return
    write_table(rows)
    if report.skipped_rows:
        click.echo(f"{report.skipped_rows} rows with an empty cell were skipped", err=True)
    if report.ignored_columns:
        click.echo(f"ignored columns: {', '.join(report.ignored_columns)}", err=True)


def _make_rows(report: "ReplayReport") -> list[dict[str, object]]:
    return [
        {
            "window": each.window,
            "device": report.device_ids[each.device],
            "readings": each.readings,
            "points": each.points,
            "tokens": each.units / _UNITS_PER_TOKEN,
            "void": each.void,
            "refused": ", ".join(each.refusals) or None,
        }
        for each in report.results.devices
        if each.device in report.device_ids
    ]
