"""`fieldproof chain vote`."""

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


@click.command("vote", epilog="Example: fieldproof chain vote 0x7099...79c8 500 --keystore me.json")
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
    """Put COINS behind the candidate of OPERATOR. The longer they are locked, the more they weigh.

    They share in what the candidate earns, and in what it loses by its faults.
    """

    async def send() -> dict[str, object]:
        async with open_account(keystore, rpc, chain_id) as account:
            target = parse_address(operator)
            found = await account.staking.stake(account.sender, target, coins * WEI, days, renews=auto_renew)
            return describe_inclusion(found)

    write_facts(asyncio.run(send()), as_json=as_json)
