"""The same statement by Fieldproof and by EZKL, in one run: sum, range and commitment of 4,096 readings."""

import json
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.circuits import DAY, get_sources
from bench.figures import Figure, Section
from bench.proving import make_rows, prove_circuit, prove_window
from fieldproof.compiler.packing import write_digest
from fieldproof.core import Domain, compute_hash
from fieldproof.protocol import pack_rows
from fieldproof.prove import get_gadgets
from fieldproof.run import Blueprint, Tools

READINGS, BITS = 4_096, 24
"""Both systems hold integers of 24 bits exactly."""
SMALLEST_RATIO = 50.0
REQUIREMENTS = ("ezkl==23.0.5", "onnx==1.23.2")
"""Installed for this bench alone, into an environment in the cache."""
_CIRCUIT = Path(__file__).with_name("beside.nr")
_SALT = 4711
_SCRIPT = Path(__file__).with_name("ezkl_prover.py")
_MIB = 2**20


async def measure_beside(tools: Tools, progress: Callable[[str], None]) -> Section:
    """Prove the statement by both; without EZKL the section says why."""
    values = [index * 7_919 % (1 << BITS) for index in range(READINGS)]
    blueprint = Blueprint.build(
        get_sources(DAY, readings_per_window=READINGS, high=(1 << BITS) - 1, PART=256)
    )
    progress(f"proving {READINGS:,} readings")
    network = await prove_window(
        tools, blueprint, make_rows(values, blueprint.settings.window_s), sum(values) // 256
    )
    network_seconds = network.proof.witness_seconds + network.proof.proving_seconds
    gates, seconds = await prove_bare(tools, values, BITS)
    figures = [
        Figure("Fieldproof: circuit", gates, "gates"),
        Figure("Fieldproof: witness and proof", seconds, "s"),
        Figure("Fieldproof, as a network: circuit", network.gate_count, "gates"),
        Figure("Fieldproof, as a network: witness and proof", network_seconds, "s"),
        Figure("Fieldproof, as a network: peak memory", network.proof.peak_bytes / _MIB, "MiB"),
    ]
    limits = "Not shown: set-up, which both do once (EZKL for minutes), and EZKL on a GPU."
    try:
        python = _install(tools.cache / "ezkl", progress)
        progress(f"proving {READINGS:,} readings with EZKL; its set-up takes minutes")
        theirs = _run(python, tools.cache / "ezkl" / "work")
    except subprocess.CalledProcessError as error:
        limits += f" EZKL could not be measured here: {' '.join(map(str, error.cmd[:4]))} … failed."
    else:
        their_seconds = theirs["witness_s"] + theirs["proving_s"]
        figures += [
            Figure("EZKL: circuit", theirs["rows"], "rows"),
            Figure("EZKL: witness and proof", their_seconds, "s"),
            Figure("EZKL: peak memory, set-up included", theirs["peak_kib"] / 1024, "MiB"),
            Figure("EZKL over Fieldproof", their_seconds / seconds, "", at_least=SMALLEST_RATIO),
            Figure("EZKL over Fieldproof, as a network", their_seconds / network_seconds, ""),
        ]
    return Section(
        "Beside EZKL",
        f"Sum, range and commitment of {READINGS:,} readings of {BITS} bits, by both in the same run: "
        "Fieldproof with the gadgets of every network, in a circuit that says no more (bench/beside.nr), and "
        "as a network of one device, whose statement has more in it: times that rise, which slots are "
        "empty, a seal, a key chain, a window root. A contract accepted each proof. "
        f"EZKL ({', '.join(REQUIREMENTS)}) as a model that sums what is not negative, its inputs committed "
        "to by Poseidon, under a reference string made here.",
        tuple(figures),
        limits,
    )


async def prove_bare(tools: Tools, values: Sequence[int], bits: int) -> tuple[int, float]:
    """Prove sum, range and commitment of readings and nothing else; return gates and seconds."""
    sizes = [f"global SLOTS: u32 = {len(values)};", f"global BITS: u32 = {bits};"]
    main = [_CIRCUIT.read_text(), *sizes, *write_digest((bits,), len(values))]
    packed = pack_rows([(value,) for value in values], (bits,), len(values))
    commitment = compute_hash(Domain.DIGEST, _SALT, *packed)
    return await prove_circuit(
        tools,
        {"main.nr": "\n".join(main), **get_gadgets()},
        {"salt": _SALT, "values": list(values), "total": sum(values), "commitment": commitment},
    )


def _install(folder: Path, progress: Callable[[str], None]) -> Path:
    """Return the Python of an environment that has the requirements."""
    python = folder / "venv" / "bin" / "python"
    done = folder / "installed.txt"
    wanted = "\n".join(REQUIREMENTS)
    if not done.exists() or done.read_text() != wanted:
        progress(f"installing {', '.join(REQUIREMENTS)}")
        venv.create(folder / "venv", clear=True, with_pip=True)
        pip = [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--only-binary",
            ":all:",
        ]
        subprocess.run([*pip, *REQUIREMENTS], check=True, stdout=sys.stderr)
        done.write_text(wanted)
    return python


def _run(python: Path, folder: Path) -> dict[str, Any]:
    command = [python, _SCRIPT, folder, str(READINGS), str(BITS)]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    measured: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    if not measured["is_valid"]:
        raise RuntimeError("EZKL does not accept its own proof")
    return measured
