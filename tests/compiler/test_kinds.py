"""Circuits of programs with state and of cohort programs, with programs written by hand.

Solved with the witness solver, which refuses what does not satisfy the circuit.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from fieldproof.compiler import Inputs
from fieldproof.protocol import CohortWitness, DeviceState, Row, Statement, compute_state_root
from fieldproof.prove import UnsatisfiedError
from fieldproof.prove.inputs import shape_inputs

from .cohorts import make_statement
from .kinds import CAPACITY, LAYOUT, emit_judging, emit_stateful, get_network, run_judging, run_stateful

STARTS_AT = 1_700_000_100
WINDOW = 40
STATES = (
    DeviceState(WINDOW, (7, 3, 10**12)),
    DeviceState(WINDOW - 5, (100, -5, 2**40 - 91)),
    DeviceState(WINDOW, (9, 9, 9)),
    LAYOUT.first,
)
LEVELS: tuple[tuple[Row, ...] | None, ...] = (((0, 52),), ((5, 90), (6, 1)), (), ((7, 40),))
"""The third device is void."""
Solve = Callable[[Statement, CohortWitness], None]


def to_inputs(windows: Sequence[Sequence[Row] | None]) -> list[Inputs | None]:
    return [None if rows is None else Inputs(tuple(rows), (), STARTS_AT) for rows in windows]


def make_stateful(
    windows: Sequence[Sequence[Row] | None] = LEVELS,
    states: Sequence[DeviceState] = STATES,
    window: int = WINDOW,
) -> tuple[Statement, CohortWitness]:
    outcomes = [run_stateful(rows, state, window) for rows, state in zip(windows, states, strict=True)]
    return make_statement(
        get_network(),
        to_inputs(windows),
        CAPACITY,
        [outcome.points for outcome in outcomes],
        window=window,
        previous_words=LAYOUT.pack(states),
        next_words=LAYOUT.pack([outcome.state for outcome in outcomes]),
    )


def state_after(statement: Statement, slot: int, state: DeviceState) -> Statement:
    """The statement with another next state of one device, its root fitting."""
    states = list(LAYOUT.unpack(statement.state))
    states[slot] = state
    words = LAYOUT.pack(states)
    return replace(statement, state=words, next_state=compute_state_root(words))


@pytest.fixture(scope="module")
def solve_stateful(compile_noir, solver) -> Solve:
    artifact = compile_noir(emit_stateful())
    return lambda statement, witness: solver.solve(
        artifact, shape_inputs(artifact, statement.to_fields(), witness.to_inputs())
    )


@pytest.fixture(scope="module")
def solve_judging(compile_noir, solver) -> Solve:
    artifact = compile_noir(emit_judging())
    return lambda statement, witness: solver.solve(
        artifact, shape_inputs(artifact, statement.to_fields(), witness.to_inputs())
    )


def test_states_go_on_where_devices_seal_and_are_not_void(solve_stateful: Solve) -> None:
    statement, witness = make_stateful()
    after = LAYOUT.unpack(statement.state)
    assert after[0] == DeviceState(WINDOW + 1, (8, 10, 10**12 + 52))
    assert after[1] == DeviceState(WINDOW + 1, (1, 10, 2**40 - 1))
    assert after[2] == STATES[2], "a void device keeps its state"
    assert after[3] == DeviceState(WINDOW + 1, (1, -4, 40))
    assert statement.points[1] // 1_000_000 % 10 == 5, "five windows were missed"
    solve_stateful(statement, witness)


@pytest.mark.parametrize("slot", range(CAPACITY))
def test_an_absent_device_keeps_its_state(slot: int, solve_stateful: Solve) -> None:
    windows = [None if place == slot else rows for place, rows in enumerate(LEVELS)]
    statement, witness = make_stateful(windows)
    assert LAYOUT.unpack(statement.state)[slot] == STATES[slot]
    solve_stateful(statement, witness)
    for state in (
        replace(STATES[slot], next_window=WINDOW + 1),
        replace(STATES[slot], values=(11, *STATES[slot].values[1:])),
        LAYOUT.first if slot != 3 else replace(LAYOUT.first, next_window=1),
    ):
        with pytest.raises(UnsatisfiedError):
            solve_stateful(state_after(statement, slot, state), witness)


@pytest.mark.parametrize("slot", range(CAPACITY))
def test_no_other_next_state_can_be_proven(slot: int, solve_stateful: Solve) -> None:
    statement, witness = make_stateful()
    after = LAYOUT.unpack(statement.state)[slot]
    streak, balance, total = after.values
    for state in (
        replace(after, next_window=after.next_window + 1),
        replace(after, next_window=0),
        replace(after, values=(streak + 1, balance, total)),
        replace(after, values=(streak, balance - 1, total)),
        replace(after, values=(streak, balance, total - 1)),
        STATES[slot] if slot != 2 else DeviceState(WINDOW + 1, (10, 4, 9)),
    ):
        with pytest.raises(UnsatisfiedError):
            solve_stateful(state_after(statement, slot, state), witness)


def test_roots_are_those_of_the_words(solve_stateful: Solve) -> None:
    statement, witness = make_stateful()
    words = witness.previous_state
    for changed, with_witness in (
        (replace(statement, next_state=statement.next_state + 1), witness),
        (replace(statement, next_state=statement.previous_state), witness),
        (replace(statement, next_state=0), witness),
        (replace(statement, previous_state=statement.previous_state + 1), witness),
        (replace(statement, previous_state=0), witness),
        (statement, replace(witness, previous_state=(words[0] + 1, *words[1:]))),
        (statement, replace(witness, previous_state=words[::-1])),
        (statement, replace(witness, previous_state=statement.state)),
    ):
        with pytest.raises(UnsatisfiedError):
            solve_stateful(changed, with_witness)


def test_a_proof_of_a_window_is_none_of_the_next(solve_stateful: Solve) -> None:
    """The state that the first one leaves is not the one that it began with."""
    statement, witness = make_stateful()
    with pytest.raises(UnsatisfiedError):
        solve_stateful(replace(statement, previous_state=statement.next_state), witness)
    with pytest.raises(UnsatisfiedError):
        solve_stateful(replace(statement, window=WINDOW + 1), witness)


@pytest.mark.parametrize(
    "words",
    [
        lambda words: (words[0] | 1 << LAYOUT.width * LAYOUT.devices_per_word, *words[1:]),
        lambda words: (words[0] | 127 << 32, *words[1:]),
        lambda words: (*words[:-1], words[-1] + (1 << LAYOUT.width)),
    ],
    ids=["beside the lanes", "a value out of its range", "a device too many"],
)
def test_words_that_pack_no_cohort_are_refused(words, solve_stateful: Solve) -> None:
    """Even if the chain's root were theirs, as no honest deployment makes it."""
    statement, witness = make_stateful()
    before, after = words(witness.previous_state), words(statement.state)
    with pytest.raises(UnsatisfiedError):
        solve_stateful(
            replace(
                statement,
                previous_state=compute_state_root(before),
                state=after,
                next_state=compute_state_root(after),
            ),
            replace(witness, previous_state=before),
        )


