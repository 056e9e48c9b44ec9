"""Words for where values come from."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from fieldproof.compiler.authoring import SIZED_INTEGERS

CHECKED = "checked: what does not fit makes the device void"
"""What a type gives that is called."""

GROWTH: Mapping[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "take off",
    ast.Mult: "multiply by",
    ast.FloorDiv: "divide by",
}
"""What a round does to a variable."""

OPERATIONS: Mapping[type[ast.operator], str] = {
    ast.Add: "the sum",
    ast.Sub: "the difference",
    ast.Mult: "the product",
    ast.FloorDiv: "the quotient, rounded down",
    ast.Mod: "the rest of the division",
    ast.Pow: "the power",
    ast.BitAnd: "bit by bit",
    ast.BitOr: "bit by bit",
    ast.BitXor: "bit by bit",
    ast.LShift: "the bits moved up",
    ast.RShift: "the bits moved down",
}
"""What an operator gives."""

NETWORK_FIELDS: Mapping[tuple[str, str], str] = {
    ("Window", "starts_at"): "the start of the window in seconds",
    ("Window", "number"): "the number of the window, from the network's first",
    ("Window", "missed"): "the windows that the device skipped since it last sealed one",
    ("Member", "present"): "a truth value: whether the device sealed and is not void",
    ("Member", "report"): "what the device reported; of an absent one the values nearest zero",
}
"""What is not the author's own, by its owner."""

_FUNCTIONS: Mapping[str, str] = {
    "abs": "the size, without its sign",
    "all": "a truth value: whether all are true",
    "any": "a truth value: whether any is true",
    "bool": "a truth value",
    "divmod": "the quotient, rounded down, and the rest",
    "int": "the number itself",
    "interpolate": "the height at that point of lines between constant points",
    "isqrt": "the square root, rounded down",
    "len": "how many there can be",
    "list": "a list of its own",
    "max": "the greatest",
    "median": "the value in the middle",
    "min": "the least",
    "percentile": "a value of that place among all",
    "rank": "a value of that place among all",
    "replace": "the same object with other fields",
    "sorted": "the values in rising order",
    "sum": "the sum",
}


def describe_function(name: str, element: str = "") -> str:
    """Return what a function of the language gives, of `element` in every round where there is one."""
    if name in SIZED_INTEGERS:
        return CHECKED
    return f"the {name} of {element}" if element else _FUNCTIONS.get(name, f"what {name} gives")


def say_line(line: int | None) -> str:
    """Return a line for the end of a reason; nothing where there is none."""
    return "" if line is None else f" (line {line})"
