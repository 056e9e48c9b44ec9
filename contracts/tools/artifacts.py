"""Reduces forge's output to what the Python package ships: `artifacts.py OUT PACKAGE`."""

import json
import sys
from pathlib import Path
from typing import Any

SETTLE = ("DeviceRegistry", "NetworkFactory", "RewardToken", "Settlement")
INTERFACES = ("IVerifier",)
CHAIN = ("Beacon", "Committee", "Rewards", "Staking")


def main() -> None:
    """Write one file for each contract; the same input gives the same bytes."""
    out, package = Path(sys.argv[1]), Path(sys.argv[2])
    for name in SETTLE + INTERFACES:
        full = read(out, name)
        code = {"bytecode": full["bytecode"]["object"]} if name in SETTLE else {}
        write(package / "settle", name, full, code)
    for name in CHAIN:
        # In genesis no constructor runs: the code stands at its address from the beginning.
        full = read(out, name)
        write(package / "chain", name, full, {"runtime": full["deployedBytecode"]["object"]})


def read(out: Path, name: str) -> dict[str, Any]:
    """Return what forge says of a contract."""
    full: dict[str, Any] = json.loads((out / f"{name}.sol" / f"{name}.json").read_text(encoding="utf-8"))
    return full


def write(room: Path, name: str, full: dict[str, Any], code: dict[str, str]) -> None:
    """Write a contract's artifact into a room of the package."""
    folder = room / "contracts"
    folder.mkdir(parents=True, exist_ok=True)
    artifact = {"abi": full["abi"], "methodIdentifiers": full["methodIdentifiers"]} | code
    text = json.dumps(artifact, indent=1, sort_keys=True) + "\n"
    (folder / f"{name}.json").write_text(text, encoding="utf-8")


main()
