"""`fieldproof chain record`."""

import asyncio
from pathlib import Path

import click

from fieldproof.cli.chain.account import account_options, describe_inclusion, open_account
from fieldproof.cli.chain.options import consensus_option
from fieldproof.cli.output import json_option, write_facts


@click.command("record", epilog="Example: fieldproof chain record --keystore me.json")
@click.option(
    "--height",
    type=click.IntRange(min=1),
    help="A block of the epoch, of the last 8,190; without it, the last one.",
)
@consensus_option
@account_options
@json_option
def command(
    height: int | None, consensus: str, keystore: Path, rpc: str, chain_id: int, as_json: bool
) -> None:
    """Bring an epoch's seed and committee to the contract that tells other contracts of them.

    Anyone may, once for each epoch; the account pays the gas alone.
    """

    async def send() -> dict[str, object]:
        from fieldproof.chain import ConsensusRpc, Leaf, read_commitments, record_committee

        async with open_account(keystore, rpc, chain_id) as account, ConsensusRpc(consensus) as source:
            found = await read_commitments(source, account.client, height)
            inclusion = await record_committee(account.sender, found)
            seed = "0x" + found.leaves[Leaf.SEED].hex()
            return {"epoch": found.epoch, "seed": seed, **describe_inclusion(inclusion)}

    write_facts(asyncio.run(send()), as_json=as_json)
