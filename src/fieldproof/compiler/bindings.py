"""Where the variables of a source get their values: assignments, loops, parameters, constants, fields."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from fieldproof.compiler.capture import CapturedModule, CapturedNetwork, Constant


@dataclass(frozen=True, slots=True)
class Assignment:
    """One place where a variable, or an entry of a list, gets a value."""

    target: ast.expr
    """What is set: the name, or an entry of it."""
    value: ast.expr | ast.AugAssign | None
    """None: one of several names that a value is taken apart into, or the target of a loop."""
    loop: ast.For | ast.comprehension | None
    """The loop whose head it is."""
    line: int

    @property
    def addend(self) -> tuple[ast.operator, ast.expr] | None:
        """What the place changes its target by, where it goes on from what the target was."""
        before = ast.unparse(self.target)
        match self.value:
            case ast.AugAssign(_, operator, change):
                return operator, change
            case ast.BinOp(left, operator, change) if ast.unparse(left) == before:
                return operator, change
            case ast.BinOp(change, ast.Add() as operator, right) if ast.unparse(right) == before:
                return operator, change
            case _:
                return None


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
        """Give all places that set a variable or entries of it, in the order of the source."""
        return iter(self._assignments.get(name, ()))

    @cached_property
    def _assignments(self) -> Mapping[str, list[Assignment]]:
        found: dict[str, list[Assignment]] = {}
        for each in sorted(self._list_assignments(), key=lambda each: each.line):
            owner = each.target.value if isinstance(each.target, ast.Subscript) else each.target
            if isinstance(owner, ast.Name):
                found.setdefault(owner.id, []).append(each)
        return found

    def _list_assignments(self) -> Iterator[Assignment]:
        for node in ast.walk(self.node):
            match node:
                case ast.Assign(targets, value):
                    for target in targets:
                        yield from _take_apart(target, value, None, node.lineno)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    yield from _take_apart(target, value, None, node.lineno)
                case ast.AugAssign(target=target):
                    yield Assignment(target, node, None, node.lineno)
                case ast.For(target=target) | ast.comprehension(target=target):
                    yield from _take_apart(target, None, node, target.lineno)

    def find_loops(self, line: int) -> list[ast.For | ast.While]:
        """Return the loops that a line stands in, the outermost first."""
        return [
            node
            for node in ast.walk(self.node)
            if isinstance(node, ast.For | ast.While)
            and node.body[0].lineno <= line <= (node.end_lineno or node.lineno)
        ]

    def list_results(self) -> list[ast.expr]:
        """Return all expressions that the function returns."""
        return [
            node.value
            for node in ast.walk(self.node)
            if isinstance(node, ast.Return) and node.value is not None
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
        """Return the line that defines a constant of a file, or of one that it imports from."""
        return self._lines[self.find_home(path, name).path].get(("", name))

    def find_field_line(self, owner: str, name: str) -> int | None:
        """Return the line that defines a field of a class."""
        return next((each[owner, name] for each in self._lines.values() if (owner, name) in each), None)

    @cached_property
    def _lines(self) -> Mapping[str, Mapping[tuple[str, str], int]]:
        return {path: dict(_list_lines(text)) for path, text in self.texts.items()}

    def find_declared(self, owner: str, name: str) -> str | None:
        """Return the name of the type that a field of a dataclass has."""
        for module in self.network.modules:
            for each in module.dataclasses:
                for field in each.fields:
                    if (each.name, field.name) == (owner, name):
                        return field.declared.name
        return None


def _list_lines(text: str) -> Iterator[tuple[tuple[str, str], int]]:
    for statement in ast.parse(text).body:
        owner = statement.name if isinstance(statement, ast.ClassDef) else ""
        for each in statement.body if isinstance(statement, ast.ClassDef) else [statement]:
            targets = each.targets if isinstance(each, ast.Assign) else []
            if isinstance(each, ast.AnnAssign):
                targets = [each.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    yield (owner, target.id), each.lineno


def _take_apart(
    target: ast.expr, value: ast.expr | None, loop: ast.For | ast.comprehension | None, line: int
) -> Iterator[Assignment]:
    if not isinstance(target, ast.Tuple | ast.List):
        yield Assignment(target, value, loop, line)
        return
    values: list[ast.expr | None] = [None] * len(target.elts)
    if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts):
        values = list(value.elts)
    for inner, part in zip(target.elts, values, strict=True):
        yield from _take_apart(inner, part, loop, line)


def get_argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    """Return what a call gives for a parameter; None if nothing."""
    if place < len(call.args):
        return call.args[place]
    return next((each.value for each in call.keywords if each.arg == name), None)
