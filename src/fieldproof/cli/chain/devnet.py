"""`fieldproof chain devnet`."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from fieldproof.cli.chain.account import format_hex
from fieldproof.cli.output import configure_logs, json_option, write_json_line
from fieldproof.cli.stopping import listen_for_stop

if TYPE_CHECKING:
    from fieldproof.chain import DevnetNode, DevnetPlan

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
@click.pass_context
def command(
    context: click.Context,
    folder: Path,
    validators: int,
    committee: int,
    epoch_blocks: int,
    port: int,
    verbose: bool,
    as_json: bool,
) -> None:
    """Run a chain of several real nodes on this machine until stopped, each with its CometBFT and its geth.

    A devnet that is in DIR goes on as it was made; otherwise a new one is made there. Its keys are worth
    nothing: chain id 31337. With --json, stdout is one JSON document a line: URLs and accounts with coins
    first, then each block.
    """
    from fieldproof.chain import DevnetPlan, load_devnet
    from fieldproof.settle import get_development_account

    configure_logs(verbose=verbose)
    faucets = tuple(get_development_account(index).address for index in range(FAUCETS))
    plan = DevnetPlan(validators, committee, epoch_blocks, faucets, port)
    given = {name for name in context.params if context.get_parameter_source(name) != ParameterSource.DEFAULT}
    nodes = load_devnet(folder)
    if nodes:
        _check_same(folder, nodes, plan, given)
    asyncio.run(_run(folder, nodes, plan, as_json=as_json))


def _check_same(folder: Path, nodes: list["DevnetNode"], plan: "DevnetPlan", given: set[str]) -> None:
    """Say what the devnet in a folder is; `NodeError` if options that were given ask for another one."""
    from fieldproof.chain import NodeError, read_devnet_plan

    made = read_devnet_plan(nodes)
    pairs = {
        "validators": (made.validators, plan.validators),
        "committee": (made.committee, min(plan.committee, made.validators)),
        "epoch_blocks": (made.epoch_blocks, plan.epoch_blocks),
        "port": (made.rpc_port, plan.rpc_port or made.rpc_port),
    }
    _say(
        f"the devnet in {folder} has {made.validators} validators, committees of {made.committee}, "
        f"epochs of {made.epoch_blocks} blocks, JSON-RPC at port {made.rpc_port}"
    )
    for name, (is_made, is_asked) in pairs.items():
        if name in given and is_made != is_asked:
            option = "--" + name.replace("_", "-")
            raise NodeError(
                f"the devnet in {folder} was made with {option} {is_made}, not {is_asked}",
                hint=f"Leave {option} out to go on with it, or name another folder for a new one.",
            )


async def _run(folder: Path, nodes: list["DevnetNode"], plan: "DevnetPlan", *, as_json: bool) -> None:
    from fieldproof.chain import ConsensusRpc, Devnet, create_devnet
    from fieldproof.run import install_chain_programs, install_genesis_tools
    from fieldproof.settle import CHAIN_ID

    stop = listen_for_stop()
    programs = await asyncio.to_thread(install_chain_programs, _say)
    if not nodes:
        anvil = await asyncio.to_thread(install_genesis_tools, _say)
        nodes = await create_devnet(folder, plan, programs, anvil)
    devnet = Devnet(nodes, programs)
    try:
        _say(f"starting {len(nodes)} nodes; logs are in {folder}/node*/logs")
        await devnet.start()
        _say(f"JSON-RPC {devnet.rpc_url}, CometBFT {devnet.consensus_url}, chain id {CHAIN_ID}")
        faucets = [format_hex(account) for account in plan.faucets]
        for account in faucets[:3]:
            _say(f"faucet {account}")
        if as_json:
            facts = {"rpc": devnet.rpc_url, "consensus": devnet.consensus_url, "chain_id": CHAIN_ID}
            write_json_line({**facts, "faucets": faucets, "folder": str(folder)})
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
                write_json_line(state)
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
