"""The author's words work in plain Python."""

import math
import subprocess
import sys
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fieldproof
from fieldproof import (
    I8,
    U8,
    U16,
    U32,
    Array,
    Bool,
    Bound,
    Cohort,
    Fixed,
    Int,
    Member,
    Reading,
    Window,
    each_device,
    field,
    interpolate,
    isqrt,
    median,
    percentile,
    program,
    rank,
)
from fieldproof.compiler.authoring import read_annotation
from fieldproof.compiler.declared import (
    build,
    build_nearest_zero,
    check_declared,
    flatten,
    list_leaves,
)


class Sample(Reading):
    value: int = field(unit="Cel", scale=10, low=-40, high=60)


def test_a_sized_integer_checks_when_called():
    assert U8(255) == 255
    assert I8(-128) == -128
    assert U16(True) == 1
    for wrong in (256, -1):
        with pytest.raises(OverflowError, match="U8: 0 to 255"):
            U8(wrong)
    with pytest.raises(TypeError):
        U8(1.0)


def test_a_program_is_called_like_any_function():
    @program
    def reward(window: Window[Sample]) -> U32:
        """Sum."""
        return sum(sample.value for sample in window)

    window = Window([Sample(time_ms=0, value=5), Sample(time_ms=1, value=7)], starts_at=0)
    assert reward(window) == 12
    assert reward.__doc__ == "Sum."
    cold = Window([Sample(time_ms=0, value=-1)], starts_at=0)
    with pytest.raises(OverflowError):
        reward(cold)


def test_a_program_checks_its_result_with_annotations_kept_as_text():
    @program
    def reward(window: "Window[Sample]") -> "U8":
        return 256

    with pytest.raises(OverflowError):
        reward(Window([], starts_at=0))


def test_isqrt_is_the_integer_root():
    assert [isqrt(each) for each in (0, 1, 3, 4, 10**30)] == [0, 1, 1, 2, math.isqrt(10**30)]
    with pytest.raises(ValueError, match="negative"):
        isqrt(-1)


def test_ranges_are_named_as_they_are_written():
    assert Int[-5, 9](7) == 7
    with pytest.raises(OverflowError, match=r"^a value does not fit Int\[-5, 9\]: -5 to 9$"):
        Int[-5, 9](10)
    with pytest.raises(OverflowError, match=r"^a value does not fit Fixed\[10, -1, 2\]: -10 to 20$"):
        check_declared(read_annotation(Fixed[10, -1, 2]), 21)
    assert Bool is bool
    assert Int[0, 9] == Int[0, 9] != Int[0, 8]


@pytest.mark.parametrize("arguments", [(9, 1), (1,), (1, 2, 3), ("a", "b"), 5])
def test_a_range_that_is_none_cannot_be_written(arguments):
    with pytest.raises(TypeError, match=r"Int\[low, high\]"):
        Int[arguments]


class Kind(IntEnum):
    LOW = 2
    HIGH = 5


@dataclass(frozen=True)
class Inner:
    kind: Kind
    is_on: bool


@dataclass(frozen=True)
class State:
    days: U8 = 0
    inner: Inner = Inner(Kind.LOW, False)
    marks: Array[Int[-9, -3], 2] = (-3, -3)
    free: int = 0


def test_a_type_is_read_into_numbers_in_order():
    declared = read_annotation(State)
    state = State(7, Inner(Kind.HIGH, True), [-4, -5], 10**30)
    check_declared(declared, state)
    numbers = tuple(flatten(declared, state))
    assert numbers == (7, 5, 1, -4, -5, 10**30)
    assert [name for name, _ in list_leaves(declared)] == [
        *("days", "inner.kind", "inner.is_on", "marks[0]", "marks[1]", "free")
    ]
    assert [leaf.name for _, leaf in list_leaves(declared)] == [
        *("U8", "Kind", "bool", "Int[-9, -3]", "Int[-9, -3]", "int")
    ]

    def make(type_, values):
        return {"State": State, "Inner": Inner}[type_.name](**values)

    assert build(declared, numbers, make) == state
    assert build_nearest_zero(declared, make) == State(0, Inner(2, False), [-3, -3], 0)
    for wrong in (numbers[:-1], (*numbers, 0)):
        with pytest.raises(ValueError, match="numbers than the type has"):
            build(declared, wrong, make)


@pytest.mark.parametrize(
    ("state", "error", "text"),
    [
        (State(days=256), OverflowError, "a value does not fit U8: 0 to 255"),
        (State(days=-1, free="x"), OverflowError, "a value does not fit U8: 0 to 255"),
        (State(inner=Inner(6, True)), OverflowError, "a value does not fit Kind: 2 to 5"),
        (State(inner=Inner(3, 2)), OverflowError, "a value does not fit bool: 0 to 1"),
        (State(marks=[-3, -2]), OverflowError, "a value does not fit Int[-9, -3]: -9 to -3"),
        (State(marks=[-3]), ValueError, "Array[Int[-9, -3], 2] takes 2 values"),
        (State(free=None), TypeError, "None is no integer"),
        (State(inner=3), TypeError, "Inner has a field kind, which this value lacks"),
    ],
)
def test_a_program_with_state_checks_every_field(state, error, text):
    @program
    def reward(window: Window[Sample], state: State) -> tuple[U32, State]:
        return len(window), state

    assert reward(Window([], starts_at=0), State(days=255)) == (0, State(days=255))
    with pytest.raises(error) as raised:
        reward(Window([], starts_at=0), state)
    assert str(raised.value) == text

    @each_device
    def look(window: Window[Sample]) -> State:
        return state

    with pytest.raises(error) as raised:
        look(Window([], starts_at=0))
    assert str(raised.value) == text


