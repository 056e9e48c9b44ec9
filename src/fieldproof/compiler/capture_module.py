"""Reads one file of a network: its imports, constants, functions and classes."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator

from fieldproof.compiler.capture_classes import read_dataclass, read_enum
from fieldproof.compiler.capture_imports import AUTHOR_WORDS, HOMES, WORDS, ImportFinder
from fieldproof.compiler.capture_records import (
    CapturedDataclass,
    CapturedEnum,
    CapturedImport,
    CapturedModule,
    Constant,
)
from fieldproof.compiler.capture_schema import Records, read_record_class
from fieldproof.compiler.capture_types import TypeReader
from fieldproof.compiler.declared import Declared
from fieldproof.compiler.diagnostics import Code, Reporter, Span
from fieldproof.compiler.literals import Literal, LiteralReader

BUILTIN_FUNCTIONS = frozenset(
    {"abs", "all", "any", "enumerate", "isqrt", "len", "max", "min", "pairwise", "range", "sum", "zip"}
)
_MORE_BUILTINS = frozenset({"bool", "divmod", "int", "list", "reversed", "sorted"})
_RESERVED = (
    AUTHOR_WORDS | BUILTIN_FUNCTIONS | _MORE_BUILTINS | set(HOMES) | {"True", "False", "None", "network"}
)
_MAXIMUM_SOURCE_CHARACTERS = 1_000_000


def parse(reporter: Reporter) -> ast.Module:
    """Return a source's syntax tree; an empty one after a report."""
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


