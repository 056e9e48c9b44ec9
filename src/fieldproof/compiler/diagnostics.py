"""What the compiler says to an author: where, what, why, and what to write instead."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from fieldproof.compiler.errors import CompileError


class Code(Enum):
    """Stable codes of all mistakes the compiler knows, each with its title."""

    SYNTAX = ("FP001", "the file is no Python")
    NETWORK_MISSING = ("FP002", "no network is described")
    NETWORK_CALL = ("FP003", "the Network(...) call is not as it must be")
    SETTING = ("FP004", "a setting of the network is wrong")
    IMPORT = ("FP005", "an import that a network cannot have")
    MODULE_STATEMENT = ("FP006", "a statement that cannot stand at the top of a file")
    DUPLICATE = ("FP007", "a name is given twice")
    RESERVED_NAME = ("FP008", "a name that has a meaning already")
    SCHEMA_CLASS = ("FP009", "a schema class is not as it must be")
    SCHEMA_FIELD = ("FP010", "a field of a schema is wrong")
    CONSTANT = ("FP011", "a constant that is no literal")
    PROGRAM_MISSING = ("FP012", "no program")
    PROGRAM_SIGNATURE = ("FP013", "the program's signature is not as it must be")
    FUNCTION_SIGNATURE = ("FP014", "a function's signature is not as it must be")
    UNUSED_FUNCTION = ("FP015", "a function that nothing calls")
    MODULE_MISSING = ("FP016", "an imported file that is not there")
    MODULE_CYCLE = ("FP017", "files that import one another")
    IMPORTED_NAME = ("FP018", "an imported name that its file does not define")
    IMPORT_FORM = ("FP019", "an import of another form than from ... import NAME")
    NOT_IMPORTED = ("FP020", "a word that is used and not imported")
    CLASS = ("FP021", "a class of a kind that no network knows")
    ENUM = ("FP022", "an enum that is not as it must be")
    DATACLASS = ("FP023", "a dataclass that is not as it must be")
    DATACLASS_FIELD = ("FP024", "a field of a dataclass that is wrong")
    DEFAULT = ("FP025", "a default that does not fit its field")
    DECORATOR = ("FP026", "a decorator that no network knows")
    STAGES = ("FP027", "a program over the cohort that lacks one of its two stages")
    MISPLACED = ("FP028", "something that belongs into network.py")
    TYPE_ARGUMENTS = ("FP029", "a type whose numbers in brackets are wrong")
    OUTSIDE = ("FP102", "something that is no part of the language")
    FLOAT = ("FP103", "a number that is no integer")
    TRUE_DIVISION = ("FP104", "a division that gives a fraction")
    OPERATOR = ("FP105", "an operator outside the language")
    POWER = ("FP106", "a power with an exponent that is no small constant")
    COMPARISON = ("FP107", "a comparison outside the language")
    STRING = ("FP108", "a text where a number is needed")
    UNKNOWN_NAME = ("FP109", "a name that nobody defined")
    UNSET_NAME = ("FP110", "a variable that may have no value")
    UNKNOWN_FIELD = ("FP111", "a field that does not exist")
    KIND = ("FP112", "a value of the wrong kind")
    CALL = ("FP113", "a call of something that cannot be called")
    ARGUMENTS = ("FP114", "wrong arguments of a call")
    RECURSION = ("FP115", "a function that calls itself")
    LOOP = ("FP116", "a loop over something without a fixed bound")
    ASSIGNMENT = ("FP117", "an assignment outside the language")
    RETURN = ("FP118", "a function that may end without a return")
    MESSAGE = ("FP119", "an assertion message that is no plain text")
    INDEX = ("FP120", "an index outside the language")
    TYPE_NAME = ("FP121", "a type that is not known here")
    UNREACHABLE = ("FP122", "a statement that is never reached")
    WHILE = ("FP130", "a while without a bound")
    TRY = ("FP131", "a try, though nothing can be caught")
    RAISE = ("FP132", "a raise in place of an assertion")
    WITH = ("FP133", "a with, which opens something outside")
    INNER_IMPORT = ("FP134", "an import inside a function")
    INNER_FUNCTION = ("FP135", "a function inside a function")
    INNER_CLASS = ("FP136", "a class inside a function")
    DELETE = ("FP137", "a variable that is deleted")
    GLOBAL = ("FP138", "a change outside the function")
    UNUSED_VALUE = ("FP139", "a value that nothing uses")
    BARE_DECLARATION = ("FP140", "a declaration without a value")
    LOOP_ELSE = ("FP141", "an else after a loop")
    DICTIONARY = ("FP142", "a dictionary")
    SET = ("FP143", "a set")
    LAMBDA = ("FP144", "a lambda")
    FORMATTED_TEXT = ("FP145", "a formatted text")
    WALRUS = ("FP146", "an assignment inside an expression")
    STARRED = ("FP147", "a starred expression")
    NONE = ("FP148", "None where a number is needed")
    GENERATOR = ("FP149", "a generator that nothing goes through")
    NESTED_GENERATOR = ("FP150", "a generator with several loops")
    YIELD = ("FP151", "a function that yields or waits")
    TWO_KINDS = ("FP152", "a value of one kind here and another there")
    DECLARED_KIND = ("FP153", "a value of another kind than its declaration")
    RESULT_KIND = ("FP154", "a program that returns no number")
    ELEMENT_KIND = ("FP155", "a sum, least or most of what is no number")
    METHOD = ("FP156", "a call of a method")
    LOOP_FUNCTION = ("FP157", "a series outside a loop")
    IDENTITY = ("FP158", "a comparison by identity")
    NAMED_ARGUMENT = ("FP159", "an argument by name where none can be")
    HELPER_ARGUMENTS = ("FP160", "a helper called with the wrong arguments")
    RANGE = ("FP161", "a range whose bounds are no constants")
    UNPACKING = ("FP162", "a value taken apart into the wrong names")
    EMPTY_RETURN = ("FP163", "a return without a value")
    SLICE = ("FP164", "a part that cannot be cut out")
    TUPLE_INDEX = ("FP165", "an index of a tuple that is no constant within it")
    NO_FIELDS = ("FP166", "a field of something that has none")
    INVERT = ("FP167", "the operator ~")
    OPERAND = ("FP168", "an operand outside of what its operation takes")
    LIST = ("FP169", "a list outside the language")
    LIST_FILTER = ("FP170", "a list that leaves values out")
    ALIAS = ("FP171", "a second name for a list")
    CHANGED_WHILE_LOOPING = ("FP172", "a list that changes while a loop goes over it")
    PERCENTAGE = ("FP173", "a percentile that is no constant from 0 to 100")
    PATTERN = ("FP174", "a case that names no number")
    PARTIAL = ("FP175", "a judgement of the cohort that could raise")
    STATE = ("FP176", "a state that does not fit")
    TOO_LARGE = ("FP201", "a value could grow past 2**250")
    DECLARED = ("FP202", "a value may not fit its declared type")
    TOO_WIDE_DIVISION = ("FP203", "a division of too large values")
    TOO_LONG = ("FP204", "a program that takes too many steps")
    ALWAYS_RAISES = ("FP205", "an expression that raises whenever it is reached")
    TOO_DEEP = ("FP206", "a program nested too deeply")
    TOO_LARGE_CONSTANT = ("FP207", "a constant of 2**250 or more")
    TOO_WIDE_GADGET = ("FP208", "values too large for sorting or a square root")

    @property
    def number(self) -> str:
        """The stable code, as FP101."""
        return self.value[0]

    @property
    def title(self) -> str:
        """What all mistakes of this code have in common."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of source. Lines and columns count from 1; the end column is the first one after."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    called_at: Span | None = field(default=None, compare=False)
    """Where the author calls the function of the library that this stands in."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake."""

    code: Code
    span: Span
    message: str
    """What is wrong and why, in one sentence."""
    remedy: str
    """What to write instead."""
    source_line: str
    """The line of the source that the span begins in."""

    def render(self) -> str:
        """The text an author sees: place, reason, line, caret, remedy."""
        return render_place(
            self.span, f"{self.code.number}: {self.message}", self.source_line, f"= {self.remedy}"
        )


