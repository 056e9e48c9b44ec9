"""`fieldproof verify-program`."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fieldproof.cli import EXIT_FAILED
from fieldproof.cli.output import json_option, network_folder, write_json

if TYPE_CHECKING:
    from fieldproof.run import ProgramCheck

_ADDRESS_BYTES = 20


def _parse_address(_context: click.Context, _parameter: click.Parameter, value: str | None) -> bytes | None:
    if value is None:
        return None
    try:
        address = bytes.fromhex(value.removeprefix("0x"))
    except ValueError:
        address = b""
    if len(address) != _ADDRESS_BYTES:
        raise click.BadParameter(f"{value} is no address of 20 bytes in hexadecimal.")
    return address


@click.command(
    "verify-program",
    epilog="Example: fieldproof verify-program rooftops --rpc http://127.0.0.1:8545 --settlement 0x5FbD…aa3",
)
@network_folder
@click.option(
    "--rpc", "rpc_url", metavar="URL", help="JSON-RPC of the chain; the folder's record without it."
)
@click.option(
    "--settlement",
    metavar="ADDRESS",
    callback=_parse_address,
    help="The network's Settlement; the folder's record without it.",
)
@click.option("--chain-id", default=31337, show_default=True, help="Id that the chain at URL must have.")
@click.option(
    "--ignition",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of the Aztec Ignition points; the development string without it.",
)
@json_option
def command(
    folder: Path,
    rpc_url: str | None,
    settlement: bytes | None,
    chain_id: int,
    ignition: Path | None,
    as_json: bool,
) -> int:
    """Compare the source in DIR with the network that is deployed, item by item.

    Program id, circuit, first states and the bytecode of all contracts are derived anew from the source, the
    pinned versions and the reference string; nothing that the operator says is believed. A verifier that
    hangs on the Ignition points is compared with their file only. Exit code 0 if everything agrees, 1 if
    anything differs or could not be compared.
    """
    from fieldproof.run import Place, check_folder

    place = Place(rpc_url, settlement, chain_id)
    check = asyncio.run(
        check_folder(folder, place, ignition=ignition, progress=lambda text: click.echo(text, err=True))
    )
    if as_json:
        write_json(_to_json(check))
    else:
        _write_text(check)
    return 0 if check.agrees else EXIT_FAILED


def _write_text(check: "ProgramCheck") -> None:
    click.echo(f"{check.network}: Settlement 0x{check.settlement.hex()} on chain {check.chain_id}\n")
    width = max(len(each.item) for each in check.items)
    for each in check.items:
        if each.agrees:
            click.echo(f"agrees   {each.item:<{width}}  {each.derived}")
        else:
            click.echo(f"DIFFERS  {each.item:<{width}}  {each.derived}  from the source")
            click.echo(f"         {'':<{width}}  {each.deployed}  on the chain")
    different = sum(not each.agrees for each in check.items)
    click.echo(f"\n{different} of {len(check.items)} differ" if different else "\nall agree")


def _to_json(check: "ProgramCheck") -> dict[str, object]:
    return {
        "network": check.network,
        "settlement": "0x" + check.settlement.hex(),
        "chain_id": check.chain_id,
        "agrees": check.agrees,
        "items": [
            {
                "item": each.item,
                "derived": each.derived,
                "deployed": each.deployed,
                "agrees": each.agrees,
            }
            for each in check.items
        ],
    }
