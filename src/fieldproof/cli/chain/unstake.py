"""`fieldproof chain unstake`."""

import asyncio
from pathlib import Path

import click

from fieldproof.cli.chain.account import account_options, describe_inclusion, open_account
from fieldproof.cli.output import json_option, write_json, write_table


@click.command("unstake", epilog="Example: fieldproof chain unstake 7 --keystore me.json")
@click.argument("bucket", type=click.IntRange(min=0), required=False)
@click.option("--withdraw", is_flag=True, help="Pay out what was unstaked before and is at risk no more.")
@account_options
@json_option
def command(
    bucket: int | None, withdraw: bool, keystore: Path, rpc: str, chain_id: int, as_json: bool
) -> None:
    """Take the coins of BUCKET from behind their candidate; without it, show the account's buckets."""

    async def send() -> list[dict[str, object]]:
        async with open_account(keystore, rpc, chain_id) as account:
            staking, sender = account.staking, account.sender
            if bucket is None:
                return [
                    {
                        "bucket": number,
                        "operator": "0x" + item["operator"].hex(),
                        "coins": item["amountWei"] / 10**18,
                        "unlocks_at_s": item["unlocksAt"],
                        "at_risk_until_s": item["riskUntil"],
                    }
                    for number, item in (await staking.list_buckets(sender.address)).items()
                ]
            found = await (staking.withdraw if withdraw else staking.unstake)(sender, bucket)
            return [describe_inclusion(found)]

    rows = asyncio.run(send())
    if as_json:
        write_json(rows)
    else:
        write_table(rows)
