"""Audits where nothing but Python and cbor2 can be imported: FOLDER URL. Prints the report as JSON."""

import importlib.abc
import json
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

BARRED = ("fieldproof.prove", "fieldproof.run", "fieldproof.cli", "fieldproof.compiler.emit")
ALLOWED = {"fieldproof", "cbor2", "_cbor2", *sys.stdlib_module_names}


class Guard(importlib.abc.MetaPathFinder):
    """Refuses every import but those of the standard library, cbor2 and the product's plain rooms."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.split(".", maxsplit=1)[0] not in ALLOWED or fullname.startswith(BARRED):
            raise ModuleNotFoundError(f"{fullname} is barred here", name=fullname)
        return None


sys.meta_path.insert(0, Guard())

from fieldproof.audit import audit, to_json  # noqa: E402

report = audit(Path(sys.argv[1]), sys.argv[2])
loaded = {name.split(".")[0] for name in sys.modules}
assert not loaded & {
    "web3",
    "coincurve",
    "cryptography",
    "gmpy2",
    "msgpack",
    "aiohttp",
    "eth_account",
    "numpy",
}
print(json.dumps(to_json(report)))
