"""Reduces forge's output to what the Python package ships: `artifacts.py OUT PACKAGE`."""

import json
import sys
from pathlib import Path

DEPLOYED = {
    "settle/contracts": ("DeviceRegistry", "NetworkFactory", "RewardToken", "Settlement"),
    "chain/contracts": ("LightClient",),
}
INTERFACES = {"settle/contracts": ("IVerifier",)}


def main() -> None:
    """Write one file for each contract; the same input gives the same bytes."""
    out, package = Path(sys.argv[1]), Path(sys.argv[2])
    for folder, deployed in DEPLOYED.items():
        (package / folder).mkdir(parents=True, exist_ok=True)
        for name in deployed + INTERFACES.get(folder, ()):
            full = json.loads((out / f"{name}.sol" / f"{name}.json").read_text(encoding="utf-8"))
            artifact = {"abi": full["abi"], "methodIdentifiers": full["methodIdentifiers"]}
            if name in deployed:
                artifact["bytecode"] = full["bytecode"]["object"]
            text = json.dumps(artifact, indent=1, sort_keys=True) + "\n"
            (package / folder / f"{name}.json").write_text(text, encoding="utf-8")


main()
