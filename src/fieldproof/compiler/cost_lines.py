"""Gates by line of Python, and what they go to in each line."""

from __future__ import annotations

from dataclasses import dataclass

from fieldproof.compiler.diagnostics import Span


@dataclass(frozen=True, slots=True)
class OperationCost:
    """Gates that operations of one kind take in one line, in the whole circuit."""

    name: str
    """The opcode's, or `void` for what makes a device void."""
    times: int
    """How often it is computed, rounds and devices multiplied."""
    gates: float


@dataclass(frozen=True, slots=True)
class LineCost:
    """Gates that one line of Python takes in the whole circuit."""

    path: str
    line: int
    gates: float
    operations: tuple[OperationCost, ...] = ()
    """What the gates go to, the most first."""


class LineBook:
    """Counts gates by line and operation."""

    def __init__(self) -> None:
        self._counted: dict[tuple[str, int], dict[str, tuple[int, float]]] = {}

    def add(self, span: Span, name: str, times: int, gates: float) -> None:
        """Count gates of so many operations, all together."""
        self._add(span.path, span.line, name, times, gates)

    def _add(self, path: str, number: int, name: str, times: int, gates: float) -> None:
        line = self._counted.setdefault((path, number), {})
        before = line.get(name, (0, 0.0))
        line[name] = (before[0] + times, before[1] + gates)

    def merge(self, other: LineBook) -> None:
        """Count all that another book holds."""
        for (path, line), found in other._counted.items():
            for name, (times, gates) in found.items():
                self._add(path, line, name, times, gates)

    def list_lines(self) -> tuple[LineCost, ...]:
        """Return all lines that take gates, in the order of the source."""
        return tuple(
            _gather_line(path, line, found)
            for (path, line), found in sorted(self._counted.items())
            if any(gates for _, gates in found.values())
        )


def _gather_line(path: str, line: int, found: dict[str, tuple[int, float]]) -> LineCost:
    operations = [OperationCost(name, times, gates) for name, (times, gates) in found.items() if gates]
    operations.sort(key=lambda each: -each.gates)
    return LineCost(path, line, sum(each.gates for each in operations), tuple(operations))
