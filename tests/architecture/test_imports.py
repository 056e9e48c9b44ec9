"""Rooms import only what the design allows; core, protocol and audit need nothing but Python and cbor2."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

PURE = """
import sys
class Refuse:
    allowed = set(sys.stdlib_module_names) | {"cbor2", "_cbor2", "fieldproof"}
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in self.allowed:
            raise ImportError(f"{name} is neither Python nor cbor2")
sys.meta_path.insert(0, Refuse())
import fieldproof.core, fieldproof.protocol, fieldproof.audit
"""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_rooms_import_only_what_the_design_allows() -> None:
    finished = run(str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    assert finished.returncode == 0, finished.stdout


def test_an_audit_imports_with_nothing_but_python_and_cbor2() -> None:
    finished = run(sys.executable, "-c", PURE)
    assert finished.returncode == 0, finished.stderr


def test_every_room_names_its_public_names() -> None:
    import importlib

    rooms = sorted(path.parent.name for path in (ROOT / "src" / "fieldproof").glob("*/__init__.py"))
    assert len(rooms) >= 12
    for room in rooms:
        module = importlib.import_module(f"fieldproof.{room}")
        names = list(module.__all__)
        assert set(names) == {name for name in names if name[0] != "_"}, room
        assert all(hasattr(module, name) for name in names), room