class ModuleReader:
    """Goes once through the statements at the top of a file; afterwards it holds what it found."""

    def __init__(
        self,
        reporter: Reporter,
        finder: ImportFinder,
        load: Callable[[str, str, Reporter, ast.ImportFrom], ModuleReader | None],
        *,
        is_main: bool,
    ) -> None:
        """`load` reads another file, given path and text, or reports why it cannot."""
        self.reporter = reporter
        self.records: Records = {}
        """Schema classes in scope."""
        self.dataclasses: dict[str, CapturedDataclass] = {}
        """Dataclasses in scope."""
        self.functions: dict[str, ast.FunctionDef] = {}
        """Functions defined here."""
        self.stages: dict[str, ast.FunctionDef] = {}
        """The functions marked as `program` and as `device`."""
        self.call: ast.Call | None = None
        """The `Network(...)` call."""
        self._finder = finder
        self._load = load
        self._is_main = is_main
        self._constants: dict[str, Literal] = {}
        self._enums: dict[str, CapturedEnum] = {}
        self._members: dict[str, dict[str, int]] = {}
        self._types: dict[str, Declared | None] = {}
        self._broken: set[str] = set()
        self._imports: dict[str, str] = {}
        self._seen: dict[str, int] = {}
        self._words: set[str] = set()
        self.literals = LiteralReader(reporter, self._constants, self._members, self._broken)
        self._type_reader = TypeReader(reporter, self.literals, self._types)

    def read(self, tree: ast.Module) -> None:
        """Read all statements; mistakes go to the reporter."""
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
                    self.reporter.report(
                        Code.MODULE_STATEMENT,
                        statement,
                        "the top of a network's file holds imports, classes, constants, functions and "
                        "network = Network(...)",
                        "move the statement into a function, or write its result as a constant",
                    )
        self._report_words(tree)

    def _define(self, node: ast.stmt, name: str) -> bool:
        if name in _RESERVED:
            self.reporter.report(
                Code.RESERVED_NAME, node, f"{name} has a meaning of its own here", "choose another name"
            )
            return False
        if name in self._seen:
            self.reporter.report(
                Code.DUPLICATE,
                node,
                f"{name} was already defined in line {self._seen[name]}",
                "give each constant, class and function a name of its own",
            )
            return False
        self._seen[name] = node.lineno
        return True

    def _read_import(self, node: ast.ImportFrom | ast.Import) -> None:
        is_file = isinstance(node, ast.ImportFrom) and node.level == 0 and node.module not in WORDS
        if not (is_file and isinstance(node, ast.ImportFrom)):
            self._words.update(self._finder.read_words(node))
            return
        for alias in node.names:
            path = self._finder.find_file(node, alias)
            if path is None:
                self._break(alias.name)
                continue
            source = self._load(path, self._finder.get_text(path), self.reporter, node)
            if source is None:
                self._break(alias.name)
            elif self._define(node, alias.name):
                self._adopt(alias, source)

    def _break(self, name: str) -> None:
        """Remember a name whose mistake was reported, so that its uses are not blamed too."""
        self._broken.add(name)
        self._types[name] = None
        self.records[name] = None

    def _adopt(self, alias: ast.alias, source: ModuleReader) -> None:
        """Take over a name that another file defines."""
        name = alias.name
        if name in source._broken:
            self._break(name)
            return
        if name not in source._seen or name in source._imports:
            known = [each for each in source._seen if each not in source._imports]
            home = source._imports.get(name)
            self.reporter.report(
                Code.IMPORTED_NAME,
                alias,
                f"{source.reporter.path} does not define {name}",
                f"use one of {', '.join(known)}" if home is None else f"import it from {home}, which does",
            )
            self._break(name)
            return
        self._imports[name] = source.reporter.path
        if name in source._constants:
            self._constants[name] = source._constants[name]
        if name in source._enums:
            self._add_enum(source._enums[name])
        elif name in source.dataclasses:
            self._add_dataclass(source.dataclasses[name])
        elif name in source.records:
            self.records[name] = source.records[name]

    def _add_enum(self, found: CapturedEnum) -> None:
        self._enums[found.name] = found
        self._members[found.name] = dict(found.members)
        self._types[found.name] = found.declared

    def _add_dataclass(self, found: CapturedDataclass) -> None:
        self.dataclasses[found.name] = found
        self._types[found.name] = found.declared

    def _read_class(self, node: ast.ClassDef) -> None:
        bases = [each.id if isinstance(each, ast.Name) else "" for each in node.bases]
        if bases in (["Reading"], ["Attributes"]) and not node.keywords:
            self.records[node.name] = read_record_class(self.reporter, self.literals, node, bases[0])
        elif bases == ["IntEnum"] and not node.keywords:
            enum = read_enum(self.reporter, self.literals, node)
            if enum is not None:
                self._add_enum(enum)
                return
            self._break(node.name)
        elif not bases and not node.keywords and node.decorator_list:
            found = read_dataclass(self.reporter, self.literals, self._type_reader, node)
            if found is not None:
                self._add_dataclass(found)
                return
            self._break(node.name)
        else:
            self._break(node.name)
            self.reporter.report(
                Code.CLASS,
                node.bases[0] if node.bases else node,
                "a class describes readings, attributes or an enum by its one base, or values by @dataclass",
                f"write class {node.name}(Reading):, (Attributes):, (IntEnum):, or no base and "
                "@dataclass(frozen=True) above",
            )

    def _read_function(self, node: ast.FunctionDef) -> None:
        self.functions[node.name] = node
        for decorator in node.decorator_list:
            name = decorator.id if isinstance(decorator, ast.Name) else ""
            if name not in ("program", "each_device"):
                self.reporter.report(
                    Code.DECORATOR,
                    decorator,
                    "the only decorators of a function are @program and @each_device",
                    "remove the decorator",
                )
            elif not self._is_main:
                self.reporter.report(
                    Code.MISPLACED,
                    decorator,
                    f"what @{name} marks belongs into network.py",
                    "move the function there; what it calls can stay here",
                )
            elif name in self.stages:
                self.reporter.report(
                    Code.DUPLICATE,
                    decorator,
                    f"{self.stages[name].name} is marked with @{name} already",
                    f"mark one function with @{name}",
                )
            else:
                self.stages[name] = node

    def _read_constant(self, name: str, value: ast.expr) -> None:
        literal = self.literals.read(value)
        if literal is None:
            self._broken.add(name)
        else:
            self._constants[name] = literal

    def _read_network(self, statement: ast.stmt, value: ast.expr) -> None:
        if not self._is_main:
            self.reporter.report(
                Code.MISPLACED, statement, "the network is described in network.py", "move it there"
            )
        elif not (
            isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "Network"
        ):
            self.reporter.report(
                Code.NETWORK_CALL,
                statement,
                "network must be a call of Network",
                "write network = Network(...)",
            )
        elif self.call is not None:
            self.reporter.report(
                Code.DUPLICATE, statement, "the network is described twice", "keep one network = Network(...)"
            )
        else:
            self.call = value

    def _report_words(self, tree: ast.Module) -> None:
        """Report words of the language that are used and not imported."""
        loaded: dict[str, ast.Name] = {}
        bound: set[str] = {*self._seen, *self._words}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                loaded.setdefault(node.id, node)
            elif isinstance(node, ast.Name):
                bound.add(node.id)
            elif isinstance(node, ast.arg):
                bound.add(node.arg)
        for word, node in loaded.items():
            if word in HOMES and word not in bound:
                self.reporter.report(
                    Code.NOT_IMPORTED,
                    node,
                    f"{word} is used but not imported",
                    f"write from {HOMES[word]} import {word}",
                )

    def list_constants(self) -> Iterator[tuple[str, Constant]]:
        """Go through the constants defined here that a program can compute with: numbers and tables."""
        for name, value in self._constants.items():
            if name not in self._imports and _is_constant(value):
                yield name, _to_constant(value)

    def to_module(self) -> CapturedModule:
        """Return what was read, after a reading without mistakes."""
        own = [name for name in self._seen if name not in self._imports]
        return CapturedModule(
            path=self.reporter.path,
            text=self.reporter.text,
            constants=tuple(self.list_constants()),
            functions=tuple(self.functions.values()),
            enums=tuple(self._enums[name] for name in own if name in self._enums),
            dataclasses=tuple(self.dataclasses[name] for name in own if name in self.dataclasses),
            imports=tuple(CapturedImport(name, path) for name, path in self._imports.items()),
        )


def _is_constant(literal: Literal) -> bool:
    return isinstance(literal, int) or (isinstance(literal, tuple) and all(map(_is_constant, literal)))


def _to_constant(literal: Literal) -> Constant:
    if isinstance(literal, int):
        return literal
    if isinstance(literal, tuple):
        return tuple(map(_to_constant, literal))
    raise TypeError("bug: a text was taken for a constant")
