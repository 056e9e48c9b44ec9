"""Every function says what it takes, errs by and costs; the library is nothing but its functions."""

import ast
import inspect
import re
from pathlib import Path
from types import FunctionType

import pytest

from fieldproof import library

FOLDER = Path(inspect.getfile(library)).parent
FUNCTIONS = [value for name in library.__all__ if isinstance(value := getattr(library, name), FunctionType)]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_a_function_says_what_it_takes_errs_by_and_costs(function: FunctionType) -> None:
    assert re.search(r"\n\nTakes: .+\n(.+\n)*Error: .+\n(.+\n)*Gates: .+", inspect.getdoc(function) or "")


def test_every_public_function_can_be_imported_from_the_library() -> None:
    for path in FOLDER.glob("*.py"):
        tree = ast.parse(path.read_text())
        names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        if path.stem not in ("__init__", "polynomials"):
            assert {name for name in names if name[0] != "_"} <= set(library.__all__), path.name


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_a_module_imports_only_words_and_its_siblings(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        assert not isinstance(node, ast.Import)
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            assert module in ("fieldproof", "itertools") or module.startswith("fieldproof.library.")
