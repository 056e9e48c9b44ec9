"""Reduces forge's output to what the Python package ships: `artifacts.py OUT FOLDER`."""

import json
import sys
from pathlib import Path

DEPLOYED = ("DeviceRegistry", "NetworkFactory", "RewardToken", "Settlement")
INTERFACES = ("IVerifier",)


def main() -> None:
    """Write one file for each contract; the same input gives the same bytes."""
    out, folder = Path(sys.argv[1]), Path(sys.argv[2])
    for name in DEPLOYED + INTERFACES:
        full = json.loads((out / f"{name}.sol" / f"{name}.json").read_text(encoding="utf-8"))
        artifact = {"abi": full["abi"], "methodIdentifiers": full["methodIdentifiers"]}
        if name in DEPLOYED:
            artifact["bytecode"] = full["bytecode"]["object"]
        text = json.dumps(artifact, indent=1, sort_keys=True) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


main()
