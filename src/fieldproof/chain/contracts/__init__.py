"""The contracts in genesis: where they stand, and how to speak with them."""

import json
from functools import cache
from importlib.resources import files

from fieldproof.core.abi import ContractInterface

STAKING = bytes.fromhex("00000000000000000000000000000000f1e1d001")
BEACON = bytes.fromhex("00000000000000000000000000000000f1e1d002")
COMMITTEE = bytes.fromhex("00000000000000000000000000000000f1e1d003")
REWARDS = bytes.fromhex("00000000000000000000000000000000f1e1d004")

CONTRACTS = {"Staking": STAKING, "Beacon": BEACON, "Committee": COMMITTEE, "Rewards": REWARDS}
"""Name → address."""


@cache
def load_contract(name: str) -> ContractInterface:
    """Return the interface of one of them, such as "Staking"."""
    return ContractInterface.parse((files(__name__) / f"{name}.json").read_text())


@cache
def load_runtime(name: str) -> bytes:
    """Return the code that runs at a contract's address."""
    return bytes.fromhex(json.loads((files(__name__) / f"{name}.json").read_text())["runtime"][2:])
