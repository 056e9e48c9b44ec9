"""What an import of a source may name: words of the language, files beside it, the library."""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from fieldproof.compiler.authoring_types import SIZED_INTEGERS
from fieldproof.compiler.diagnostics import Code, Reporter
from fieldproof.compiler.library_source import (
    LIBRARY_FOLDER,
    LIBRARY_MODULE,
    find_library_name,
    get_library_path,
    list_library_names,
    read_library,
)

AUTHOR_WORDS = frozenset(
    {
        *("Array", "Attributes", "Bool", "Bound", "Cohort", "Fixed", "Int", "Member", "Network", "Reading"),
        *("Window", "each_device", "field", "interpolate", "isqrt", "median", "percentile", "program"),
        "rank",
        *SIZED_INTEGERS,
    }
)
"""What `from fieldproof import ...` may name."""

WORDS: Mapping[str, frozenset[str]] = {
    "__future__": frozenset({"annotations"}),
    "dataclasses": frozenset({"dataclass", "replace"}),
    "enum": frozenset({"IntEnum"}),
    "fieldproof": AUTHOR_WORDS,
    "itertools": frozenset({"pairwise"}),
    "typing": frozenset({"Final"}),
}
"""Modules of the language to the words that they have."""

HOMES = {word: module for module, words in WORDS.items() for word in words if module != "__future__"}
"""Word to the module that it is imported from."""

_REMEDY = (
    "write from fieldproof import WORD, from fieldproof.library import NAME, or from rules import NAME for "
    "what stands in rules.py beside this file"
)


def find_sources(first: str, read: Callable[[str], str | None]) -> dict[str, str]:
    """Return the file `first` and those that it imports from its folder, near and far, by name.

    `read` gives a file's text, None where there is no such file: the compiler says later where it is missed.
    """
    sources: dict[str, str] = {}
    left = [first]
    while left:
        name = left.pop()
        text = None if name in sources else read(name)
        if text is not None:
            sources[name] = text
            left += _list_siblings(text)
    return sources


def _list_siblings(text: str) -> list[str]:
    """Return the names of the files that a source imports; none if it is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    modules = [node.module for node in body if isinstance(node, ast.ImportFrom) and node.level == 0]
    return [f"{name}.py" for name in modules if name is not None and is_sibling(name)]


def is_sibling(module: str) -> bool:
    """Return whether a module name can only mean a file beside the one that imports it."""
    return module.isidentifier() and module.isascii() and module not in WORDS


class ImportFinder:
    """Finds the files that the imports of one module mean."""

    def __init__(self, reporter: Reporter, files: Mapping[str, str]) -> None:
        """`files` are those of the network by path."""
        self._reporter = reporter
        self._files = files

    def read_words(self, node: ast.ImportFrom | ast.Import) -> frozenset[str]:
        """Return the words of the language that an import names, the other ones being reported."""
        module = node.module if isinstance(node, ast.ImportFrom) and node.level == 0 else None
        allowed = WORDS.get(module or "", frozenset())
        found: set[str] = set()
        for alias in node.names:
            # A word that is not imported as it should be is blamed once, not wherever it is used.
            found.update(AUTHOR_WORDS if alias.name == "*" else {alias.name})
            if alias.name in allowed and alias.asname is None:
                continue
            is_file = isinstance(node, ast.Import) and self._find_sibling(alias.name) is not None
            is_relative = isinstance(node, ast.ImportFrom) and node.level > 0
            if alias.name in allowed or alias.name == "*" or is_file or is_relative:
                self._report_form(alias)
            else:
                self._reporter.report(
                    Code.IMPORT,
                    alias,
                    f"{alias.name} cannot be imported: a proof can only contain words of the language, the "
                    "library, and what is written in this folder",
                    _REMEDY,
                )
        return frozenset(found)

    def find_file(self, node: ast.ImportFrom, alias: ast.alias) -> str | None:
        """Return the path of the file that an import takes a name from, or None after a report."""
        module = node.module or ""
        if alias.name == "*" or alias.asname is not None:
            self._report_form(alias)
            return None
        if module == LIBRARY_MODULE:
            path = find_library_name(alias.name)
            if path is None:
                near = difflib.get_close_matches(alias.name, list_library_names(), 1)
                self._reporter.report(
                    Code.IMPORTED_NAME,
                    alias,
                    f"the library has no {alias.name}",
                    f"perhaps {near[0]} is meant"
                    if near
                    else "its names stand in fieldproof.library.__all__",
                )
            return path
        path = get_library_path(module) or self._find_sibling(module)
        if path is None and "." in module:
            self._reporter.report(
                Code.IMPORT, node, f"{module} is no file beside this one and no part of the library", _REMEDY
            )
        elif path is None:
            self._reporter.report(
                Code.MODULE_MISSING,
                node,
                f"there is no file {module}.py beside {PurePosixPath(self._reporter.path).name}, and other "
                "libraries cannot be part of a proof",
                f"write {module}.py, or import from fieldproof.library",
            )
        return path

    def _find_sibling(self, module: str) -> str | None:
        if self._reporter.path.startswith(LIBRARY_FOLDER) or not is_sibling(module):
            return None
        path = str(PurePosixPath(self._reporter.path).with_name(f"{module}.py"))
        return path if path in self._files else None

    def get_text(self, path: str) -> str:
        """Return the text of a file that was found, line ends LF."""
        text = read_library()[path] if path.startswith(LIBRARY_FOLDER) else self._files[path]
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _report_form(self, alias: ast.alias) -> None:
        self._reporter.report(
            Code.IMPORT_FORM,
            alias,
            "names are imported one by one and under their own names, so that each has one meaning "
            "in all files",
            _REMEDY,
        )
