"""`fieldproof chain claim`."""

import asyncio
from pathlib import Path

import click

from fieldproof.cli.chain.account import account_options, describe_inclusion, open_account, parse_address
from fieldproof.cli.chain.options import consensus_option
from fieldproof.cli.output import json_option, write_facts


@click.command("claim", epilog="Example: fieldproof chain claim 0x7099...79c8 --keystore me.json")
@click.argument("operators", metavar="OPERATOR...", nargs=-1)
@consensus_option
@account_options
@json_option
def command(
    operators: tuple[str, ...], consensus: str, keystore: Path, rpc: str, chain_id: int, as_json: bool
) -> None:
    """Pay out what the account has earned: as a candidate's owner, and as a voter for each OPERATOR.

    Epochs that nobody has credited yet are credited first.
    """

    async def send() -> dict[str, object]:
        from fieldproof.chain import ConsensusRpc

        async with open_account(keystore, rpc, chain_id) as account, ConsensusRpc(consensus) as source:
            credited = await account.staking.settle(account.sender, source)
            targets = tuple(parse_address(operator) for operator in operators)
            found = await account.staking.claim(account.sender, targets)
            return {"epochs_credited": credited, **describe_inclusion(found)}

    write_facts(asyncio.run(send()), as_json=as_json)
