"""The source of the library that programs may import from; read as text, never imported."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

LIBRARY_MODULE = "fieldproof.library"
LIBRARY_FOLDER = "fieldproof/library/"
"""What the paths of library files begin with."""

_FOLDER = Path(__file__).parents[1] / "library"


@cache
def read_library() -> Mapping[str, str]:
    """Return the text of every library file (line ends LF) by its path."""
    return MappingProxyType(
        {
            LIBRARY_FOLDER + path.name: path.read_text(encoding="utf-8").replace("\r\n", "\n")
            for path in sorted(_FOLDER.glob("*.py"))
        }
    )


@cache
def _list_exports() -> Mapping[str, str]:
    """Return the path of the file behind each name that the library's `__init__` passes on."""
    text = read_library().get(LIBRARY_FOLDER + "__init__.py", "")
    return {
        alias.name: path
        for node in ast.parse(text).body
        if isinstance(node, ast.ImportFrom) and (path := get_library_path(node.module or "")) is not None
        for alias in node.names
    }


def get_library_path(module: str) -> str | None:
    """Return the path of the library file that a module name such as `fieldproof.library.geo` means."""
    if not module.startswith(LIBRARY_MODULE + "."):
        return None
    path = f"{LIBRARY_FOLDER}{module.removeprefix(LIBRARY_MODULE + '.')}.py"
    return path if path in read_library() else None


def find_library_name(name: str) -> str | None:
    """Return the path of the library file that defines a name of the library; None if it has none such."""
    return _list_exports().get(name)


def list_library_names() -> tuple[str, ...]:
    """Return all names that can be imported from the library, sorted."""
    return tuple(sorted(_list_exports()))


def get_library_version() -> str:
    """Return what a program id pins of the library: a hash over all its files."""
    content = "\0".join(f"{path}\0{text}" for path, text in sorted(read_library().items()))
    return f"library {hashlib.sha256(content.encode()).hexdigest()}"
