"""The committed vectors are what the protocol says today."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

VECTORS = Path(__file__).parents[2] / "vectors"


def load_generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vector_generator", VECTORS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = load_generator()


@pytest.mark.parametrize("name", sorted(GENERATOR.FILES))
def test_a_vector_file_is_what_the_code_computes(name: str) -> None:
    assert (VECTORS / f"{name}.json").read_text() == GENERATOR.render(name), (
        "the protocol changed: if that is meant, run `python vectors/generate.py` and review the difference"
    )


def test_every_vector_file_is_described() -> None:
    readme = (VECTORS / "README.md").read_text()
    for path in VECTORS.glob("*.json"):
        assert f"`{path.name}`" in readme
