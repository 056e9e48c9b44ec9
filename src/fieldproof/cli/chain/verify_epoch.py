"""`fieldproof chain verify-epoch`."""

import asyncio
from typing import Any

import click

from fieldproof.cli.chain.options import consensus_option, rpc_option
from fieldproof.cli.output import json_option, write_json, write_table


@click.command("verify-epoch", epilog="Example: fieldproof chain verify-epoch 3 --count 10")
@click.argument("epoch", type=click.IntRange(min=0))
@click.option("--count", type=click.IntRange(min=1), default=1, show_default=True, help="How many epochs.")
@rpc_option
@consensus_option
@json_option
def command(epoch: int, count: int, rpc: str, consensus: str, as_json: bool) -> None:
    """Recompute seed and committee of EPOCH, and of those after it, from chain data alone.

    Exit code 1 if anything differs from what the chain did.
    """
    rows = asyncio.run(_verify(range(epoch, epoch + count), rpc, consensus))
    if as_json:
        write_json(rows)
    else:
        write_table([{**row, "committee": " ".join(row["committee"])} for row in rows])


async def _verify(epochs: range, rpc: str, url: str) -> list[dict[str, Any]]:
    from fieldproof.chain import ConsensusRpc, verify_epochs
    from fieldproof.core import SystemClock
    from fieldproof.settle import ChainClient

    async with ConsensusRpc(url) as consensus:
        chain_id = await consensus.get_chain_id()
        async with await ChainClient.connect(rpc, chain_id=chain_id) as client:
            return [
                {
                    "epoch": found.epoch,
                    "height": found.height,
                    "seed": "0x" + found.seed.hex(),
                    "missed": found.is_missed,
                    "dealings": found.dealings,
                    "committee": ["0x" + member.operator.hex() for member in found.committee],
                }
                async for found in verify_epochs(client, consensus, epochs, SystemClock())
            ]
