"""The same source gives the same program id and verifier on any machine: kept, and derived anew."""

import subprocess
import sys
from pathlib import Path

import pytest

from fieldproof.networks import NETWORKS, get_network_folder
from networks.pins import derive, read

ROOT = Path(__file__).parents[2]


def test_every_ready_made_network_is_pinned() -> None:
    assert set(read()) == set(NETWORKS)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_becomes_what_is_pinned(name: str) -> None:
    assert derive((name,))[name] == read()[name], (
        "run `python tests/networks/pins.py` and review the difference"
    )


@pytest.mark.parametrize("name", NETWORKS)
def test_a_program_id_depends_on_no_order_and_no_seed_of_a_process(name: str) -> None:
    script = (
        "import hashlib, sys\n"
        "from pathlib import Path\n"
        "from fieldproof.run import Blueprint, read_sources\n"
        "blueprint = Blueprint.build(read_sources(Path(sys.argv[1])))\n"
        "print(blueprint.program_id.hex())\n"
        "print(hashlib.sha256(repr(sorted(blueprint.circuit.items())).encode()).hexdigest())\n"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script, str(get_network_folder(name))],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src"), "HOME": str(Path.home())},
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(found) == 1
    assert str(read()[name]["program_id"]) in next(iter(found))
