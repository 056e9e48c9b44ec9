"""The pages on mistakes: for each code what it means, an example that causes it, and what to write instead.

They are texts beside this module, one for each code, in the folder `mistakes`. An example is a whole file, or
a piece of one that `make_source` completes: so each can be compiled, and a test compiles them all.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from importlib import resources

from fieldproof.compiler.capture import NETWORK_FILE
from fieldproof.compiler.diagnostics import Code

_SHAPE = re.compile(
    r"(?P<text>.*?)\n\n```python ?(?P<kind>\w*)\n(?P<example>.*?)\n```\n\n"
    r"Instead:\n\n```python ?(?P<other_kind>\w*)\n(?P<instead>.*?)\n```\n",
    re.DOTALL,
)
_FILE_NAME = re.compile(r"^# (\w+\.py)\n", re.MULTILINE)
_PROGRAM_HEAD = "@program\ndef reward(window: Window[Sample], site: Site) -> U32:\n"
_HEAD = """\
from dataclasses import dataclass

from fieldproof import (
    U8,
    U32,
    U64,
    Array,
    Attributes,
    Cohort,
    Int,
    Network,
    Reading,
    Window,
    each_device,
    field,
    isqrt,
    percentile,
    program,
)
"""
_PARTS = {
    "Sample": """\
class Sample(Reading):
    temperature: int = field(unit="Cel", scale=10, low=-40, high=60)
""",
    "Site": """\
class Site(Attributes):
    sensors: int = field(unit="count", low=1, high=8)
""",
    "TABLE": "TABLE = (10, 20, 30)\nLIMIT = 250\n",
    "reward": _PROGRAM_HEAD + "    return len(window)\n",
    "network": """\
network = Network(
    name="warmth",
    reading=Sample,
    attributes=Site,
    program=reward,
    window="1h",
    readings_per_window=60,
    pool_per_window="100",
)
""",
}
"""What an example is completed with where it does not bring it itself, by the name it defines."""


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of an author's source."""

    kind: str
    """Empty: lines of the program; `module`: of the top of the file; `file`: the whole file; `files`: the top
    of network.py and other files whole, each below its name as a comment."""
    text: str


@dataclass(frozen=True, slots=True)
class MistakePage:
    """What is said of a code beyond the message at the place."""

    code: Code
    explanation: str
    example: Example
    """Causes the mistake."""
    instead: Example
    """Does what was probably meant, and compiles."""


def find_code(number: str) -> Code | None:
    """Return the code of a number such as FP112, in capitals or not; None if there is none."""
    return next((code for code in Code if code.number == number.strip().upper()), None)


def load_page(code: Code) -> MistakePage:
    """Return the page on a code; raises RuntimeError (a bug) where none is kept or it is not of the form."""
    path = resources.files(__package__).joinpath("mistakes", f"{code.number}.md")
    shape = _SHAPE.fullmatch(path.read_text(encoding="utf-8")) if path.is_file() else None
    if shape is None:
        raise RuntimeError(f"bug: {code.number} has no page, or one of another form")
    return MistakePage(
        code,
        shape["text"],
        Example(shape["kind"], shape["example"]),
        Example(shape["other_kind"], shape["instead"]),
    )


def render_page(page: MistakePage) -> str:
    """Return a page as Markdown, from its heading on."""
    return "\n".join(
        [
            f"## {page.code.number}: {page.code.title}",
            "",
            page.explanation,
            "",
            "```python",
            page.example.text,
            "```",
            "",
            "Instead:",
            "",
            "```python",
            page.instead.text,
            "```",
            "",
        ]
    )


def render_setting() -> str:
    """Return the file in which examples of a few lines stand."""
    return "\n\n\n".join([_HEAD.strip(), *(part.strip("\n") for part in _PARTS.values())])


def make_files(example: Example) -> dict[str, str]:
    """Return the whole files of an example by name."""
    if example.kind != "files":
        return {NETWORK_FILE: make_source(example)}
    parts = _FILE_NAME.split(example.text)[1:]
    files = {name: text.strip("\n") + "\n" for name, text in zip(parts[::2], parts[1::2], strict=True)}
    return {**files, NETWORK_FILE: make_source(Example("module", files[NETWORK_FILE]))}


def make_source(example: Example) -> str:
    """Return the whole file of an example."""
    if example.kind == "file":
        return example.text + "\n"
    text = example.text
    if not example.kind:
        lines = (f"    {line}" if line else line for line in text.split("\n"))
        text = _PROGRAM_HEAD + "\n".join(lines)
    defined = _find_defined(text)
    before = [_PARTS[name] for name in ("Sample", "Site", "TABLE") if name not in defined]
    after = [_PARTS[name] for name in ("reward", "network") if name not in defined]
    return "\n\n".join([_HEAD, *before, text + "\n", *after])


def _find_defined(text: str) -> set[str]:
    found: set[str] = set()
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            found.add(statement.name)
        elif isinstance(statement, ast.Assign):
            found |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
    return found
