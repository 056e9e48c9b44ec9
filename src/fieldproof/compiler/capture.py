"""Reads a network's source as a syntax tree. Nothing of it is ever imported, run or evaluated as code.

An audit depends on that: a stranger's folder must not be able to run anything.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fieldproof.compiler.authoring import SIZED_INTEGERS
from fieldproof.compiler.capture_schema import Records, read_network_call, read_record_class
from fieldproof.compiler.diagnostics import Code, Reporter, Span
from fieldproof.compiler.errors import CompileError
from fieldproof.compiler.literals import Literal, LiteralReader
from fieldproof.protocol import NetworkSettings, Schema

NETWORK_FILE = "network.py"
AUTHOR_WORDS = frozenset(
    {"Attributes", "Network", "Reading", "Window", "field", "isqrt", "program", *SIZED_INTEGERS}
)
"""What `from fieldproof import ...` may name."""

_OTHER_WORDS = {"typing": frozenset({"Final"}), "itertools": frozenset({"pairwise"})}
BUILTIN_FUNCTIONS = frozenset(
    {"abs", "all", "any", "enumerate", "isqrt", "len", "max", "min", "pairwise", "range", "sum", "zip"}
)
_RESERVED = AUTHOR_WORDS | BUILTIN_FUNCTIONS | {"int", "bool", "True", "False", "None", "network"}
_MAXIMUM_SOURCE_CHARACTERS = 1_000_000


Constant = int | tuple["Constant", ...]


@dataclass(frozen=True, slots=True)
class CapturedEnum:
    """An IntEnum of the source."""

    name: str
    members: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class CapturedField:
    """A field of a dataclass."""

    name: str
    annotation: ast.expr
    default: Constant | None
    node: ast.AST


@dataclass(frozen=True, slots=True)
class CapturedDataclass:
    """A frozen dataclass of the source."""

    name: str
    node: ast.ClassDef
    fields: tuple[CapturedField, ...]


@dataclass(frozen=True, slots=True)
class CapturedImport:
    """A name from another file that takes part."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class CapturedModule:
    """One file that takes part."""

    path: str
    text: str
    constants: tuple[tuple[str, Constant], ...]
    functions: tuple[ast.FunctionDef, ...]
    enums: tuple[CapturedEnum, ...]
    dataclasses: tuple[CapturedDataclass, ...]
    imports: tuple[CapturedImport, ...]


@dataclass(frozen=True, slots=True)
class CapturedNetwork:
    """A network as its source states it."""

    path: str
    """File that describes the network."""
    sources: tuple[tuple[str, str], ...]
    """Path and text (line ends LF) of every file that takes part, sorted: what the program id hashes."""
    schema: Schema
    settings: NetworkSettings
    reading_name: str
    """Name of the Reading subclass."""
    attributes_name: str | None
    """Name of the Attributes subclass; None for a network without attributes."""
    constants: tuple[tuple[str, int | tuple[int, ...]], ...]
    """Module constants and tables, in the order of the source."""
    functions: tuple[ast.FunctionDef, ...]
    """Helpers and the program."""
    program_name: str
    modules: tuple[CapturedModule, ...] = ()
    device_name: str | None = None
    """The `@device` function of a cohort program."""
    state_name: str | None = None
    """The dataclass of the program's state."""


def capture(files: Mapping[str, str]) -> CapturedNetwork:
    """Return the network that `files` (path to text) describe, or raise `CompileError` with all mistakes.

    The file named network.py describes the network; other files (tests, data, notes) take no part.
    """
    path = _find_network_file(files)
    text = files[path].replace("\r\n", "\n").replace("\r", "\n")
    reporter = Reporter(path, text)
    tree = _parse(reporter)
    reporter.raise_if_any()
    reader = _ModuleReader(reporter)
    reader.read(tree)
    network = reader.finish()
    reporter.raise_if_any()
    if network is None:
        raise RuntimeError("bug: a network without mistakes was not captured")
    return network


