"""`fieldproof chain`: the commands of the Fieldproof chain, one file each."""

import click

from fieldproof.cli import LazyGroup

COMMANDS = {
    "devnet": "Run a chain of several real nodes on this machine.",
    "genesis": "Make the genesis of a new chain from its specification and its parties' files.",
    "init": "Make the folder of a node, with keys if it is to be a validator.",
    "node": "Run one node from its folder.",
    "status": "Show height, epoch, committee, beacon and faults of a chain.",
    "verify-epoch": "Recompute seed and committee of epochs from chain data alone.",
    "version": "Say which CometBFT and geth are built, and their hashes.",
}
"""Every command with its short help."""


@click.group("chain", cls=LazyGroup, package=__name__, summaries=COMMANDS)
def command() -> None:
    """Run and check the Fieldproof chain: CometBFT decides, geth executes, a new committee each epoch."""
