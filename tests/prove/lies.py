"""Gadgets whose hints lie on demand: every `unconstrained fn` of hints.nr wrapped, and a solver for them."""

import json
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fieldproof.core.poseidon2 import FIELD_ORDER
from fieldproof.prove.gadgets import get_gadgets
from fieldproof.prove.noir import Artifact
from fieldproof.prove.toolchain import Toolchain

_HINTS = "gadgets/hints.nr"
_SIGNATURE = re.compile(
    r"pub unconstrained fn (?P<name>\w+)(?P<generics><[^>]*>)?"
    r"\((?P<parameters>[^)]*)\) -> (?P<type>[^{]+?) \{"
)
_ORACLE = "#[oracle(lie)]\nunconstrained fn lie(_honest: Field) -> Field {}\n"
_BODIES = {
    "Field": "let all = {call}; all + lie(all)",
    "bool": "let all = {call}; all != (lie(all as Field) != 0)",
    "u32": "let all = {call} as Field; (all + lie(all)) as u32",
    "(Field, Field)": "let (first, second) = {call}; (first + lie(first), second + lie(second))",
}
_EACH = "let mut all = {{call}}; for i in 0..all.len() {{{{ {} }}}} all"
_ARRAYS = {
    "Field": _EACH.format("all[i] += lie(all[i]);"),
    "bool": _EACH.format("all[i] = all[i] != (lie(all[i] as Field) != 0);"),
    # The field's order ends in zeros and a one: a small lie below zero is to wrap as a number of 16 bits.
    "u16": _EACH.format("all[i] = (all[i] as Field + lie(all[i] as Field) + 0x10000) as u16;"),
    "[u32; LENGTH]": _EACH.format(
        "for j in 0..LENGTH {{{{ all[i][j] = (all[i][j] as Field + lie(all[i][j] as Field)) as u32; }}}}"
    ),
}


def get_hint_names() -> list[str]:
    return [match["name"] for match in _SIGNATURE.finditer(get_gadgets()[_HINTS])]


def get_lying_gadgets() -> dict[str, str]:
    """The gadgets with hints.nr replaced: every value that a hint returns is off by a lie."""
    wrappers: list[str] = []

    def wrap(match: re.Match[str]) -> str:
        name, parameters, kind = match["name"], match["parameters"], match["type"]
        generics = match["generics"] or ""
        arguments = ", ".join(re.findall(r"(\w+):", parameters))
        call = f"honest_{name}({arguments})"
        array = re.fullmatch(r"\[(.+); \w+\]", kind)
        body = (_ARRAYS[array[1]] if array else _BODIES[kind]).format(call=call)
        wrappers.append(f"pub unconstrained fn {name}{generics}({parameters}) -> {kind} {{ {body} }}\n")
        return f"unconstrained fn honest_{name}{generics}({parameters}) -> {kind} {{"

    text = _SIGNATURE.sub(wrap, get_gadgets()[_HINTS])
    # Hints that call each other are told the truth.
    text = re.sub(rf"(?<!_)\b({'|'.join(get_hint_names())})\(", r"honest_\1(", text)
    assert text.count("unconstrained fn honest_") == text.count("unconstrained fn")
    return {**get_gadgets(), _HINTS: text + "\n" + _ORACLE + "".join(wrappers)}


@dataclass(frozen=True)
class Outcome:
    solved: bool
    asked: int
    """How many values were hinted."""
    reason: str
    hinted: tuple[int, ...]
    """What they were before the lies."""
    answers: tuple[int, ...]
    """What `main` returned, where that is an array."""


class LyingSolver:
    def __init__(self, toolchain: Toolchain) -> None:
        script = Path(__file__).with_name("lying_solver.cjs")
        command = [toolchain.node, script, toolchain.node_modules]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._folder = tempfile.TemporaryDirectory()

    def solve(self, artifact: Artifact, inputs: Mapping[str, object], lies: Sequence[int] = ()) -> Outcome:
        path = Path(self._folder.name) / f"{artifact.content_hash}.json"
        if not path.exists():
            path.write_text(artifact.program)
        request = {
            "program": str(path),
            "inputs": {name: _to_text(value) for name, value in inputs.items()},
            "lies": [str(lie % FIELD_ORDER) for lie in lies],
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        reply = json.loads(self._process.stdout.readline())
        hinted, answers = (tuple(int(value, 16) for value in reply[name]) for name in ("hinted", "answers"))
        return Outcome(reply["solved"], len(hinted), reply.get("reason", ""), hinted, answers)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()


def _to_text(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return str(value % FIELD_ORDER)
    assert isinstance(value, (list, tuple))
    return [_to_text(item) for item in value]
