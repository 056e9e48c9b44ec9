"""Where a program's gates go, from the whole down: functions, their lines, operations in a line."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldproof.compiler.capture import CapturedNetwork
from fieldproof.compiler.cost import LineCost

_WORDS = {
    "absolute": "absolute values",
    "add": "sums",
    "and": "conditions",
    "array": "lists",
    "bit_and": "bit operations",
    "bit_or": "bit operations",
    "bit_xor": "bit operations",
    "either": "conditions",
    "equal": "equalities",
    "floor_divide": "divisions",
    "fresh": "variables of loops",
    "get": "reads of a list",
    "less": "comparisons",
    "maximum": "maxima",
    "minimum": "minima",
    "modulo": "divisions",
    "multiply": "products",
    "narrow": "checks",
    "not": "conditions",
    "or": "conditions",
    "present": "reads of the window",
    "rank": "ranks",
    "reading": "reads of the window",
    "select": "choices",
    "set": "writes to a list",
    "sort": "sorting",
    "square_root": "square roots",
    "table": "reads of a table",
    "void": "reasons to be void",
}


@dataclass(frozen=True, slots=True)
class Flame:
    """A part of a program with its gates and what it is made of."""

    name: str
    gates: float
    parts: tuple[Flame, ...]
    """The most expensive first, of lines those of the source first."""
    path: str | None = None
    """Of a function or line."""
    line: int | None = None
    """Of a line."""
    times: int | None = None
    """Of operations: how often they are computed."""


def build_flame(network: CapturedNetwork, lines: Sequence[LineCost]) -> Flame:
    """Return the gates of all lines by function."""
    texts = {module.path: module.text for module in network.modules}
    owners = {path: _find_owners(text) for path, text in texts.items()}
    by_function: dict[tuple[str, str], list[Flame]] = {}
    for cost in lines:
        owner = owners.get(cost.path, {}).get(cost.line, cost.path)
        by_function.setdefault((cost.path, owner), []).append(_build_line(cost, texts))
    functions = [
        Flame(name, sum(each.gates for each in found), tuple(found), path)
        for (path, name), found in by_function.items()
    ]
    functions.sort(key=lambda each: -each.gates)
    return Flame("program", sum(each.gates for each in functions), tuple(functions))


def describe_operations(cost: LineCost) -> tuple[Flame, ...]:
    """Return the operations of a line under the names that an author would give them."""
    joined: dict[str, tuple[int, float]] = {}
    for operation in cost.operations:
        word = _WORDS.get(operation.name, operation.name.replace("_", " "))
        times, gates = joined.get(word, (0, 0.0))
        joined[word] = (times + operation.times, gates + operation.gates)
    parts = [Flame(word, gates, (), times=times) for word, (times, gates) in joined.items()]
    return tuple(sorted(parts, key=lambda each: -each.gates))


def _build_line(cost: LineCost, texts: Mapping[str, str]) -> Flame:
    source = texts.get(cost.path, "").split("\n")
    text = source[cost.line - 1].strip() if cost.line <= len(source) else ""
    return Flame(text, cost.gates, describe_operations(cost), cost.path, cost.line)


def _find_owners(text: str) -> dict[int, str]:
    """Return the function that each line of a file stands in."""
    owners = {}
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.FunctionDef):
            for line in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1):
                owners[line] = statement.name
    return owners
