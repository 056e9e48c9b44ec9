"""What a suggestion says: a place, what is dear there, and the cheaper way."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from fieldproof.compiler.diagnostics import Reporter, Span, render_place


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One place where fewer gates would do."""

    span: Span
    message: str
    """What is dear."""
    remedy: str
    """What does the same for less."""
    source_line: str

    def render(self) -> str:
        """The text an author sees, in the form of a mistake."""
        return render_place(self.span, f"cheaper: {self.message}", self.source_line, f"= {self.remedy}")


def make_suggestion(reporter: Reporter, where: ast.AST | Span, message: str, remedy: str) -> Suggestion:
    """Return a suggestion about a place of the reporter's file."""
    span = where if isinstance(where, Span) else reporter.compute_span(where)
    return Suggestion(span, message, remedy, reporter.get_line(span.line))