def _find_network_file(files: Mapping[str, str]) -> str:
    found = sorted((path for path in files if path.split("/")[-1] == NETWORK_FILE), key=len)
    if found:
        return found[0]
    if len(files) == 1:
        return next(iter(files))
    reporter = Reporter(NETWORK_FILE, "")
    reporter.report(
        Code.NETWORK_MISSING,
        ast.Module([], []),
        f"there is no file {NETWORK_FILE}, which describes the network",
        "`fieldproof new DIR` makes a folder with one that runs",
    )
    raise CompileError(tuple(reporter.diagnostics))


def _parse(reporter: Reporter) -> ast.Module:
    text = reporter.text
    if len(text) > _MAXIMUM_SOURCE_CHARACTERS:
        _report_syntax(reporter, 1, 1, "the file is larger than a million characters", "shorten it")
        return ast.Module([], [])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, reporter.path)
            # Building the code objects (never run) finds mistakes that parsing alone does not.
            compile(tree, reporter.path, "exec", dont_inherit=True)
    except SyntaxError as error:
        _report_syntax(
            reporter,
            error.lineno or 1,
            error.offset or 1,
            error.msg,
            "correct it so that Python reads the file",
        )
    except (ValueError, RecursionError, MemoryError) as error:
        _report_syntax(reporter, 1, 1, f"Python cannot read this file: {error}", "simplify the file")
    else:
        return tree
    return ast.Module([], [])


def _report_syntax(reporter: Reporter, line: int, column: int, message: str, remedy: str) -> None:
    span = Span(reporter.path, line, max(1, column), line, max(1, column) + 1)
    reporter.report(Code.SYNTAX, span, message, remedy)