def test_a_device_settled_earlier_in_the_window_stops_nobody(solve_stateful: Solve) -> None:
    """An earlier posting for this window moved its last window on, beyond the present one's missed ones."""
    states = (DeviceState(WINDOW + 1, (8, 10, 62)), *STATES[1:])
    statement, witness = make_stateful((None, *LEVELS[1:]), states)
    settled = replace(statement, settled=1)
    assert LAYOUT.unpack(settled.state)[0] == states[0]
    solve_stateful(settled, witness)
    with pytest.raises(UnsatisfiedError):
        solve_stateful(replace(settled, sealed=settled.sealed | 1), witness)


@pytest.mark.parametrize("window", [0, 2**32 - 2])
def test_the_first_and_the_last_window_are_proven(window: int, solve_stateful: Solve) -> None:
    windows: list[Sequence[Row] | None] = [((0, 50),), None, (), None]
    states = [DeviceState(window, (5, 5, 5)) if window else LAYOUT.first] * CAPACITY
    # Points of this program grow with the window; those of the last one would pass 32 bits.
    if window:
        windows = [(), None, (), None]
    solve_stateful(*make_stateful(windows, states, window))


def test_a_window_that_no_state_can_hold_is_refused(solve_stateful: Solve) -> None:
    statement, witness = make_stateful(((), None, None, None))
    with pytest.raises(UnsatisfiedError):
        solve_stateful(replace(statement, window=2**32 - 1), witness)


def test_a_cohort_is_judged_by_the_reports_of_those_present(solve_judging: Solve) -> None:
    windows: tuple[Sequence[Row] | None, ...] = (((0, 52),), ((5, 90), (6, 1)), (), None)
    for present in (windows, windows[:3], windows[:2], (*windows[:3], ((0, 1),)), ((), None)):
        points = run_judging(present)
        assert sum(value > 0 for value in points) == sum(bool(rows) for rows in present)
        statement, witness = make_statement(get_network(), to_inputs(present), CAPACITY, points)
        solve_judging(statement, witness)
        for slot in range(CAPACITY):
            wrong = replace(statement, points=(*points[:slot], points[slot] + 1, *points[slot + 1 :]))
            with pytest.raises(UnsatisfiedError):
                solve_judging(wrong, witness)


def test_a_cohort_is_judged_once_for_a_window(solve_judging: Solve) -> None:
    windows: tuple[Sequence[Row] | None, ...] = (((0, 52),), ((5, 90), (6, 1)), (), None)
    statement, witness = make_statement(get_network(), to_inputs(windows), CAPACITY, run_judging(windows))
    solve_judging(statement, witness)
    with pytest.raises(UnsatisfiedError):
        solve_judging(replace(statement, settled=0b1000), witness)


def test_programs_without_state_have_no_roots(solve_judging: Solve) -> None:
    windows: tuple[Sequence[Row] | None, ...] = (((0, 52),),)
    statement, witness = make_statement(get_network(), to_inputs(windows), CAPACITY, run_judging(windows))
    for changed in (replace(statement, previous_state=1), replace(statement, next_state=1)):
        with pytest.raises(UnsatisfiedError):
            solve_judging(changed, witness)


def test_a_circuit_names_only_what_it_uses() -> None:
    for source in (emit_stateful(), emit_judging()):
        for line in re.findall(r"use gadgets::(?:\w+::)?\{(.*)\};", source):
            for name in line.split(", "):
                assert len(re.findall(rf"\b{name}\b", source)) > 1, name
