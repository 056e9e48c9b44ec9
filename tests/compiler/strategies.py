"""Windows for property tests: heavy on boundaries, empty and full windows, smooth runs and frozen ones."""

import random

from hypothesis import strategies as st

from fieldproof.compiler.capture import CapturedNetwork
from fieldproof.compiler.evaluate import Inputs
from fieldproof.compiler.ir import STARTS_AT
from fieldproof.protocol import FieldSpec


@st.composite
def windows(draw: st.DrawFn, network: CapturedNetwork) -> Inputs:
    """What one device may bring to a window of the network."""
    schema, settings = network.schema, network.settings
    slots, length_ms = settings.readings_per_window, settings.window_s * 1000
    count = draw(st.sampled_from([0, 1, 2, slots - 1, slots, slots]) | st.integers(0, slots))
    count = max(0, min(count, slots))
    style = draw(st.sampled_from(["smooth", "frozen", "wild", "edges"]))
    source = draw(st.randoms(use_true_random=False))
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
                row[number] = source.choice(
                    [spec.low, spec.low + 1, 0, spec.high - 1, spec.high, row[number]]
                )
                row[number] = min(spec.high, max(spec.low, row[number]))
        values = (_miss(source, spec, value) for spec, value in zip(schema.reading, row, strict=True))
        rows.append((time_ms, *values))
    attributes = tuple(draw(_values(spec.low, spec.high)) for spec in schema.attributes)
    starts_at = draw(st.sampled_from([0, 1_451_606_400, STARTS_AT.high]) | st.integers(0, 2**32))
    return Inputs(tuple(rows), attributes, starts_at)


def _miss(source: random.Random, spec: FieldSpec, value: int) -> int | None:
    return None if spec.optional and source.random() < 0.3 else value


def _values(low: int, high: int) -> st.SearchStrategy[int]:
    edges = [
        each for each in (low, low + 1, -1, 0, 1, (low + high) // 2, high - 1, high) if low <= each <= high
    ]
    return st.sampled_from(edges) | st.integers(low, high)
