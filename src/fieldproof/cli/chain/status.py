"""`fieldproof chain status`."""

import asyncio
from typing import Any

import click

from fieldproof.cli.chain.options import consensus_option
from fieldproof.cli.output import json_option, write_json, write_table


@click.command("status", epilog="Example: fieldproof chain status --consensus http://127.0.0.1:26657")
@consensus_option
@json_option
def command(consensus: str, as_json: bool) -> None:
    """Show height, epoch, committee, beacon and faults of the chain behind a CometBFT RPC."""
    state = asyncio.run(_read(consensus))
    if as_json:
        write_json(state)
        return
    left = state["epoch_blocks"] - state["position"] - 1
    beacon = state["beacon"]
    click.echo(f"height {state['height']}, epoch {state['epoch']}, {left} blocks to the next committee")
    click.echo(f"seed {state['seed']}")
    click.echo(f"beacon: {beacon['qualified']} dealings, {beacon['known']} secrets known")
    click.echo()
    write_table([_describe(member, state) for member in state["committee"]])
    if state["faults"]:
        click.echo()
        write_table(state["faults"])


def _describe(member: dict[str, Any], state: dict[str, Any]) -> dict[str, object]:
    return {
        "operator": member["operator"],
        "votes": int(member["votes"]) // 10**18,
        "proposed": state["proposed"].get(member["operator"], 0),
        "seated": "yes" if member["consensus"] in state["validators"] else "no",
    }


async def _read(url: str) -> dict[str, Any]:
    from fieldproof.chain import ConsensusRpc

    async with ConsensusRpc(url) as consensus:
        state: dict[str, Any] = await consensus.query("state")
        return state
