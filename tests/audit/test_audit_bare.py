import json
import subprocess
import sys
from pathlib import Path

from fieldproof.audit import audit, to_json

from .conftest import Past


def test_an_audit_needs_python_and_cbor2_and_nothing_else(past: Past) -> None:
    script = Path(__file__).with_name("bare_audit.py")
    # -S would hide cbor2 too; -I keeps out what the environment adds.
    finished = subprocess.run(
        [sys.executable, "-I", str(script), str(past.folder), past.world.url],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout) == json.loads(json.dumps(to_json(audit(past.folder, past.world.url))))
