"""Sources with mistakes, kept as text: the source, a line of dashes, and what the compiler says.

A file whose first line is `program` holds only the program's body; the rest of the network is added. One
whose first line is `files` holds several files, each below a line such as `=== rules.py`.
"""

from pathlib import Path

from fieldproof.compiler import check

FOLDER = Path(__file__).with_name("mistakes")
SEPARATOR = "\n" + "-" * 40 + "\n"

_HEAD = """\
from fieldproof import U8, U16, U32, Attributes, Network, Reading, Window, field, isqrt, program


class Sample(Reading):
    value: int = field(unit="Cel", scale=10, low=-40, high=60)


class Site(Attributes):
    area: int = field(unit="m2", scale=1, low=0, high=50)


TABLE = (1, 2, 3)
LIMIT = 100


@program
def reward(window: Window[Sample], site: Site) -> U32:
"""
_TAIL = """

network = Network(
    name="mistakes", reading=Sample, attributes=Site, program=reward,
    window="1h", readings_per_window=60, pool_per_window="1",
)
"""


def make_source(text: str) -> str:
    """The whole source of a mistake."""
    kind, body = text.split("\n", 1)
    if kind == "file":
        return body
    indented = "\n".join("    " + line if line else line for line in body.strip("\n").split("\n"))
    return _HEAD + indented + "\n" + _TAIL


def make_files(text: str) -> dict[str, str]:
    """All files of a mistake by name."""
    kind, body = text.split("\n", 1)
    if kind != "files":
        return {"network.py": make_source(text)}
    files = {}
    for part in body.split("=== ")[1:]:
        name, source = part.split("\n", 1)
        files[name] = source
    return files


def describe_mistakes(text: str) -> str:
    """What the compiler says of a mistake's files."""
    found = check(make_files(text))
    return "\n\n".join(each.render() for each in found) or "no mistake"
