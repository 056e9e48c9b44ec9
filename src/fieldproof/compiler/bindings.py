"""Where the variables of a source get their values: assignments, loops, parameters, constants, fields."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from fieldproof.compiler.capture import CapturedModule, CapturedNetwork, Constant
from fieldproof.compiler.declared import SizedInteger


@dataclass(frozen=True, slots=True)
class Assignment:
    """One place where a variable gets a value."""

    value: ast.expr | ast.AugAssign | None
    """None: one of several names that a value is taken apart into, or the target of a loop."""
    loop: ast.For | None
    """The loop whose head it is."""
    line: int


class FunctionSource:
    """One function of a file, with its assignments and the loops around each statement."""

    def __init__(self, path: str, node: ast.FunctionDef) -> None:
        self.path = path
        self.node = node

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters in order."""
        return tuple(each.arg for each in self.node.args.args)

    def find_assignments(self, name: str) -> Iterator[Assignment]:
        """Give all places that set a variable, in the order of the source."""
        for node in sorted(_list_statements(self.node), key=lambda each: each.lineno):
            match node:
                case ast.Assign(targets, value):
                    for target in targets:
                        yield from _match_target(target, value, name, node.lineno)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    yield from _match_target(target, value, name, node.lineno)
                case ast.AugAssign(target=ast.Name(found)) if found == name:
                    yield Assignment(node, None, node.lineno)
                case ast.For(target=target) if name in _list_names(target):
                    yield Assignment(None, node, node.lineno)

    def find_loops(self, line: int) -> list[ast.For]:
        """Return the loops that a line stands in, the outermost first."""
        return [
            node
            for node in ast.walk(self.node)
            if isinstance(node, ast.For) and node.body[0].lineno <= line <= (node.end_lineno or node.lineno)
        ]


class Sources:
    """All functions, constants and fields of a network by the name that a file has for them."""

    def __init__(self, network: CapturedNetwork) -> None:
        self.network = network
        self.texts: Mapping[str, str] = {module.path: module.text for module in network.modules}
        self.functions = [
            FunctionSource(module.path, function)
            for module in network.modules
            for function in module.functions
        ]

    def find_home(self, path: str, name: str) -> CapturedModule:
        """Return the module that defines what a file calls by a name."""
        module = self.network.get_module(path)
        home = next((each.path for each in module.imports if each.name == name), None)
        return module if home is None else self.network.get_module(home)

    def find_constant(self, path: str, name: str) -> Constant | None:
        """Return a constant of a file or of one that it imports from."""
        return dict(self.find_home(path, name).constants).get(name)

    def find_member(self, path: str, owner: str, name: str) -> int | None:
        """Return the number of a member of an enumeration."""
        enums = {each.name: dict(each.members) for each in self.find_home(path, owner).enums}
        return enums.get(owner, {}).get(name)

    def find_function(self, path: str, name: str) -> FunctionSource | None:
        """Return the function that a file calls by a name."""
        home = self.find_home(path, name).path
        return next((each for each in self.functions if (each.path, each.node.name) == (home, name)), None)

    def find_calls(self, function: FunctionSource) -> Iterator[tuple[FunctionSource, ast.Call]]:
        """Give all calls of a function with the function that they stand in."""
        name = function.node.name
        for caller in self.functions:
            if self.find_home(caller.path, name).path != function.path:
                continue
            for node in ast.walk(caller.node):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                    yield caller, node

    def find_line(self, path: str, name: str) -> int | None:
        """Return the line of a file that defines a constant, or a field of a class."""
        for statement in ast.parse(self.texts[path]).body:
            inner = statement.body if isinstance(statement, ast.ClassDef) else [statement]
            for each in inner:
                targets = each.targets if isinstance(each, ast.Assign) else []
                if isinstance(each, ast.AnnAssign):
                    targets = [each.target]
                if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                    return each.lineno
        return None

    def find_declared(self, name: str) -> Iterator[tuple[str, str, SizedInteger]]:
        """Give file, class and range of each field of that name in a dataclass."""
        for module in self.network.modules:
            for each in module.dataclasses:
                for field in each.fields:
                    if field.name == name and isinstance(field.declared, SizedInteger):
                        yield module.path, each.name, field.declared


def _list_statements(function: ast.FunctionDef) -> list[ast.stmt]:
    return [node for node in ast.walk(function) if isinstance(node, ast.stmt)]


def _match_target(target: ast.expr, value: ast.expr, name: str, line: int) -> Iterator[Assignment]:
    match target, value:
        case ast.Name(found), _ if found == name:
            yield Assignment(value, None, line)
        case ast.Tuple(targets), ast.Tuple(values) if len(targets) == len(values):
            for inner, part in zip(targets, values, strict=True):
                yield from _match_target(inner, part, name, line)
        case ast.Tuple(), _ if name in _list_names(target):
            yield Assignment(None, None, line)


def _list_names(target: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(target) if isinstance(each, ast.Name)}
