"""The compiler's part of an author's vocabulary: the decorators here, types and functions beside them.

All of it is plain Python, so that a program can be called, tested and debugged like any function.
"""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from fieldproof.compiler.authoring_cohort import Cohort, Member, make_absent_maker
from fieldproof.compiler.authoring_functions import Bound, interpolate, isqrt, median, percentile, rank
from fieldproof.compiler.authoring_types import (
    I8,
    I16,
    I32,
    I64,
    SIZED_INTEGERS,
    U8,
    U16,
    U32,
    U64,
    Array,
    ArrayAnnotation,
    Bool,
    Fixed,
    Int,
    read_annotation,
)
from fieldproof.compiler.declared import (
    ArrayType,
    Declared,
    SizedInteger,
    check_declared,
    describe_overflow,
)

P = ParamSpec("P")
R = TypeVar("R")


def program(function: Callable[P, R]) -> Callable[P, R]:
    """Mark the function that turns windows into points.

    The result of a call is checked against the declared return type: points, each field of the state and
    each device's points of a cohort. Where one does not fit, `OverflowError` is raised, exactly as the
    proven program makes the device void.
    """
    return _check_result(function)


def each_device(function: Callable[P, R]) -> Callable[P, R]:
    """Mark the function that turns one device's window into its report, for a program over the cohort.

    The report of a call is checked field by field: `OverflowError` for a number outside its range,
    `ValueError` for a list of another length.
    """
    return _check_result(function)


def _check_result(function: Callable[P, R]) -> Callable[P, R]:
    promises: list[_Promise] = []

    @functools.wraps(function)
    def checked(*arguments: P.args, **named: P.kwargs) -> R:
        if not promises:  # Read with the first call: all of the author's file is there by then.
            promises.append(_Promise(function))
        promise = promises[0]
        if promise.binders:
            bound = inspect.signature(function).bind(*arguments, **named)
            promise.bind(bound.arguments)
            result = function(*bound.args, **bound.kwargs)
        else:
            result = function(*arguments, **named)
        return typing.cast("R", promise.check(result))

    return checked


class _Promise:
    """What a function's annotations say of its cohort and of its result."""

    def __init__(self, function: Callable[..., object]) -> None:
        hints = _read_hints(function)
        self.binders = {
            name: make_absent_maker(typing.get_args(hint)[0])
            for name, hint in hints.items()
            if typing.get_origin(hint) is Cohort
        }
        returns = hints.get("return")
        self._is_tuple = isinstance(returns, types.GenericAlias) and returns.__origin__ is tuple
        parts = typing.get_args(returns) if self._is_tuple else () if returns is None else (returns,)
        self._declared = [read_annotation(part) for part in parts]

    def bind(self, arguments: dict[str, object]) -> None:
        """Tell the cohorts among the arguments what an absent member's report is."""
        for name, make_absent in self.binders.items():
            given = arguments.get(name)
            if isinstance(given, Cohort):
                arguments[name] = given.bind(make_absent)

    def check(self, result: object) -> object:
        """Return the result, its points as plain integers, if it is what was declared."""
        if not self._declared:
            return result
        results = result if self._is_tuple else (result,)
        if not isinstance(results, tuple) or len(results) != len(self._declared):
            raise TypeError(f"the program returns {len(self._declared)} things: points and state")
        for declared, each in zip(self._declared, results, strict=True):
            check_declared(declared, each)
        plain = tuple(int(each) if isinstance(each, bool) else each for each in results)
        return plain if self._is_tuple else plain[0]


def _read_hints(function: Callable[..., object]) -> dict[str, object]:
    """Return the annotations, evaluated where `from __future__ import annotations` kept them as text."""
    return {
        name: eval(hint, function.__globals__) if isinstance(hint, str) else hint  # noqa: S307  the author's own
        for name, hint in function.__annotations__.items()
        if name == "return" or "Cohort" in str(hint)
    }


__all__ = [
    "I8",
    "I16",
    "I32",
    "I64",
    "SIZED_INTEGERS",
    "U8",
    "U16",
    "U32",
    "U64",
    "Array",
    "ArrayAnnotation",
    "ArrayType",
    "Bool",
    "Bound",
    "Cohort",
    "Declared",
    "Fixed",
    "Int",
    "Member",
    "SizedInteger",
    "describe_overflow",
    "each_device",
    "interpolate",
    "isqrt",
    "median",
    "percentile",
    "program",
    "rank",
    "read_annotation",
]
