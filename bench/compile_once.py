"""Compiles one network in a process of its own, so that its memory can be told: `… SOURCES CACHE`.

SOURCES is a JSON file, path → text; CACHE a folder. Prints one JSON object.
"""

import json
import resource
import sys
import time
from pathlib import Path

from fieldproof.prove import Limits, compile_circuit, ensure
from fieldproof.run import Blueprint

LIMITS = Limits(seconds=3_000, resident_bytes=8 * 2**30)
_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024
"""Of the system's peak memory."""


def main(sources: Path, cache: Path) -> None:
    toolchain = ensure()
    started = time.perf_counter()
    blueprint = Blueprint.build(json.loads(sources.read_text()))
    checked = time.perf_counter()
    artifact = compile_circuit(blueprint.circuit, toolchain, cache=cache, limits=LIMITS)
    finished = time.perf_counter()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    measured = {
        "program_id": blueprint.program_id.hex(),
        "content_hash": artifact.content_hash,
        "python_s": checked - started,
        "noir_s": finished - checked,
        "processor_s": used.ru_utime + used.ru_stime,
        "python_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT_BYTES,
        "noir_bytes": used.ru_maxrss * _UNIT_BYTES,
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
