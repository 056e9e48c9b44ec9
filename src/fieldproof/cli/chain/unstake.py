"""`fieldproof chain unstake`."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fieldproof.cli.chain.account import (
    WEI,
    Account,
    account_options,
    describe_inclusion,
    format_hex,
    open_account,
)
from fieldproof.cli.output import json_option, write_json, write_table

if TYPE_CHECKING:
    from fieldproof.chain import StakeBucket


@click.command("unstake", epilog="Example: fieldproof chain unstake 7 --keystore me.json")
@click.argument("bucket", type=click.IntRange(min=0), required=False)
@click.option("--end-renewal", is_flag=True, help="Let the days of a lock that renews begin, and no more.")
@click.option("--withdraw", is_flag=True, help="Pay out what was unstaked before and is at risk no more.")
@account_options
@json_option
def command(
    bucket: int | None,
    end_renewal: bool,
    withdraw: bool,
    keystore: Path,
    rpc: str,
    chain_id: int,
    as_json: bool,
) -> None:
    """Take the coins of BUCKET from behind their candidate; without it, show the account's buckets.

    While its lock lasts a bucket stays where it is; one that renews does until its days were begun with
    --end-renewal and are over. What was taken answers for the candidate for the unbonding time.
    """
    if bucket is None and (end_renewal or withdraw):
        raise click.UsageError("--end-renewal and --withdraw are for one BUCKET.")
    if end_renewal and withdraw:
        raise click.UsageError("Give --end-renewal or --withdraw, not both.")

    async def send() -> list[dict[str, object]]:
        async with open_account(keystore, rpc, chain_id) as account:
            if bucket is None:
                return [
                    _describe(item) for item in await account.staking.list_buckets(account.sender.address)
                ]
            return [await _change(account, bucket, end_renewal=end_renewal, withdraw=withdraw)]

    rows = asyncio.run(send())
    if as_json:
        write_json(rows)
    else:
        write_table([_show_times(row) for row in rows])


async def _change(account: Account, number: int, *, end_renewal: bool, withdraw: bool) -> dict[str, object]:
    sender, staking = account.sender, account.staking
    if end_renewal:
        found = await staking.end_renewal(sender, number)
        bucket = await staking.get_bucket(number)
        return {**describe_inclusion(found), "unlocks_at_s": bucket.unlocks_at_s}
    if withdraw:
        return describe_inclusion(await staking.withdraw(sender, number))
    found = await staking.unstake(sender, number)
    bucket = await staking.get_bucket(number)
    return {**describe_inclusion(found), "at_risk_until_s": bucket.at_risk_until_s}


def _show_times(row: dict[str, object]) -> dict[str, object]:
    """Return a row whose moments, seconds since 1970 in JSON, are as people write them."""
    return {name.removesuffix("_s"): _show_time(name, value) for name, value in row.items()}


def _show_time(name: str, value: object) -> object:
    if not name.endswith("_s") or not isinstance(value, int):
        return value
    return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S} UTC" if value else None


def _describe(bucket: "StakeBucket") -> dict[str, object]:
    return {
        "bucket": bucket.number,
        "operator": None if bucket.operator is None else format_hex(bucket.operator),
        "coins": bucket.amount_wei / WEI,
        "lock_days": bucket.lock_days,
        "renews": bucket.renews,
        "unlocks_at_s": None if bucket.renews else bucket.unlocks_at_s,
        "at_risk_until_s": bucket.at_risk_until_s,
    }
