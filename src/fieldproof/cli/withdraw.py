"""`fieldproof withdraw`."""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fieldproof.cli.output import json_option, network_folder, write_json

if TYPE_CHECKING:
    from fieldproof.run import Withdrawal


@click.command("withdraw", epilog="Example: fieldproof withdraw rooftops --keystore owner.json")
@network_folder
@click.option(
    "--keystore",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Keystore (version 3) of the account that holds the devices; the owner that `run` made without it.",
)
@json_option
def command(folder: Path, keystore: Path | None, as_json: bool) -> None:
    """Pay out all that an owner's devices in DIR have earned.

    The keystore's password comes from FIELDPROOF_PASSWORD or the file that FIELDPROOF_PASSWORD_FILE names.
    """
    paid = asyncio.run(_withdraw(folder, keystore))
    if as_json:
        write_json(
            {
                "holder": "0x" + paid.holder.hex(),
                "devices": paid.devices,
                "amount_wei": str(paid.amount_wei),
                "balance_wei": str(paid.balance_wei),
                "gas_used": paid.gas_used,
            }
        )
    elif paid.devices:
        click.echo(f"paid {paid.amount_wei / 10**18:,.9f} tokens for {len(paid.devices)} devices")
        click.echo(f"account 0x{paid.holder.hex()} holds {paid.balance_wei / 10**18:,.9f}")
    else:
        click.echo(f"nothing to withdraw: no device of 0x{paid.holder.hex()} has earned anything")


async def _withdraw(folder: Path, keystore: Path | None) -> "Withdrawal":
    from fieldproof.core import SystemClock
    from fieldproof.run import (
        NetworkFolder,
        install_tools,
        load_owner,
        load_password,
        open_deployed_chain,
        require_deployment,
        withdraw_all,
    )
    from fieldproof.settle import CHAIN_ID, KeySigner
    from fieldproof.store import open_store

    place = NetworkFolder(folder)
    record = require_deployment(place)
    password = load_password(place, os.environ, is_worthless=record.deployment.chain_id == CHAIN_ID)
    signer = KeySigner.load(keystore, password) if keystore else load_owner(place, password)
    tools = install_tools(lambda text: click.echo(text, err=True))
    with open_store(place.store, role="tool") as store:
        async with open_deployed_chain(place, tools, record) as client:
            return await withdraw_all(client, record.deployment, signer, store.outbox, SystemClock())
