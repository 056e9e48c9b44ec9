"""`fieldproof chain stake`."""

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


@click.command("stake", epilog="Example: fieldproof chain stake 0x7099...79c8 500 --keystore owner.json")
@click.argument("operator")
@click.argument("coins", type=click.IntRange(min=1))
@lock_options
@account_options
@json_option
def command(
    operator: str,
    coins: int,
    days: int,
    auto_renew: bool,
    keystore: Path,
    rpc: str,
    chain_id: int,
    as_json: bool,
) -> None:
    """Add COINS to the self-stake of the candidate of OPERATOR, which must be the account's own."""

    async def send() -> dict[str, object]:
        async with open_account(keystore, rpc, chain_id) as account:
            standing = await account.staking.get_standing(parse_address(operator))
            if standing.owner != account.sender.address:
                raise click.UsageError(
                    "that candidate is another's: `fieldproof chain vote` puts coins behind it"
                )
            found = await account.staking.stake(
                account.sender, standing.operator, coins * WEI, days, renews=auto_renew
            )
            return describe_inclusion(found)

    write_facts(asyncio.run(send()), as_json=as_json)
