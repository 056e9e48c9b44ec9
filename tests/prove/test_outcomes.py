"""What an assembler makes of a cohort's window by plain Python: points, voids and packed state."""

import pytest

from fieldproof.compiler import capture, get_state_layout, to_python, to_python_cohort
from fieldproof.protocol import DeviceState, Row
from fieldproof.prove import CohortAssembler, StatementBase
from fieldproof.prove.outcomes import CohortOutcome, SealedWindow, run_cohort
from run.networks import JUDGED, POSTED, STREAKS

ROWS: tuple[Row, ...] = ((0, 10), (60_000, 20))
LONELY: tuple[Row, ...] = ((0, 10),)
WINDOW = 9


def seal(*windows: tuple[Row, ...] | None) -> list[SealedWindow | None]:
    return [None if rows is None else SealedWindow(rows, ()) for rows in windows]


def test_states_go_on_where_a_device_sealed_and_is_not_void() -> None:
    network = capture({"network.py": STREAKS})
    layout = get_state_layout(network)
    assert layout is not None
    before = [
        DeviceState(WINDOW, (4, 7)),
        DeviceState(WINDOW - 3, (4, 0)),
        DeviceState(3, (1, 1)),
        layout.first,
    ]
    outcome = run_cohort(
        to_python(network),
        layout,
        seal(ROWS, ROWS, LONELY, None),
        window=WINDOW,
        starts_at=0,
        previous_state=layout.pack(before),
    )
    assert outcome.points == (30 * 5 + 7, 30 * 1 + 3000, 0, 0)
    assert [str(reason) for reason in outcome.voids.values()] == [
        "network.py:25: AssertionError: fewer than two readings"
    ]
    assert list(outcome.voids) == [2]
    after = (DeviceState(WINDOW + 1, (5, 30)), DeviceState(WINDOW + 1, (1, 30)), before[2], before[3])
    assert layout.unpack(outcome.state) == after


def test_a_device_program_leaves_no_state() -> None:
    outcome = run_cohort(
        to_python(capture({"network.py": POSTED})),
        None,
        seal(ROWS, None, LONELY, ROWS),
        window=WINDOW,
        starts_at=0,
        previous_state=(),
    )
    assert (outcome.points, list(outcome.voids), outcome.state) == ((30, 0, 0, 30), [2], ())


def judge(*windows: tuple[Row, ...] | None) -> CohortOutcome:
    program = to_python_cohort(capture({"network.py": JUDGED}))
    return run_cohort(program, None, seal(*windows), window=WINDOW, starts_at=0, previous_state=())


def test_all_of_a_cohort_are_judged_and_only_those_present_are_paid() -> None:
    outcome = judge(ROWS, None, LONELY, ROWS)
    assert outcome.points == (8000 + 600 + 30, 0, 0, 8000 + 600 + 30)
    assert list(outcome.voids) == [2]
    assert outcome.state == ()
    assert judge(None, None, LONELY, None).points == (0, 0, 0, 0)


@pytest.mark.parametrize("settled", [0b1, 0b1000])
def test_a_cohort_that_was_judged_has_nothing_left_to_settle(settled: int) -> None:
    network = capture({"network.py": JUDGED})
    assembler = CohortAssembler(network.schema, network.settings, to_python_cohort(network))
    base = StatementBase(
        network_id=bytes(32), program_id=bytes(32), cohort=0, window=WINDOW, starts_at=0, key_commitment=0,
        count=4, active=0b1111, settled=settled, previous_state=0, chain_start=0,
    )  # fmt: skip
    # No log is looked at: whoever sealed and was not judged stays so.
    assert assembler.assemble(base, {}, None) is None  # type: ignore[arg-type]
