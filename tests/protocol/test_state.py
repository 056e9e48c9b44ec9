"""State as it is packed: what goes in comes out, and nothing else is a packed state."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.core import Domain, FieldproofError, compute_hash
from fieldproof.protocol import DeviceState, StateField, StateLayout, compute_state_root

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "state.json").read_text())["cohorts"]
FIELDS = (StateField("streak", 0, 100, 0), StateField("balance", -5, 10, 1))
LAYOUT = StateLayout(FIELDS, 16)


def to_ints(values: list[str]) -> tuple[int, ...]:
    return tuple(int(value, 16) for value in values)


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: "-".join(each[0] for each in case["fields"]))
def test_states_of_the_vectors_are_packed_and_come_back(case) -> None:
    layout = StateLayout(tuple(StateField(*each) for each in case["fields"]), case["capacity"])
    states = tuple(DeviceState(first, tuple(values)) for first, *values in case["states"])
    assert list(layout.widths) == case["widths"]
    assert layout.pack(states) == to_ints(case["words"])
    assert layout.unpack(to_ints(case["words"])) == states
    assert compute_state_root(layout.pack(states)) == int(case["root"], 16)
    assert layout.initial_words == to_ints(case["initial_words"])
    assert compute_state_root(layout.initial_words) == int(case["initial_root"], 16)


def test_a_lane_holds_the_last_window_lowest_then_the_fields_in_order() -> None:
    states = [LAYOUT.first] * 16
    states[6] = DeviceState(41, (9, -3))
    lane = 41 | 9 << 32 | 2 << 39
    assert LAYOUT.widths == (32, 7, 4)
    assert LAYOUT.devices_per_word == 5
    assert LAYOUT.words == 4
    assert LAYOUT.pack(states)[1] >> 43 & (1 << 43) - 1 == lane
    assert LAYOUT.unpack(LAYOUT.pack(states)) == tuple(states)


@st.composite
def layouts(draw: st.DrawFn) -> StateLayout:
    fields, left = [], 96
    for number in range(draw(st.integers(1, 6))):
        width = draw(st.integers(1, min(64, left)))
        low = draw(st.integers(-(2**63), 2**63))
        high = low + draw(st.integers(2 ** (width - 1) if width > 1 else 0, 2**width - 1))
        fields.append(StateField(f"field_{number}", low, high, draw(st.integers(low, high))))
        left -= width
        if not left:
            break
    return StateLayout(tuple(fields), draw(st.sampled_from([1, 4, 16, 64, 256])))


@given(st.data())
def test_any_states_come_back_from_their_words(data: st.DataObject) -> None:
    layout = data.draw(layouts())
    state = st.builds(
        DeviceState,
        st.integers(0, 2**32 - 1),
        st.tuples(*(st.integers(field.low, field.high) for field in layout.fields)),
    )
    some = data.draw(st.lists(state, max_size=layout.capacity))
    states = (*some, *[layout.first] * (layout.capacity - len(some)))
    words = layout.pack(states)
    assert all(word < 2**253 for word in words)
    assert len(words) == layout.words
    assert layout.unpack(words) == states


@pytest.mark.parametrize(
    "damage",
    [
        lambda words: words[:-1],
        lambda words: (*words, 0),
        lambda words: (words[0] | 1 << 5 * 43, *words[1:]),
        lambda words: (*words[:-1], words[-1] | 1 << 43),
        lambda words: (words[0] | 127 << 32, *words[1:]),
        lambda _: (),
    ],
    ids=["a word less", "a word more", "beside the lanes", "a device more", "out of range", "nothing"],
)
def test_words_that_pack_no_cohort_are_refused(damage) -> None:
    with pytest.raises(FieldproofError):
        LAYOUT.unpack(damage(LAYOUT.initial_words))


@pytest.mark.parametrize(
    "state", [DeviceState(2**32, (0, 0)), DeviceState(-1, (0, 0)), DeviceState(0, (101, 0))]
)
def test_states_outside_their_ranges_are_refused(state: DeviceState) -> None:
    with pytest.raises(FieldproofError):
        LAYOUT.pack((state, *[LAYOUT.first] * 15))


def test_a_state_has_96_bits_beside_the_last_window() -> None:
    assert StateLayout((StateField("all", 0, 2**96 - 1, 0),), 1).width == 128
    with pytest.raises(FieldproofError):
        StateLayout((StateField("all", 0, 2**96, 0),), 1)


def test_missed_windows_are_those_between_two_seals() -> None:
    assert DeviceState(0, ()).count_missed(40) == 0
    assert DeviceState(40, ()).count_missed(40) == 0
    assert DeviceState(1, ()).count_missed(40) == 39


def test_a_program_without_state_has_root_0() -> None:
    assert compute_state_root(()) == 0
    assert compute_state_root((0,)) == compute_hash(Domain.STATE, 0, 0)
