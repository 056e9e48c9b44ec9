"""`fieldproof chain slash`."""

import asyncio
from pathlib import Path

import click

from fieldproof.cli.chain.account import account_options, describe_inclusion, open_account, parse_address
from fieldproof.cli.chain.options import consensus_option
from fieldproof.cli.output import json_option, write_facts


@click.command("slash", epilog="Example: fieldproof chain slash 0x7099...79c8 --keystore me.json")
@click.argument("operator")
@consensus_option
@account_options
@json_option
def command(operator: str, consensus: str, keystore: Path, rpc: str, chain_id: int, as_json: bool) -> None:
    """Prove the fault that stands against OPERATOR. Anyone may; the account pays the gas alone."""

    async def send() -> dict[str, object]:
        from fieldproof.chain import ConsensusRpc

        async with open_account(keystore, rpc, chain_id) as account, ConsensusRpc(consensus) as source:
            found = await account.staking.slash(account.sender, source, parse_address(operator))
            return describe_inclusion(found)

    write_facts(asyncio.run(send()), as_json=as_json)
