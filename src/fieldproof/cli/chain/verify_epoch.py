"""`fieldproof chain verify-epoch`."""

import asyncio
from pathlib import Path
from typing import Any

import click

from fieldproof.cli.chain.options import consensus_option, rpc_option
from fieldproof.cli.output import json_option, write_json, write_table


@click.command("verify-epoch", epilog="Example: fieldproof chain verify-epoch 3 --count 10")
@click.argument("epoch", type=click.IntRange(min=0))
@click.option("--count", type=click.IntRange(min=1), default=1, show_default=True, help="How many epochs.")
@click.option(
    "--genesis",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The chain's genesis file, from somebody you trust. Without it the node's own word is taken for it.",
)
@rpc_option
@consensus_option
@json_option
def command(epoch: int, count: int, genesis: Path | None, rpc: str, consensus: str, as_json: bool) -> None:
    """Recompute seed and committee of EPOCH, and of those after it, from chain data alone.

    Exit code 1 if anything differs from what the chain did, or the chain began otherwise.
    """
    begun = None if genesis is None else genesis.read_text()
    rows = asyncio.run(_verify(range(epoch, epoch + count), begun, rpc, consensus))
    if as_json:
        write_json(rows)
    else:
        write_table([{**row, "committee": " ".join(row["committee"])} for row in rows])


async def _verify(epochs: range, genesis: str | None, rpc: str, url: str) -> list[dict[str, Any]]:
    from fieldproof.chain import ConsensusRpc, check_genesis, verify_epochs
    from fieldproof.core import SystemClock
    from fieldproof.settle import ChainClient

    async with ConsensusRpc(url) as consensus:
        if genesis is not None:
            await check_genesis(consensus, genesis)
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
