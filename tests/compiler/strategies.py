"""Windows for property tests: heavy on boundaries, empty and full, smooth and frozen, known and altered."""

import random
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from fieldproof.compiler import get_state_fields
from fieldproof.compiler.capture import CapturedNetwork
from fieldproof.compiler.evaluate import Inputs
from fieldproof.compiler.ir import STARTS_AT
from fieldproof.protocol import FieldSpec

Cohort = tuple[Inputs | None, ...]
"""What each device of a cohort brings to a window; None for who did not seal it."""


@st.composite
def windows(draw: st.DrawFn, network: CapturedNetwork) -> Inputs:
    """What one device may bring to a window of the network."""
    schema, settings = network.schema, network.settings
    slots, length_ms = settings.readings_per_window, settings.window_s * 1000
    count = draw(st.sampled_from([0, 1, 2, slots - 1, slots, slots]) | st.integers(0, slots))
    count = max(0, min(count, slots))
    style = draw(st.sampled_from(["smooth", "frozen", "wild", "edges"]))
    source = draw(_sources())
    times = sorted(source.sample(range(length_ms), count))
    if count and draw(st.booleans()):
        times[0], times[-1] = 0, length_ms - 1
    row = [draw(_values(spec.low, spec.high)) for spec in schema.reading]
    rows = []
    for time_ms in times:
        for number, spec in enumerate(schema.reading):
            reach = max(1, (spec.high - spec.low) // 3000)
            if style == "smooth":
                row[number] = min(spec.high, max(spec.low, row[number] + source.randint(-reach, reach)))
            elif style == "wild":
                row[number] = source.randint(spec.low, spec.high)
            elif style == "edges":
                row[number] = _choose_near(source, spec, row[number])
        values = (_miss(source, spec, value) for spec, value in zip(schema.reading, row, strict=True))
        rows.append((time_ms, *values))
    attributes = tuple(draw(_values(spec.low, spec.high)) for spec in schema.attributes)
    starts_at = draw(st.sampled_from([0, 1_451_606_400, STARTS_AT.high]) | st.integers(0, 2**32))
    return draw(_with_state(network, Inputs(tuple(rows), attributes, starts_at)))


@st.composite
def cohorts(draw: st.DrawFn, network: CapturedNetwork) -> Cohort:
    """What a whole cohort may bring to a window, devices unlike each other."""
    return tuple(draw(st.lists(st.none() | windows(network), max_size=network.settings.cohort)))


@st.composite
def altered(draw: st.DrawFn, network: CapturedNetwork, known: Sequence[Cohort]) -> Cohort:
    """A known cohort with a share of it changed: readings left out or moved, values by one or to an end."""
    source = draw(_sources())
    share = draw(st.sampled_from([0.0, 0.003, 0.03, 0.3]))
    return tuple(
        None
        if each is None or (network.device_name and source.random() < share / 10)
        else _alter(source, network, draw(st.just(each) | _with_state(network, each)), share)
        for each in source.choice(known)
    )


def _alter(source: random.Random, network: CapturedNetwork, window: Inputs, share: float) -> Inputs:
    def alter(specs: Sequence[FieldSpec], values: Sequence[int | None]) -> list[int | None]:
        return [
            _choose_near(source, spec, value) if value is not None and source.random() < share else value
            for spec, value in zip(specs, values, strict=True)
        ]

    rows, first_ms = [], 0
    for time_ms, *values in window.rows:
        if source.random() < share / 10:
            continue
        if source.random() < share:
            time_ms = source.choice([first_ms, source.randint(first_ms, time_ms)])
        rows.append((time_ms, *alter(network.schema.reading, values)))
        first_ms = time_ms + 1
    return replace(
        window, rows=tuple(rows), attributes=tuple(alter(network.schema.attributes, window.attributes))
    )


@st.composite
def _with_state(draw: st.DrawFn, network: CapturedNetwork, window: Inputs) -> Inputs:
    """The window after whatever came before it, where the program asks for that."""
    fields = get_state_fields(network)
    if not fields:
        return window
    missed = draw(st.sampled_from([0, 0, 1, 2, 3, 6, 9]) | st.integers(0, 2**32 - 2))
    return replace(window, missed=missed, state=tuple(draw(_values(each.low, each.high)) for each in fields))


def _sources() -> st.SearchStrategy[random.Random]:
    # From a seed: a day's readings are more than can be drawn one by one.
    return st.integers(0, 2**32).map(random.Random)


def _choose_near(source: random.Random, spec: FieldSpec, value: int) -> int:
    near = [spec.low, spec.low + 1, 0, spec.high - 1, spec.high, value - 1, value, value + 1]
    return min(spec.high, max(spec.low, source.choice(near)))


def _miss(source: random.Random, spec: FieldSpec, value: int) -> int | None:
    return None if spec.optional and source.random() < 0.3 else value


def _values(low: int, high: int) -> st.SearchStrategy[int]:
    edges = [
        each for each in (low, low + 1, -1, 0, 1, (low + high) // 2, high - 1, high) if low <= each <= high
    ]
    return st.sampled_from(edges) | st.integers(low, high)