class _ModuleReader:
    """Goes once through the statements at the top of the file."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._constants: dict[str, Literal] = {}
        self._literals = LiteralReader(reporter, self._constants)
        self._functions: dict[str, ast.FunctionDef] = {}
        self._records: Records = {}
        self._seen: dict[str, int] = {}
        self._program: ast.FunctionDef | None = None
        self._call: ast.Call | None = None
        self._words: set[str] = set()

    def read(self, tree: ast.Module) -> None:
        for number, statement in enumerate(tree.body):
            match statement:
                case ast.Expr(ast.Constant(str())) if number == 0:
                    pass
                case ast.ImportFrom() | ast.Import():
                    self._read_import(statement)
                case ast.ClassDef():
                    if self._define(statement, statement.name):
                        self._read_class(statement)
                case ast.FunctionDef():
                    self._define(statement, statement.name)
                    self._read_function(statement)
                case (
                    ast.Assign(targets=[ast.Name("network")], value=value)
                    | ast.AnnAssign(target=ast.Name("network"), value=ast.expr() as value)
                ):
                    self._read_network(statement, value)
                case (
                    ast.Assign(targets=[ast.Name(name)], value=value)
                    | ast.AnnAssign(target=ast.Name(name), value=ast.expr() as value)
                ):
                    if self._define(statement, name):
                        self._read_constant(name, value)
                case _:
                    self._reporter.report(
                        Code.MODULE_STATEMENT,
                        statement,
                        "the top of a network's file holds imports, classes, constants, functions and "
                        "network = Network(...)",
                        "move the statement into a function, or write its result as a constant",
                    )

    def _define(self, node: ast.stmt, name: str) -> bool:
        if name in _RESERVED:
            self._reporter.report(
                Code.RESERVED_NAME, node, f"{name} has a meaning of its own here", "choose another name"
            )
            return False
        if name in self._seen:
            self._reporter.report(
                Code.DUPLICATE,
                node,
                f"{name} was already defined in line {self._seen[name]}",
                "give each constant, class and function a name of its own",
            )
            return False
        self._seen[name] = node.lineno
        return True

    def _read_import(self, node: ast.ImportFrom | ast.Import) -> None:
        allowed: frozenset[str] = frozenset()
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            if node.module == "__future__":
                allowed = frozenset({"annotations"})
            elif node.module in _OTHER_WORDS:
                allowed = _OTHER_WORDS[node.module]
            elif node.module == "fieldproof":
                allowed = AUTHOR_WORDS
        for alias in node.names:
            self._words.update(AUTHOR_WORDS if alias.name == "*" else {alias.name})
            if alias.name not in allowed or alias.asname is not None:
                self._reporter.report(
                    Code.IMPORT,
                    alias,
                    f"{alias.name} cannot be imported: a proof can only contain what stands in this file",
                    "import words of `fieldproof` under their own names, "
                    "and write other helpers and constants out here",
                )

    def _read_class(self, node: ast.ClassDef) -> None:
        self._records[node.name] = read_record_class(self._reporter, self._literals, node)

    def _read_function(self, node: ast.FunctionDef) -> None:
        self._functions[node.name] = node
        for decorator in node.decorator_list:
            if not (isinstance(decorator, ast.Name) and decorator.id == "program"):
                self._reporter.report(
                    Code.FUNCTION_SIGNATURE,
                    decorator,
                    "the only decorator a network knows is @program",
                    "remove the decorator",
                )
            elif self._program is not None:
                self._reporter.report(
                    Code.DUPLICATE,
                    decorator,
                    f"{self._program.name} is the program already",
                    "mark one function with @program",
                )
            else:
                self._program = node

    def _read_constant(self, name: str, value: ast.expr) -> None:
        literal = self._literals.read(value)
        if literal is not None:
            self._constants[name] = literal

    def _read_network(self, statement: ast.stmt, value: ast.expr) -> None:
        if not (
            isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "Network"
        ):
            self._reporter.report(
                Code.NETWORK_CALL,
                statement,
                "network must be a call of Network",
                "write network = Network(...)",
            )
        elif self._call is not None:
            self._reporter.report(
                Code.DUPLICATE, statement, "the network is described twice", "keep one network = Network(...)"
            )
        else:
            self._call = value

    def finish(self) -> CapturedNetwork | None:
        """Return the network; None after mistakes."""
        if self._program is None:
            self._report_missing(
                Code.PROGRAM_MISSING,
                "no function is marked with @program",
                "write @program above the function",
            )
        if self._call is None:
            self._report_missing(
                Code.NETWORK_MISSING,
                "the file does not say network = Network(...)",
                "add it with name, reading, program, window, readings_per_window, pool_per_window",
            )
        for word in sorted(self._find_used_words() - self._words):
            module = "itertools" if word == "pairwise" else "fieldproof"
            self._report_missing(
                Code.IMPORT, f"{word} is used but not imported", f"write from {module} import {word}"
            )
        if self._program is None or self._call is None:
            return None
        network = read_network_call(
            self._reporter, self._literals, self._call, self._records, self._program.name
        )
        if network is None:
            return None
        return CapturedNetwork(
            path=self._reporter.path,
            sources=((self._reporter.path, self._reporter.text),),
            schema=network.schema,
            settings=network.settings,
            reading_name=network.reading_name,
            attributes_name=network.attributes_name,
            constants=tuple(self._find_numeric_constants()),
            functions=tuple(self._functions.values()),
            program_name=self._program.name,
        )

    def _find_numeric_constants(self) -> Iterator[tuple[str, int | tuple[int, ...]]]:
        """Constants that a program can compute with: numbers, and tables of numbers."""
        for name, value in self._constants.items():
            if isinstance(value, int):
                yield name, value
            elif isinstance(value, tuple):
                numbers = tuple(each for each in value if isinstance(each, int))
                if len(numbers) == len(value):
                    yield name, numbers

    def _find_used_words(self) -> set[str]:
        tree = ast.parse(self._reporter.text)
        names = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)}
        return names & (AUTHOR_WORDS | {"pairwise"})

    def _report_missing(self, code: Code, message: str, remedy: str) -> None:
        self._reporter.report(code, ast.Module([], []), message, remedy)
