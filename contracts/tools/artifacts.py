"""Reduces forge's output to what the Python package ships: `artifacts.py OUT PACKAGE`."""

import json
import sys
from pathlib import Path
from typing import Any

DEPLOYED = {
    "settle": ("DeviceRegistry", "NetworkFactory", "RewardToken", "Settlement"),
    "chain": ("LightClient",),
}
INTERFACES = {"settle": ("IVerifier",)}
IN_GENESIS = {"chain": ("Beacon", "Committee", "Rewards", "Staking")}
"""No constructor of theirs runs: their code stands at its address from the beginning."""


def main() -> None:
    """Write one file for each contract; the same input gives the same bytes."""
    out, package = Path(sys.argv[1]), Path(sys.argv[2])
    for groups, part, key in (
        (DEPLOYED, "bytecode", "bytecode"),
        (INTERFACES, None, ""),
        (IN_GENESIS, "deployedBytecode", "runtime"),
    ):
        for room, names in groups.items():
            for name in names:
                full = json.loads((out / f"{name}.sol" / f"{name}.json").read_text(encoding="utf-8"))
                write(package / room, name, full, {key: full[part]["object"]} if part else {})


def write(room: Path, name: str, full: dict[str, Any], code: dict[str, str]) -> None:
    """Write a contract's artifact into a room of the package."""
    folder = room / "contracts"
    folder.mkdir(parents=True, exist_ok=True)
    artifact = {"abi": full["abi"], "methodIdentifiers": full["methodIdentifiers"]} | code
    text = json.dumps(artifact, indent=1, sort_keys=True) + "\n"
    (folder / f"{name}.json").write_text(text, encoding="utf-8")


main()
