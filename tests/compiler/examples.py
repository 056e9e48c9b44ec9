"""The example networks and windows that come close to each of their limits."""

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from fieldproof.compiler import (
    CompiledNetwork,
    Inputs,
    PythonOutcome,
    capture,
    compile_network,
    to_python,
    to_python_cohort,
)
from fieldproof.networks import get_network_folder
from fieldproof.run.folder import read_sources
from prove import device_cases, judging

from .comparing import Comparison, compare
from .strategies import Cohort, altered, cohorts, windows

FOLDER = Path(__file__).parents[2] / "src" / "fieldproof" / "networks"
NAMES = ("solar", "tracker")
"""Those whose windows are made here."""


@cache
def get_example(name: str) -> CompiledNetwork:
    """An example network, compiled."""
    return compile_network(capture(read_sources(get_network_folder(name))))


def make_comparison(name: str, compiled: CompiledNetwork) -> Callable[[Cohort], list[str]]:
    """What demands that a program do on a cohort what an example does in Python, and says what came of it."""
    if compiled.device is not None:
        comparison = Comparison(compiled.network)
        comparison.cohort = to_python_cohort(get_example(name))
        return lambda cohort: [
            "points" if each else "no points" for each in comparison.compute_points(cohort)
        ]
    python = to_python(get_example(name))
    return lambda cohort: [_describe(compare(compiled, python, window)) for window in cohort if window]


def _describe(outcome: PythonOutcome) -> str:
    return outcome.void.message if outcome.void else "points" if outcome.points else "no points"


def example_cohorts(name: str) -> st.SearchStrategy[Cohort]:
    """Cohorts of an example, of one device where none judges another: anything, and around limits."""
    network = get_example(name).network
    if name in NAMES:
        return example_windows(name).map(_alone)
    anything = cohorts(network) if network.device_name else windows(network).map(_alone)
    return st.one_of(anything, *(altered(network, get_known_cohorts(name)) for _ in range(3)))


@cache
def get_known_cohorts(name: str) -> tuple[Cohort, ...]:
    """What Noir, too, is shown of an example: windows at the edges of each of its rules."""
    if name in device_cases.CASES:
        return tuple(_alone(case.inputs) for case in device_cases.CASES[name]())
    known = [case.seals for case in judging.CASES[name]()]
    if get_example(name).network.device_name:
        return tuple(known)
    return tuple(_alone(window) for each in known for window in each if window is not None)


def _alone(window: Inputs) -> Cohort:
    return (window,)


def example_windows(name: str) -> st.SearchStrategy[Inputs]:
    """Windows of an example: anything at all, and plausible ones near the limits."""
    plausible = {"solar": solar_windows, "tracker": tracker_windows}[name]
    return plausible() | plausible() | plausible() | windows(get_example(name).network)


@st.composite
def solar_windows(draw: st.DrawFn) -> Inputs:
    """An hour of sun, with a few readings above the sky, jumps and frozen minutes around their limits."""
    source = random.Random(draw(st.integers(0, 2**32)))
    hour = draw(st.sampled_from([2, 11, 12, 15, 18, 18]))
    sky = dict(get_example("solar").network.constants)["CLEAR_SKY"]
    assert isinstance(sky, tuple)
    bound = sky[hour] * 12
    count = draw(st.sampled_from([44, 45, 46, 59, 60, 60]))
    above = draw(st.sampled_from([0, 0, 1, count // 10, count // 10 + 1]))
    jumps = draw(st.sampled_from([0, 0, 3, 6, 7]))
    changing = draw(st.sampled_from([count, count, count // 10, count // 10 + 1]))
    values = []
    value = bound // 2
    for minute in range(count):
        if minute < changing:
            value = source.randint(0, bound)
        if minute in range(20, 20 + 2 * above, 2):
            value = bound + source.choice([0, 1, 1])
        if minute in range(40, 40 + jumps):
            value = (
                min(16_000, bound) if minute % 2 else max(0, min(16_000, bound) - source.choice([8000, 8001]))
            )
        values.append(min(16_000, value))
    rows = tuple(
        (60_000 * minute + source.randrange(1000), value, 2150) for minute, value in enumerate(values)
    )
    area = draw(st.sampled_from([0, 1, 1637, 5000]))
    return Inputs(rows, (area,), 1_451_606_400 + 3600 * hour)


@st.composite
def tracker_windows(draw: st.DrawFn) -> Inputs:
    """A journey with leaps around their limit, also over the date line and near the poles."""
    source = random.Random(draw(st.integers(0, 2**32)))
    latitude = draw(st.sampled_from([0, 471_234_567, -899_000_000, 899_999_999, -5]))
    longitude = draw(st.sampled_from([0, 1_799_999_000, -1_799_999_000, 83_456_789]))
    count = draw(st.sampled_from([2, 3, 50, 179, 180]))
    speed = draw(st.sampled_from([0, 1, 20, 55, 60, 61]))
    leaps = draw(st.sampled_from([0, 0, count // 10, count // 10 + 1]))
    rows = []
    time_ms = 0
    for number in range(count):
        rows.append((time_ms, latitude, longitude))
        pause_ms = source.choice([1, 999, 1000, 15_000, 19_000])
        time_ms += pause_ms
        # 90 ten-millionths of a degree of latitude are a metre.
        step = speed * (pause_ms // 1000 + 1) * 90
        latitude = max(-900_000_000, min(900_000_000, latitude + source.choice([-step, step])))
        longitude += source.randint(-step // 10, step // 10) + 90_000_000 * (number < leaps)
        longitude = (longitude + 1_800_000_000) % 3_600_000_000 - 1_800_000_000
    return Inputs(tuple(rows), (), draw(st.integers(0, 2**40 - 1)))
