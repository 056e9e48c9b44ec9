"""Compiling Noir: sources in, an artifact out, in a Node process of its own with limits.

The compiler runs as WebAssembly and can trap on large programs. It reports what it holds to be unsound as
a mere warning and succeeds; here that is an error.
"""

import base64
import gzip
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from fieldproof.prove.errors import CircuitError, SoundnessError
from fieldproof.prove.process import Limits, run_limited
from fieldproof.prove.toolchain import VERSIONS, Toolchain

COMPILE_LIMITS = Limits(seconds=600, resident_bytes=6 * 2**30)
_SCRIPT = Path(__file__).with_name("compile.cjs")
_MANIFEST = '[package]\nname = "circuit"\ntype = "bin"\nauthors = [""]\n\n[dependencies]\n'


@dataclass(frozen=True, slots=True)
class Parameter:
    """An input of a circuit's `main`: a field, or an array of arrays … of fields."""

    name: str
    is_public: bool
    shape: tuple[int, ...]
    """Lengths from the outermost array inwards; empty for a single field."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A compiled circuit."""

    content_hash: str
    """SHA-256 (hex) over the sources and the compiler's version."""
    program: str
    """The JSON that the compiler wrote: for the witness solver."""
    bytecode: bytes
    """ACIR, gunzipped: for bb."""
    parameters: tuple[Parameter, ...]
    """The inputs of `main` in order, public ones first."""


def compute_content_hash(sources: Mapping[str, str]) -> str:
    """Return the name that a compiled circuit is kept under."""
    versions = [VERSIONS["@noir-lang/noir_wasm"], VERSIONS["@aztec/bb.js"]]
    content = json.dumps([sorted(sources.items()), versions], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def compile_circuit(
    sources: Mapping[str, str],
    toolchain: Toolchain,
    *,
    cache: Path | None = None,
    limits: Limits = COMPILE_LIMITS,
) -> Artifact:
    """Compile sources (path below `src/` → text, `main.nr` among them); seconds the first time.

    Raises `CircuitError` with the compiler's message, `SoundnessError` when it compiles and the compiler
    holds it to be unsound, `LimitError` when it passed a limit. `cache` keeps results for good.
    """
    content_hash = compute_content_hash(sources)
    kept = None if cache is None else cache / f"circuit-{content_hash}.json"
    if kept is not None and kept.is_file():
        return _read_artifact(content_hash, kept.read_text())
    with tempfile.TemporaryDirectory(prefix="fieldproof-noir-") as name:
        folder = Path(name)
        _write_package(folder, sources)
        output = folder / "artifact.json"
        command = [toolchain.node, _SCRIPT, toolchain.node_modules, folder, output]
        finished = run_limited(command, limits)
        said = finished.stderr.decode("utf-8", "replace").replace(str(folder / "src") + "/", "").strip()
        if finished.exit_status == 2:
            raise SoundnessError(f"the Noir compiler holds this circuit to be unsound:\n{said}")
        if finished.exit_status != 0:
            raise CircuitError(f"the Noir compiler refuses this circuit:\n{said[-4000:]}")
        program = output.read_text()
    if kept is not None:
        _keep(kept, program)
    return _read_artifact(content_hash, program)


def _write_package(folder: Path, sources: Mapping[str, str]) -> None:
    (folder / "Nargo.toml").write_text(_MANIFEST)
    for path, text in sources.items():
        parts = PurePosixPath(path)
        if parts.is_absolute() or ".." in parts.parts:
            raise CircuitError(f"a source file may not lie outside its package: {path}")
        target = folder / "src" / parts
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def _read_artifact(content_hash: str, program: str) -> Artifact:
    content = json.loads(program)
    bytecode = gzip.decompress(base64.b64decode(content["bytecode"]))
    parameters = tuple(
        Parameter(each["name"], each["visibility"] == "public", _read_shape(each["type"]))
        for each in content["abi"]["parameters"]
    )
    return Artifact(content_hash, program, bytecode, parameters)


def _read_shape(kind: Mapping[str, Any]) -> tuple[int, ...]:
    if kind["kind"] == "array":
        return (int(kind["length"]), *_read_shape(kind["type"]))
    if kind["kind"] == "field":
        return ()
    raise CircuitError(f"an input of a circuit is a field or an array of them, not {kind['kind']}")


def _keep(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    os.replace(name, target)
