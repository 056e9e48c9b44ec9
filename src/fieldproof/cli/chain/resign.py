"""`fieldproof chain resign`."""

import asyncio
from pathlib import Path

import click

from fieldproof.cli.chain.account import account_options, describe_inclusion, open_account, parse_address
from fieldproof.cli.output import json_option, write_facts


@click.command("resign", epilog="Example: fieldproof chain resign 0x7099...79c8 --keystore owner.json")
@click.argument("operator")
@account_options
@json_option
def command(operator: str, keystore: Path, rpc: str, chain_id: int, as_json: bool) -> None:
    """End the candidacy of OPERATOR, the account's own, for ever: its keys can never stand again.

    It is in no pool that is frozen from then on. Coins behind it stay there, locked as they are, until they
    are unstaked.
    """

    async def send() -> dict[str, object]:
        async with open_account(keystore, rpc, chain_id) as account:
            return describe_inclusion(await account.staking.resign(account.sender, parse_address(operator)))

    write_facts(asyncio.run(send()), as_json=as_json)
