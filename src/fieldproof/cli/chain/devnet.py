"""`fieldproof chain devnet`."""

import asyncio
from pathlib import Path
from typing import Any

import click

from fieldproof.cli.output import configure_logs, json_option, write_json
from fieldproof.cli.stopping import listen_for_stop

FAUCETS = 10
"""Accounts with coins: those whose keys every development chain shares."""

_FOLDER = click.Path(file_okay=False, path_type=Path, resolve_path=True)


@click.command("devnet", epilog="Example: fieldproof chain devnet --validators 6 --committee 4")
@click.argument("folder", metavar="DIR", type=_FOLDER, default="devnet")
@click.option("--validators", type=click.IntRange(1, 16), default=4, show_default=True, help="Nodes.")
@click.option(
    "--committee", type=click.IntRange(1, 16), default=4, show_default=True, help="Seats of an epoch."
)
@click.option(
    "--epoch-blocks", type=click.IntRange(min=12), default=20, show_default=True, help="Length of an epoch."
)
@click.option(
    "--port", type=int, default=8545, show_default=True, help="JSON-RPC of the first node; 0: any free one."
)
@click.option("--verbose", is_flag=True, help="Log everything, as JSON lines on stderr.")
@json_option
def command(
    folder: Path, validators: int, committee: int, epoch_blocks: int, port: int, verbose: bool, as_json: bool
) -> None:
    """Run a chain of several real nodes on this machine until stopped, each with its CometBFT and its geth.

    A devnet that is in DIR goes on; otherwise a new one is made there. Its keys are worth nothing: chain id
    31337. With --json, each block is one JSON document.
    """
    from fieldproof.chain import DevnetPlan
    from fieldproof.settle import get_development_account

    configure_logs(verbose=verbose)
    faucets = tuple(get_development_account(index).address for index in range(FAUCETS))
    plan = DevnetPlan(validators, committee, epoch_blocks, faucets, port)
    asyncio.run(_run(folder, plan, as_json=as_json))


async def _run(folder: Path, plan: Any, *, as_json: bool) -> None:
    from fieldproof.chain import ConsensusRpc, Devnet, create_devnet, load_devnet
    from fieldproof.run import install_chain_programs, install_genesis_tools

    stop = listen_for_stop()
    programs = await asyncio.to_thread(install_chain_programs, _say)
    nodes = load_devnet(folder)
    if not nodes:
        anvil = await asyncio.to_thread(install_genesis_tools, _say)
        nodes = await create_devnet(folder, plan, programs, anvil)
    devnet = Devnet(nodes, programs)
    try:
        _say(f"starting {len(nodes)} nodes; logs are in {folder}/node*/logs")
        await devnet.start()
        _say(f"JSON-RPC {devnet.rpc_url}, CometBFT {devnet.consensus_url}, chain id 31337")
        for account in plan.faucets[:3]:
            _say(f"faucet 0x{account.hex()}")
        async with ConsensusRpc(devnet.consensus_url) as consensus:
            await _follow(consensus, stop, as_json=as_json)
    finally:
        _say("stopping")
        await devnet.stop()


async def _follow(consensus: Any, stop: asyncio.Event, *, as_json: bool) -> None:
    """Show each block until stopped."""
    from fieldproof.chain import ConsensusRpcError

    shown, epoch = 0, -1
    while not stop.is_set():
        try:
            state = await consensus.query("state")
        except ConsensusRpcError:
            state = {"height": shown}
        if state["height"] > shown:
            if as_json:
                write_json(state)
            else:
                _show(state, is_new_epoch=state["epoch"] != epoch)
            shown, epoch = state["height"], state["epoch"]
        await asyncio.wait([asyncio.ensure_future(stop.wait())], timeout=0.25)


def _show(state: dict[str, Any], *, is_new_epoch: bool) -> None:
    if is_new_epoch:
        members = " ".join(member["operator"][:10] for member in state["committee"])
        click.echo(f"epoch {state['epoch']}  seed {state['seed'][:18]}…  committee {members}")
    left = state["epoch_blocks"] - state["position"] - 1
    beacon = state["beacon"]
    click.echo(
        f"block {state['height']}  {left:3} blocks to the next committee  "
        f"dealings {beacon['qualified']}  secrets {beacon['known']}  seated {len(state['validators'])}"
    )


def _say(text: str) -> None:
    click.echo(text, err=True)
