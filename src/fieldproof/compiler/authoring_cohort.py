"""What a program that judges a whole cohort is given: `Cohort` and its `Member`s."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, get_args, overload

from fieldproof.compiler.authoring_types import ArrayAnnotation, read_annotation
from fieldproof.compiler.declared import RecordType, build_nearest_zero

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Member(Generic[R_co]):
    """One device of a cohort in one window."""

    present: bool
    """Whether it sealed its window and was not void."""
    report: R_co
    """What it reported; where not present, each number is the one of its range nearest zero."""


class Cohort(Sequence[Member[R_co]], Generic[R_co]):
    """The members of a cohort by their place, absent ones among them; as long as the cohort's capacity."""

    def __init__(self, reports: Sequence[R_co | None] = ()) -> None:
        """`reports` has one for each place: None for a device that is absent or void."""
        self._reports = tuple(reports)
        self._make_absent: Callable[[], object] | None = None

    def bind(self, make_absent: Callable[[], object]) -> Cohort[R_co]:
        """Return the cohort that knows what to show for an absent member."""
        bound: Cohort[R_co] = Cohort(self._reports)
        bound._make_absent = make_absent
        return bound

    @overload
    def __getitem__(self, index: int) -> Member[R_co]: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Member[R_co], ...]: ...
    def __getitem__(self, index: int | slice) -> Member[R_co] | tuple[Member[R_co], ...]:
        """Return one member or several."""
        if isinstance(index, slice):
            return tuple(map(self._make_member, self._reports[index]))
        return self._make_member(self._reports[index])

    def __len__(self) -> int:
        """Return the cohort's capacity."""
        return len(self._reports)

    def __iter__(self) -> Iterator[Member[R_co]]:
        """Go through the members by place."""
        return map(self._make_member, self._reports)

    def _make_member(self, report: R_co | None) -> Member[R_co]:
        if report is not None:
            return Member(True, report)
        return Member(False, self._find_maker()())  # type: ignore[arg-type]

    def _find_maker(self) -> Callable[[], object]:
        if self._make_absent is not None:
            return self._make_absent
        arguments = get_args(getattr(self, "__orig_class__", None))
        classes = [type(each) for each in self._reports if each is not None]
        if isinstance(arguments and arguments[0], type):
            return make_absent_maker(arguments[0])
        if classes:
            return make_absent_maker(classes[0])
        raise TypeError("write Cohort[Report](...): a cohort without reports does not know their class")


def make_absent_maker(report: type) -> Callable[[], object]:
    """Return what makes the report of an absent member, for a report class."""
    declared = read_annotation(report)
    if not isinstance(declared, RecordType):
        raise TypeError(f"{report!r} is no report: a frozen dataclass is")
    classes = dict(_list_classes(report))

    def make() -> object:
        return build_nearest_zero(declared, lambda type_, values: classes[type_](**values))

    return make


def _list_classes(record: type) -> Iterator[tuple[RecordType, type]]:
    """Go through a dataclass and those that its fields hold."""
    declared = read_annotation(record)
    if isinstance(declared, RecordType):
        yield declared, record
        hints = typing.get_type_hints(record)
        for field in dataclasses.fields(record):
            inner = hints[field.name]
            while isinstance(inner, ArrayAnnotation):
                inner = inner.element
            if isinstance(inner, type) and dataclasses.is_dataclass(inner):
                yield from _list_classes(inner)
