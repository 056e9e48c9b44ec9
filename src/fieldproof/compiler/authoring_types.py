"""The types of an author's vocabulary: `U8…I64`, `Int`, `Fixed`, `Bool`, `Array`, and how Python finds them.

To a type checker a ranged integer is an `int` and an array a `list`. A checker knows no type that takes
numbers in brackets, so each gets what it can read: mypy takes `Any`, pyright a class that any value fits.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from fieldproof.compiler.declared import (
    BOOL,
    ArrayType,
    Declared,
    RecordType,
    SizedInteger,
    UnboundedInteger,
    make_fixed,
    make_int,
)

SIZED_INTEGERS = {
    name: SizedInteger(name, low, high)
    for bits in (8, 16, 32, 64)
    for name, low, high in (
        (f"U{bits}", 0, 2**bits - 1),
        (f"I{bits}", -(2 ** (bits - 1)), 2 ** (bits - 1) - 1),
    )
}
"""All sized integers by name."""

MYPY = False
"""True to mypy alone, which knows the name."""

if TYPE_CHECKING:
    # To a type checker they are plain integers: a program computes with unbounded ones.
    U8: TypeAlias = int
    U16: TypeAlias = int
    U32: TypeAlias = int
    U64: TypeAlias = int
    I8: TypeAlias = int
    I16: TypeAlias = int
    I32: TypeAlias = int
    I64: TypeAlias = int
    Bool: TypeAlias = bool
    if MYPY:
        Int: Any
        Fixed: Any
        Array: Any
    else:

        class Int(Any, Protocol):
            """An integer from `low` to `high`: `Int[low, high]`."""

            def __class_getitem__(cls, bounds: tuple[int, int]) -> Any: ...

        class Fixed(Any, Protocol):
            """A scaled integer: `Fixed[scale, low, high]`."""

            def __class_getitem__(cls, bounds: tuple[int, int, int]) -> Any: ...

        class Array(Any, Protocol):
            """A list of exactly that many values: `Array[type, length]`."""

            def __class_getitem__(cls, shape: tuple[Any, int]) -> Any: ...
            def __len__(self) -> int: ...
            def __iter__(self) -> Iterator[Any]: ...
else:
    U8, I8 = SIZED_INTEGERS["U8"], SIZED_INTEGERS["I8"]
    U16, I16 = SIZED_INTEGERS["U16"], SIZED_INTEGERS["I16"]
    U32, I32 = SIZED_INTEGERS["U32"], SIZED_INTEGERS["I32"]
    U64, I64 = SIZED_INTEGERS["U64"], SIZED_INTEGERS["I64"]
    Bool = bool

    class Int:
        """An integer from `low` to `high`: `Int[low, high]`; called, it checks a value as `U8` does."""

        def __class_getitem__(cls, bounds: tuple[int, int]) -> SizedInteger:
            low, high = _check_bounds("Int[low, high]", bounds, 2)
            return make_int(low, high)

    class Fixed:
        """A scaled integer, as an annotation: `Fixed[scale, low, high]`, in parts of 1 / scale."""

        def __class_getitem__(cls, bounds: tuple[int, int, int]) -> SizedInteger:
            scale, low, high = _check_bounds("Fixed[scale, low, high]", bounds, 3)
            return make_fixed(scale, low, high)

    class Array:
        """A list of exactly that many values, as an annotation: `Array[type, length]`."""

        def __class_getitem__(cls, shape: tuple[object, int]) -> ArrayAnnotation:
            if not isinstance(shape, tuple) or len(shape) != 2 or not isinstance(shape[1], int):
                raise TypeError("write Array[type, length]")
            return ArrayAnnotation(*shape)


class ArrayAnnotation:
    """What `Array[type, length]` is at run time."""

    __slots__ = ("element", "length")

    def __init__(self, element: object, length: int) -> None:
        self.element = element
        self.length = length

    def __call__(self) -> typing.NoReturn:
        """Say that this is no constructor; `typing` takes only what can be called as a type."""
        raise TypeError("Array[...] is an annotation: write a list")

    def __repr__(self) -> str:
        return f"Array[{getattr(self.element, '__name__', self.element)}, {self.length}]"


def _check_bounds(usage: str, bounds: object, count: int) -> tuple[int, ...]:
    if (
        not isinstance(bounds, tuple)
        or len(bounds) != count
        or not all(isinstance(each, int) for each in bounds)
        or bounds[-2] > bounds[-1]
        or (count == 3 and bounds[0] < 1)
    ):
        raise TypeError(f"write {usage} with whole numbers, low not above high")
    return bounds


def read_annotation(annotation: object) -> Declared:
    """Return the type that an evaluated annotation declares; `TypeError` if it is none of the language."""
    if isinstance(annotation, SizedInteger):
        return annotation
    if isinstance(annotation, ArrayAnnotation):
        return ArrayType(read_annotation(annotation.element), annotation.length)
    if annotation is int:
        return UnboundedInteger()
    if annotation is bool:
        return BOOL
    if isinstance(annotation, type) and issubclass(annotation, IntEnum):
        numbers = [int(each) for each in annotation]
        return SizedInteger(annotation.__name__, min(numbers), max(numbers))
    if isinstance(annotation, type) and dataclasses.is_dataclass(annotation):
        hints = typing.get_type_hints(annotation)
        return RecordType(
            annotation.__name__,
            annotation.__module__,
            tuple((each.name, read_annotation(hints[each.name])) for each in dataclasses.fields(annotation)),
        )
    raise TypeError(f"{annotation!r} declares no value of a program")
