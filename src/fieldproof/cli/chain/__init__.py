"""`fieldproof chain`: the commands of the Fieldproof chain, one file each."""

import click

from fieldproof.cli import LazyGroup

COMMANDS = {
    "backup": "Copy a node into a new folder, while it runs or not.",
    "claim": "Pay out what an account has earned as owner or voter.",
    "demo": "Show the chain: committees, the whole way on it, a kill, a double signer punished.",
    "devnet": "Run a chain of several real nodes on this machine.",
    "genesis": "Make the genesis of a new chain from its specification and its parties' files.",
    "init": "Make the folder of a node, with keys if it is to be a validator.",
    "join": "Register a node's keys as a candidate, with its owner's stake.",
    "keys": "Show the public keys and addresses of a node.",
    "node": "Run one node from its folder.",
    "prove": "Prove to contracts what consensus committed to, such as a committee.",
    "record": "Bring an epoch's seed and committee to the contract for other contracts.",
    "resign": "End one's own candidacy, for ever.",
    "restore": "Bring a node back from a backup, so that it signs nothing twice.",
    "signer": "Sign for a node with a consensus key that is kept elsewhere.",
    "slash": "Prove a fault that stands against a candidate, and burn its share of the stake.",
    "stake": "Put coins behind one's own candidate.",
    "status": "Show height, epoch, committee, beacon and faults of a chain.",
    "unstake": "Take coins back from behind a candidate, or show what can be taken.",
    "verify-epoch": "Recompute seed and committee of epochs from chain data alone.",
    "version": "Say which CometBFT and geth are built, and their hashes.",
    "vote": "Put coins behind a candidate that is another's.",
}
"""Every command with its short help."""


@click.group("chain", cls=LazyGroup, package=__name__, summaries=COMMANDS)
def command() -> None:
    """Run and check the Fieldproof chain: CometBFT decides, geth executes, a new committee each epoch."""
