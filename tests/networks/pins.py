"""What each ready-made network must become on every machine: its program id and its verifier's code.

Made under the development string, whose words stand in a verifier's code: other strings give other hashes.
Run as a script this writes the pins anew; the difference then shows in review.
"""

import asyncio
import json
from pathlib import Path

from fieldproof.networks import NETWORKS, get_network_folder
from fieldproof.prove import StringKind
from fieldproof.run import Blueprint, install_tools, make_prover, read_sources

FILE = Path(__file__).with_name("pins.json")
STRING = StringKind.DEVELOPMENT


def derive(names: tuple[str, ...] = tuple(NETWORKS)) -> dict[str, dict[str, str | int]]:
    """Derive the pins from the sources, by network."""

    async def prepare() -> dict[str, dict[str, str | int]]:
        pins: dict[str, dict[str, str | int]] = {}
        prover = make_prover(install_tools())
        try:
            for name in names:
                blueprint = Blueprint.build(read_sources(get_network_folder(name)))
                circuit = await prover.prepare(blueprint.circuit)
                assert circuit.reference_string.kind is STRING
                pins[name] = {
                    "program_id": blueprint.program_id.hex(),
                    "verifier_code_hash": circuit.verifier.runtime_code_hash.hex(),
                    "gates": circuit.gate_count,
                }
        finally:
            prover.close()
        return pins

    return asyncio.run(prepare())


def read() -> dict[str, dict[str, str | int]]:
    """Return the kept pins by network."""
    document = json.loads(FILE.read_text())
    assert document["reference_string"] == STRING.value
    networks: dict[str, dict[str, str | int]] = document["networks"]
    return networks


if __name__ == "__main__":
    document = {"reference_string": STRING.value, "networks": derive()}
    FILE.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n")
