"""The names that an author's functions see when they are run: each module's own, built without running it."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable, Mapping
from enum import IntEnum
from itertools import pairwise
from typing import Any

from fieldproof.compiler.authoring import SIZED_INTEGERS, Bound, interpolate, isqrt, median, percentile, rank
from fieldproof.compiler.capture import CapturedModule, CapturedNetwork
from fieldproof.compiler.capture_types import TypeReader
from fieldproof.compiler.declared import Declared, RecordType, SizedInteger, make_fixed, make_int
from fieldproof.compiler.diagnostics import Reporter
from fieldproof.compiler.literals import LiteralReader


class _Ranged:
    """What `Int` and `Fixed` are in an expression: with bounds, a function that checks a value."""

    def __init__(self, make: Callable[..., SizedInteger]) -> None:
        self._make = make

    def __getitem__(self, bounds: tuple[int, ...]) -> SizedInteger:
        return self._make(*bounds)


_FUNCTIONS: Mapping[str, object] = {
    **{each.__name__: each for each in (abs, all, any, divmod, enumerate, len, max, min, range, reversed)},
    **{each.__name__: each for each in (bool, int, list, sorted, sum, zip, pairwise)},
    **{each.__name__: each for each in (Bound, interpolate, isqrt, median, percentile, rank)},
    "Bool": bool,
    "Fixed": _Ranged(make_fixed),
    "Int": _Ranged(make_int),
    "replace": dataclasses.replace,
    **SIZED_INTEGERS,
}


class Names:
    """The namespaces of all modules of a network, linked as their imports say."""

    def __init__(self, network: CapturedNetwork) -> None:
        self._network = network
        self._namespaces: dict[str, dict[str, Any]] = {}
        self._types: dict[str, dict[str, Declared | None]] = {}
        self._classes: dict[tuple[str, str], Callable[..., Any]] = {}
        for module in network.modules:
            self._build(module)

    def get(self, name: str) -> Any:
        """Return what a name stands for in the network's own file."""
        return self._namespaces[self._network.path][name]

    def read_type(self, node: ast.expr) -> Declared:
        """Return what an annotation in the network's own file declares."""
        module = self._network.modules[0]
        declared = self._make_reader(module, self._types[module.path]).read(node)
        if declared is None:
            raise TypeError("bug: an annotation was not checked")
        return declared

    def make_record(self, declared: RecordType, values: Mapping[str, Any]) -> Any:
        """Return an instance of a dataclass of the network."""
        return self._classes[declared.module, declared.name](**values)

    def _build(self, module: CapturedModule) -> dict[str, Any]:
        if module.path in self._namespaces:
            return self._namespaces[module.path]
        names: dict[str, Any] = {"__builtins__": {}, **_FUNCTIONS}
        types: dict[str, Declared | None] = {}
        for each in module.imports:
            source = self._build(self._network.get_module(each.path))
            names[each.name] = source.get(each.name)
            types[each.name] = self._types[each.path].get(each.name)
        names.update(module.constants)
        for enum in module.enums:
            # The functional form makes the same members as the author's class, and runs nothing of it.
            names[enum.name] = IntEnum(enum.name, list(enum.members), module=module.path)
            types[enum.name] = enum.declared
        for record in module.dataclasses:
            names[record.name] = self._classes[module.path, record.name] = dataclasses.make_dataclass(
                record.name,
                [
                    (each.name, int)
                    if each.default is None
                    else (each.name, int, dataclasses.field(default=each.default))
                    for each in record.fields
                ],
                frozen=True,
                slots=True,
            )
            types[record.name] = record.declared
        self._types[module.path] = types
        self._namespaces[module.path] = names
        functions = ast.Module([_strip(function) for function in module.functions], [])
        # optimize=0: assertions are part of the program's meaning, whatever Python was started with.
        code = compile(functions, module.path, "exec", dont_inherit=True, optimize=0)
        exec(code, names)  # noqa: S102  only the checked subset, see interpret.py
        return names

    def _make_reader(self, module: CapturedModule, types: Mapping[str, Declared | None]) -> TypeReader:
        reporter = Reporter(module.path, module.text)
        constants = {name: value for name, value in module.constants if isinstance(value, int)}
        for each in module.imports:
            value = self._namespaces[module.path].get(each.name)
            if type(value) is int:
                constants[each.name] = value
        return TypeReader(reporter, LiteralReader(reporter, constants), types)


def _strip(function: ast.FunctionDef) -> ast.FunctionDef:
    """Return the function without decorator and annotations, which would be evaluated."""
    parameters = [ast.copy_location(ast.arg(each.arg, None, None), each) for each in function.args.args]
    arguments = ast.arguments(
        posonlyargs=[], args=parameters, vararg=None, kwonlyargs=[], kw_defaults=[], kwarg=None, defaults=[]
    )
    bare = ast.FunctionDef(
        name=function.name,
        args=arguments,
        body=function.body,
        decorator_list=[],
        returns=None,
        type_comment=None,
    )
    if "type_params" in ast.FunctionDef._fields:
        bare.type_params = []  # type: ignore[attr-defined]
    return ast.copy_location(bare, function)
