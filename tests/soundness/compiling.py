"""The compiler without its own soundness check: a gadget that lacks a constraint compiles all the same."""

from pathlib import Path
from unittest.mock import patch

from fieldproof.prove import noir
from fieldproof.prove.noir import Artifact, compile_circuit
from fieldproof.prove.toolchain import ensure, get_cache_folder

_CHECK = "if (bugs.length > 0)"


def compile_unchecked(sources: dict[str, str]) -> Artifact:
    """Compile whatever the compiler holds of it; results are kept apart from those that it takes."""
    cache: Path = get_cache_folder() / "tests" / "unchecked"
    script = noir._SCRIPT.read_text()
    assert script.count(_CHECK) == 1
    cache.mkdir(parents=True, exist_ok=True)
    unchecked = cache / "compile.cjs"
    unchecked.write_text(script.replace(_CHECK, "if (false)"))
    with patch.object(noir, "_SCRIPT", unchecked):
        return compile_circuit(sources, ensure(), cache=cache)
