"""Errors of the compiler room.

FieldproofError
├── CompileError       the source of a network has mistakes; carries all of them
└── LineError          a line that was asked about computes nothing

A program that raises is no error of ours: it makes a device void, and `interpret` says so in a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldproof.core.errors import FieldproofError

if TYPE_CHECKING:
    from fieldproof.compiler.diagnostics import Diagnostic


class CompileError(FieldproofError):
    """The source of a network cannot be compiled; `diagnostics` lists every mistake, in source order."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(
            "\n\n".join(each.render() for each in diagnostics),
            hint="`fieldproof check` shows these again without running anything.",
        )
        self.diagnostics = diagnostics


class LineError(FieldproofError):
    """A line that was asked about stands in no function of the network."""
