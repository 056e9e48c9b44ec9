"""The beacon stands on core and on coincurve, and on nothing of the chain."""

import ast
import sys
from pathlib import Path

import fieldproof.chain.beacon

FOLDER = Path(fieldproof.chain.beacon.__file__).parent


def test_the_beacon_imports_only_core_and_coincurve() -> None:
    imported = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.module is not None
                imported.add(node.module)
    foreign = {name for name in imported if name.split(".")[0] not in sys.stdlib_module_names}
    outside = {name for name in foreign if not name.startswith("fieldproof.chain.beacon")}
    assert outside == {"coincurve", "fieldproof.core"}
