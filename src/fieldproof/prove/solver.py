"""From a circuit's inputs to its witness, in one warm Node process behind one function.

`noir_js` is the oracle that any faster solver has to agree with byte for byte.
"""

import base64
import gzip
import json
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from fieldproof.prove.errors import LimitError, ProcessError, UnsatisfiedError
from fieldproof.prove.noir import Artifact
from fieldproof.prove.process import GuardedProcess, Limits
from fieldproof.prove.toolchain import Toolchain

Input: TypeAlias = "int | Sequence[Input]"
"""A field element or an array of inputs."""

_SCRIPT = Path(__file__).with_name("solve.cjs")


class WitnessSolver:
    """Solves witnesses one at a time; safe to call from many threads. Starts its process when first used.

    A process that dies or passes a limit is started again by the next call.
    """

    def __init__(
        self, toolchain: Toolchain, *, seconds: float = 120, resident_bytes: int = 4 * 2**30
    ) -> None:
        self._toolchain = toolchain
        self._seconds = seconds
        self._limits = Limits(seconds=None, resident_bytes=resident_bytes)
        self._lock = threading.Lock()
        self._guarded: GuardedProcess | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def solve(self, artifact: Artifact, inputs: Mapping[str, Input]) -> bytes:
        """Return the witness (gunzipped) of a circuit for inputs by the names of `main`'s parameters.

        Raises `UnsatisfiedError` with the place of a constraint that does not hold, `LimitError` when it
        takes too long or too much memory, `ProcessError` when the solver itself fails.
        """
        with self._lock:
            guarded = self._start()
            request = {
                "circuit": artifact.content_hash,
                "program": str(self._get_program(artifact)),
                "inputs": {name: _to_text(value) for name, value in inputs.items()},
            }
            line = self._exchange(guarded, json.dumps(request).encode() + b"\n")
        reply = json.loads(line)
        if "witness" in reply:
            return gzip.decompress(base64.b64decode(reply["witness"]))
        if "unsatisfied" in reply:
            raise UnsatisfiedError(f"no witness: {reply['unsatisfied']}")
        raise ProcessError(f"the witness solver failed: {reply['failed']}")

    def close(self) -> None:
        """End the process, in the middle of a call too."""
        if self._guarded is not None:
            self._guarded.kill()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _start(self) -> GuardedProcess:
        if self._guarded is None or not self._guarded.is_alive:
            command = [self._toolchain.node, _SCRIPT, self._toolchain.node_modules]
            self._guarded = GuardedProcess(command, self._limits)
        return self._guarded

    def _get_program(self, artifact: Artifact) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="fieldproof-solver-")
        path = Path(self._folder.name) / f"{artifact.content_hash}.json"
        if not path.exists():
            path.write_text(artifact.program)
        return path

    def _exchange(self, guarded: GuardedProcess, request: bytes) -> bytes:
        process = guarded.process
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("bug: a guarded process without pipes")
        late = threading.Event()

        def end() -> None:
            late.set()
            guarded.kill()

        timer = threading.Timer(self._seconds, end)
        timer.start()
        try:
            process.stdin.write(request)
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = b""
        finally:
            timer.cancel()
        if late.is_set():
            raise LimitError(f"solving a witness took longer than {self._seconds:g} s")
        if not line.endswith(b"\n"):
            guarded.kill()
            raise guarded.describe_end()
        return line


def _to_text(value: Input) -> object:
    return str(value) if isinstance(value, int) else [_to_text(item) for item in value]
