"""An index that the way to it shows to be there is not checked again; any other is."""

import pytest

from fieldproof.compiler import capture, compile_network
from fieldproof.compiler.ir import Event, walk

from .random_frames import PLAIN_START, make_plain

START = "values = [sample.y for sample in window]\ntotal = 0\n"
INSIDE = (
    "for i, sample in enumerate(window):\n    total += values[i]",
    "for i, sample in enumerate(window[2:]):\n    total += values[i] + values[i + 2] + window[i + 1].y",
    "for i, value in enumerate(values[2:]):\n    total += values[i] + values[i + 2]",
    "for i, value in enumerate(values[1:-1][1:3]):\n    total += sum([values[i + j] for j in range(4)])",
    "for i in range(6):\n    if i < len(values):\n        total += values[i]",
    "for i in range(6):\n    if i < min(len(values) - 1, 3):\n        total += values[i + 1]",
)
OUTSIDE = (
    "for i, sample in enumerate(window):\n    total += values[i + 1]",
    "for i, value in enumerate(values[2:]):\n    total += values[i + 3]",
    "for i, value in enumerate(values[1:-1][1:3]):\n    total += sum([values[i + j] for j in range(5)])",
    "for i in range(6):\n    if i < max(len(values) - 5, 0) - -2:\n        total += values[i + 3]",
    "for i in range(6):\n    if i < max(len(values) - 1, 1):\n        total += values[i]",
    "for i in range(6):\n    if i - 2 < len(values):\n        total += values[i]",
)


def count_raises(body: str) -> int:
    lines = "".join(f"    {line}\n" for line in f"{START}{body}\nreturn total".split("\n"))
    compiled = compile_network(capture(make_plain(f"{PLAIN_START}{lines}")))
    return sum(isinstance(item, Event) for item in walk(compiled.program.body))


@pytest.mark.parametrize("body", INSIDE)
def test_what_is_shown_to_be_inside_raises_nowhere(body: str) -> None:
    assert count_raises(body) == 0


@pytest.mark.parametrize("body", OUTSIDE)
def test_what_may_be_outside_raises(body: str) -> None:
    assert count_raises(body) > 0
