"""`fieldproof chain join`."""

import asyncio
from pathlib import Path

import click

from fieldproof.cli.chain.account import (
    WEI,
    account_options,
    describe_inclusion,
    lock_options,
    open_account,
    parse_address,
)
from fieldproof.cli.output import json_option, write_facts

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True)


@click.command("join", epilog="Example: fieldproof chain join /var/lib/fieldproof --keystore owner.json")
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--coins", type=click.IntRange(min=1), help="Self-stake; what the party file says if left out.")
@lock_options
@account_options
@json_option
def command(
    folder: Path,
    coins: int | None,
    days: int,
    auto_renew: bool,
    keystore: Path,
    rpc: str,
    chain_id: int,
    as_json: bool,
) -> None:
    """Register the node in DIR as a candidate, with stake from the account that its party file names owner.

    It may be elected from the next epoch's first block on, and drawn for the epoch after.
    """

    async def send() -> dict[str, object]:
        from fieldproof.chain import load_party

        party = load_party(folder / "party.toml")
        async with open_account(keystore, rpc, chain_id) as account:
            stake_wei = (party.stake if coins is None else coins) * WEI
            found = await account.staking.register(account.sender, party, stake_wei, days, renews=auto_renew)
            operator = parse_address(party.operator)
            if await account.client.get_balance(operator) == 0:
                click.echo(
                    f"hint: Send the operator {party.operator} a few coins: without them it does not deal.",
                    err=True,
                )
            return describe_inclusion(found)

    write_facts(asyncio.run(send()), as_json=as_json)
