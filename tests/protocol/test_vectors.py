"""The committed vectors are what the protocol says today."""

from pathlib import Path

import pytest

from loading import load_script

VECTORS = Path(__file__).parents[2] / "vectors"


GENERATOR = load_script(VECTORS / "generate.py")


@pytest.mark.parametrize("name", sorted(GENERATOR.FILES))
def test_a_vector_file_is_what_the_code_computes(name: str) -> None:
    assert (VECTORS / f"{name}.json").read_text() == GENERATOR.render(name), (
        "the protocol changed: if that is meant, run `python vectors/generate.py` and review the difference"
    )


def test_every_vector_file_is_described() -> None:
    readme = (VECTORS / "README.md").read_text()
    for path in VECTORS.glob("*.json"):
        assert f"`{path.name}`" in readme
