"""The keys of a candidate, and what it says of itself to the world."""

import secrets

from fieldproof.chain.genesis.spec import Key, Party
from fieldproof.chain.node import keys
from fieldproof.chain.node.settings import NodeFolder
from fieldproof.settle import KeySigner


def create_candidate_keys(folder: NodeFolder, chain_id: int, stake: int, owner: str | None = None) -> Party:
    """Make a candidate's keys in a node's folder, opened by a password that lies there too.

    `stake` is in whole coins; `owner` is an address in hex, the operator's if there is none.
    """
    password = secrets.token_urlsafe(24)
    keys.write_private(folder.password, password + "\n")
    operator, consensus, beacon = (keys.create_secret() for _ in range(3))
    keys.save_secret(folder.operator_key, operator, password)
    keys.save_secret(folder.beacon_key, beacon, password)
    keys.write_consensus_key(folder.consensus_key, consensus)
    address = KeySigner(operator).address
    owner = owner or "0x" + address.hex()
    roles = chain_id, address, bytes.fromhex(owner.removeprefix("0x"))
    return Party(
        operator="0x" + address.hex(),
        owner=owner,
        consensus=_describe(keys.prove_possession(consensus, keys.CONSENSUS_PURPOSE, *roles)),
        beacon=_describe(keys.prove_possession(beacon, keys.BEACON_PURPOSE, *roles)),
        stake=stake,
    )


def _describe(possession: keys.Possession) -> Key:
    return Key(
        f"0x{possession.x:064x}",
        f"0x{possession.y:064x}",
        "0x" + possession.r.hex(),
        "0x" + possession.s.hex(),
        possession.v,
    )
