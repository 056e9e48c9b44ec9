"""Why a device is void: the exception, its place in the source, and the reading that was looked at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any

from fieldproof.compiler.capture import CapturedNetwork
from fieldproof.compiler.declared import UNEXPLAINED


@dataclass(frozen=True, slots=True)
class VoidReason:
    """Why a device is void in a window."""

    exception: str
    """Name of the exception class."""
    message: str
    path: str
    line: int
    """Line of the source that raised."""
    reading: int | None = None
    """Index of the reading that a loop was at; None outside of loops over readings."""

    def __str__(self) -> str:
        place = "" if self.reading is None else f", at reading {self.reading}"
        return f"{self.path}:{self.line}: {self.exception}: {self.message}{place}"


class Row:
    """Named integers: a reading or attributes."""

    __slots__ = ("_index", "_values")

    def __init__(self, names: tuple[str, ...], values: tuple[int | None, ...], index: int | None) -> None:
        """`index` is the place of a reading in its window; None for attributes."""
        self._index = index
        self._values = dict(zip(names, values, strict=True))

    def __getattr__(self, name: str) -> int | None:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(name) from None


class Readings(tuple[Row, ...]):
    """A window: its readings, and its place in time."""

    starts_at: int
    number: int
    missed: int
    _last: int | None

    def __new__(  # noqa: D102  a tuple is made here
        cls, readings: tuple[Row, ...], *, starts_at: int, number: int, missed: int
    ) -> Readings:
        window = super().__new__(cls, readings)
        window.starts_at, window.number, window.missed = starts_at, number, missed
        window._last = None
        return window

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        if isinstance(found, Row):
            self._last = found._index
        return found


class ReasonFinder:
    """Finds where in a network's source an exception came from."""

    def __init__(self, network: CapturedNetwork) -> None:
        self._functions = {module.path: module.functions for module in network.modules}
        self._path = network.path

    def find(self, error: Exception) -> VoidReason:
        """Return the reason that an exception out of the program is."""
        frames = [
            each for each in _walk(error.__traceback__) if each[0].f_code.co_filename in self._functions
        ]
        reading = next(
            (
                found
                for frame, line in reversed(frames)
                if (found := self._find_reading(frame, line)) is not None
            ),
            None,
        )
        path, line = (frames[-1][0].f_code.co_filename, frames[-1][1]) if frames else (self._path, 0)
        message = str(error) or UNEXPLAINED
        return VoidReason(type(error).__name__, message, path, line, reading)

    def _find_reading(self, frame: FrameType, line: int) -> int | None:
        """Return the index of the reading that a function was at, in the innermost loop that tells."""
        names = frame.f_locals
        if frame.f_code.co_name in ("<genexpr>", "<listcomp>"):
            return _find_last_row([names.get(name) for name in frame.f_code.co_varnames])
        for loop in self._list_loops(frame.f_code.co_filename, line):
            targets = _list_stored(loop.target) if isinstance(loop, ast.For) else []
            found = _find_last_row([names.get(name) for name in targets])
            if found is None:
                earlier = [each for each in loop.body if each.lineno <= line]
                stored = [name for statement in earlier for name in _list_stored(statement)]
                found = _find_last_row([names.get(name) for name in stored])
            if found is None:
                found = _find_last_access(loop, names)
            if found is not None:
                return found
        return None

    def _list_loops(self, path: str, line: int) -> list[ast.For | ast.While]:
        """Return the loops whose body holds a line, innermost first."""
        return [
            node
            for function in self._functions[path]
            if function.lineno <= line <= (function.end_lineno or line)
            for node in ast.walk(function)
            if isinstance(node, ast.For | ast.While)
            and node.body[0].lineno <= line <= (node.body[-1].end_lineno or line)
        ][::-1]


def _walk(traceback: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    while traceback is not None:
        yield traceback.tb_frame, traceback.tb_lineno
        traceback = traceback.tb_next


def _list_stored(node: ast.AST) -> list[str]:
    return [
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    ]


def _find_last_row(values: list[object]) -> int | None:
    """Return the highest index of the readings among values."""
    indices = [each._index for each in values if isinstance(each, Row)]
    return max((each for each in indices if each is not None), default=None)


def _find_last_access(loop: ast.For | ast.While, names: dict[str, Any]) -> int | None:
    """Return the index that a loop's body read last from a window, as in `window[i].value`."""
    for node in ast.walk(loop):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            window = names.get(node.value.id)
            if isinstance(window, Readings):
                return window._last
    return None