def test_points_are_checked_before_the_state():
    @program
    def reward(state: State) -> tuple[U8, State]:
        return 256, state

    with pytest.raises(OverflowError, match="U8"):
        reward(State(marks=[]))


def test_a_program_over_a_cohort_sees_absent_members_as_nearest_zero():
    @program
    def reward(cohort: "Cohort[State]") -> "Array[U8, 3]":
        assert [member.present for member in cohort] == [each is not None for each in given]
        assert isinstance(cohort[0], Member)
        assert len(cohort[:1]) == 1
        return [member.report.days + member.report.marks[0] + 4 for member in cohort]

    given = [State(9), None, None]
    assert reward(Cohort(given)) == [10, 1, 1]
    given = [None, None, None]
    assert reward(cohort=Cohort(given)) == [1, 1, 1]
    given = [State(255), None, None]
    with pytest.raises(OverflowError):
        reward(Cohort(given))
    given = [None]
    with pytest.raises(ValueError, match="takes 3 values"):
        reward(Cohort(given))


def test_a_cohort_stands_alone_where_it_can_know_its_reports():
    assert Cohort([None, State(3)])[0].report == State(0, Inner(2, False), [-3, -3], 0)
    assert Cohort[State]([None])[0].report == State(0, Inner(2, False), [-3, -3], 0)
    with pytest.raises(TypeError, match="Cohort"):
        Cohort([None])[0]


NUMBERS = st.lists(st.integers(-50, 50), max_size=20)


@given(NUMBERS, st.integers(0, 100), st.integers(-2, 21))
def test_places_of_sorted_values(values, percent, place):
    ordered = sorted(values)
    if not values:
        for call in (lambda: median(values), lambda: percentile(values, percent)):
            with pytest.raises(ValueError, match="no values"):
                call()
    else:
        middle = median(each for each in values)
        assert sum(each < middle for each in values) < (len(values) + 1) / 2
        assert sum(each <= middle for each in values) >= len(values) / 2
        found = percentile(values, percent)
        assert found in values
        # The least value that so many percent of all do not exceed.
        assert sum(each <= found for each in values) * 100 >= percent * len(values)
        assert all(
            sum(each <= lower for each in values) * 100 < percent * len(values)
            for lower in values
            if lower < found
        )
    if 0 <= place < len(values):
        assert rank(values, place) == ordered[place]
    else:
        with pytest.raises(IndexError):
            rank(values, place)


def test_the_median_of_an_even_count_is_the_lower_one():
    assert median([4, 1, 3, 2]) == 2


def test_a_percentile_lies_between_0_and_100():
    for percent in (-1, 101):
        with pytest.raises(ValueError, match="between 0 and 100"):
            percentile([1], percent)


def test_interpolation_goes_through_its_points_and_rounds_down():
    xs, ys = (-10, 0, 3), (5, 0, -2)
    assert [interpolate(x, xs, ys) for x in (-99, -10, 0, 3, 99)] == [5, 5, 0, -2, -2]
    assert [interpolate(x, xs, ys) for x in (-9, -1, 1, 2)] == [4, 0, -1, -2]
    assert interpolate(5, (1,), (7,)) == 7
    for wrong in (((), ()), ((1, 1), (0, 0)), ((2, 1), (0, 0)), ((1, 2), (0,))):
        with pytest.raises(ValueError, match="places that rise"):
            interpolate(0, *wrong)


def test_a_bound_raises_when_the_condition_holds_once_too_often():
    rounds, left = Bound(3), 3
    while rounds(left > 0):
        left -= 1
    assert left == 0
    rounds = Bound(3)
    assert [rounds(1), rounds(True), rounds(False), rounds(True)] == [True, True, False, True]
    with pytest.raises(OverflowError, match=r"^more than 3 rounds$"):
        rounds(True)


def test_a_window_knows_its_place():
    window = Window([], starts_at=7200, number=2, missed=1)
    assert (window.starts_at, window.number, window.missed) == (7200, 2, 1)
    assert (Window([], starts_at=0).number, Window([], starts_at=0).missed) == (0, 0)


@pytest.mark.slow
def test_type_checkers_take_the_words(tmp_path):
    (tmp_path / "network.py").write_text(
        """
from dataclasses import dataclass

from fieldproof import U32, Array, Bool, Cohort, Fixed, Int, Reading, Window
from fieldproof import each_device, field, median, program


class Sample(Reading):
    value: int = field(unit="Cel", low=0, high=60)


@dataclass(frozen=True)
class Report:
    level: Int[0, 60] = 0
    height: Fixed[10, -1, 2] = 0
    marks: Array[Int[0, 9], 2] = (0, 0)
    is_on: Bool = False


@each_device
def look(window: Window[Sample]) -> Report:
    return Report(level=median(sample.value for sample in window), marks=[1, len(window)])


def add(report: Report, more: Int[0, 9]) -> Int[0, 99]:
    return report.level + more


@program
def reward(cohort: Cohort[Report]) -> Array[U32, 4]:
    points = [0] * 4
    for i, member in enumerate(cohort):
        points[i] = add(member.report, 3) + sum(member.report.marks) if member.present else 0
    return points
"""
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", "network.py"],
        cwd=tmp_path,
        env={"MYPYPATH": str(Path(fieldproof.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "Success: no issues found in 1 source file\n"
