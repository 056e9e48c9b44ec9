"""Runs an author's function as Python: the meaning of a program, and what audits recompute.

Only what the compiler has checked is ever run: the functions and constants of the captured source,
compiled anew from their syntax trees, without builtins, imports or attributes other than those of
readings, attributes and window. A stranger's source can compute integers with it, and nothing else.
"""

from __future__ import annotations

import ast
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fieldproof.compiler.authoring import SIZED_INTEGERS, SizedInteger, isqrt
from fieldproof.compiler.capture import CapturedNetwork
from fieldproof.compiler.compiled import CompiledNetwork, compile_network
from fieldproof.protocol import Row

_FUNCTIONS: dict[str, object] = {
    "abs": abs,
    "all": all,
    "any": any,
    "enumerate": enumerate,
    "isqrt": isqrt,
    "len": len,
    "max": max,
    "min": min,
    "pairwise": pairwise,
    "range": range,
    "sum": sum,
    "zip": zip,
    **SIZED_INTEGERS,
}


@dataclass(frozen=True, slots=True)
class VoidReason:
    """Why a device is void in a window."""

    exception: str
    """Name of the exception class."""
    message: str
    path: str
    line: int
    """Line of the source that raised."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.exception}: {self.message}"


@dataclass(frozen=True, slots=True)
class PythonOutcome:
    """What the author's function says of one device's window."""

    points: int
    """0 where void."""
    void: VoidReason | None


class PythonProgram:
    """An author's function, ready to be called."""

    def __init__(self, network: CapturedNetwork) -> None:
        self._network = network
        self._columns = ("time_ms", *(spec.name for spec in network.schema.reading))
        self._attributes = tuple(spec.name for spec in network.schema.attributes)
        function = next(each for each in network.functions if each.name == network.program_name)
        self._returns_line = function.returns.lineno if function.returns else function.lineno
        self._declared = _get_return_type(function)
        self._call = _build(network)

    def __call__(self, rows: Sequence[Row], attributes: Sequence[int], starts_at: int) -> PythonOutcome:
        """Return points or the reason for voidness.

        `rows` are scaled readings in order, the time in ms first, None for a missing value; `attributes`
        scaled, in the schema's order; `starts_at` the window's start in seconds since 1970.
        """
        readings = tuple(_Row(self._columns, row) for row in rows)
        arguments: list[object] = [_Readings(readings, starts_at)]
        if self._network.attributes_name is not None:
            arguments.append(_Row(self._attributes, tuple(attributes)))
        try:
            points = self._call(*arguments)
        except (AssertionError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            return PythonOutcome(0, self._make_reason(error))
        try:
            return PythonOutcome(self._declared(points), None)
        except OverflowError as error:
            reason = VoidReason("OverflowError", str(error), self._network.path, self._returns_line)
            return PythonOutcome(0, reason)

    def _make_reason(self, error: Exception) -> VoidReason:
        path = self._network.path
        lines = [
            each.lineno or 0 for each in traceback.extract_tb(error.__traceback__) if each.filename == path
        ]
        return VoidReason(type(error).__name__, str(error), path, lines[-1] if lines else 0)


def to_python(network: CapturedNetwork | CompiledNetwork) -> PythonProgram:
    """Return the author's function; raises `CompileError` if the source is not within the language."""
    compiled = compile_network(network) if isinstance(network, CapturedNetwork) else network
    return PythonProgram(compiled.network)


class _Row:
    """Named integers: a reading or attributes."""

    __slots__ = ("_values",)

    def __init__(self, names: tuple[str, ...], values: tuple[int | None, ...]) -> None:
        self._values = dict(zip(names, values, strict=True))

    def __getattr__(self, name: str) -> int | None:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(name) from None


class _Readings(tuple[_Row, ...]):
    """A window: its readings, and its start."""

    starts_at: int

    def __new__(cls, readings: tuple[_Row, ...], starts_at: int) -> _Readings:
        window = super().__new__(cls, readings)
        window.starts_at = starts_at
        return window


def _get_return_type(function: ast.FunctionDef) -> SizedInteger:
    if not isinstance(function.returns, ast.Name):
        raise TypeError("bug: the program's return type was not checked")
    return SIZED_INTEGERS[function.returns.id]


def _build(network: CapturedNetwork) -> Callable[..., int]:
    names: dict[str, object] = {"__builtins__": {}, **_FUNCTIONS, **dict(network.constants)}
    module = ast.Module([_strip(function) for function in network.functions], [])
    # optimize=0: assertions are part of the program's meaning, whatever Python was started with.
    code = compile(module, network.path, "exec", dont_inherit=True, optimize=0)
    exec(code, names)  # noqa: S102  only the checked subset, see above
    call = names[network.program_name]
    if not callable(call):
        raise TypeError("bug: the program is no function")
    return call


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