def render_place(span: Span, message: str, source_line: str, remedy: str) -> str:
    """Return a message above the line that it is about, a caret under the place, and a remedy below."""
    end = span.end_column
    if span.end_line != span.line:
        end = len(source_line.rstrip()) + 1
    gutter = " " * len(str(span.line))
    marker = " " * (span.column - 1) + "^" * max(1, end - span.column)
    return "\n".join(
        [
            f"{span}: {message}",
            f"{gutter} |",
            f"{span.line} | {source_line.rstrip()}".rstrip(),
            f"{gutter} | {marker}",
            f"{gutter} {remedy}",
        ]
    )


@dataclass(slots=True)
class Reporter:
    """Collects the mistakes of one file, so that an author sees all of them at once."""

    path: str
    text: str
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lines = self.text.split("\n")

    def get_line(self, number: int) -> str:
        """Line `number` of the source, counted from 1; empty beyond its end."""
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def compute_span(self, node: ast.AST) -> Span:
        """Where a node stands; ast counts columns in bytes of UTF-8, a span in characters."""
        line = getattr(node, "lineno", 1)
        end_line = getattr(node, "end_lineno", None) or line
        return Span(
            self.path,
            line,
            self._compute_column(line, getattr(node, "col_offset", 0)),
            end_line,
            self._compute_column(end_line, getattr(node, "end_col_offset", None) or 0),
        )

    def _compute_column(self, line: int, byte_offset: int) -> int:
        prefix = self.get_line(line).encode()[:byte_offset]
        return len(prefix.decode(errors="replace")) + 1

    def report(self, code: Code, where: ast.AST | Span, message: str, remedy: str) -> None:
        """Note a mistake; the same place is blamed once for the same code."""
        span = where if isinstance(where, Span) else self.compute_span(where)
        if any(
            each.code is code and each.span == span and each.span.called_at == span.called_at
            for each in self.diagnostics
        ):
            return
        if span.called_at is not None:
            message += f", in the call at {span.called_at}"
        self.diagnostics.append(Diagnostic(code, span, message, remedy, self.get_line(span.line)))

    def raise_if_any(self) -> None:
        """Raise CompileError with all mistakes so far, in the order of the source."""
        raise_mistakes([self])


def raise_mistakes(reporters: Iterable[Reporter]) -> None:
    """Raise CompileError with all mistakes of several files, if any, by path, line and column."""
    found = [each for reporter in reporters for each in reporter.diagnostics]
    if found:
        found.sort(key=lambda each: (each.span.path, each.span.line, each.span.column))
        raise CompileError(tuple(found))
