"""What the cohort circuit demands: every field of statement and witness is bound, and lies have no witness.

Solved with the witness solver, which refuses what does not satisfy the circuit; proofs of such witnesses
would be refused by the contract.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldproof.core.hashing import Domain, compute_hash
from fieldproof.prove.errors import UnsatisfiedError
from fieldproof.prove.inputs import shape_inputs
from fieldproof.prove.noir import Artifact, compile_circuit
from fieldproof.prove.solver import WitnessSolver
from fieldproof.prove.toolchain import Toolchain

from .cohorts import SLOTS, WINDOW_MS, Cohort, change, get_benchmark_sources, make_cohort

CAPACITY = 4
NAMES = (
    "network id", "program id", "cohort", "window", "starts at", "key commitment", "count", "active",
    "settled",
    "previous state root", "window root", "sealed", "next state root", "packed result",
)  # fmt: skip
UNBOUND = {"program id", "starts at"}
Solve = Callable[[list[int], dict[str, Any]], bytes]


@pytest.fixture(scope="module")
def artifact(toolchain: Toolchain, cache: Path) -> Artifact:
    return compile_circuit(get_benchmark_sources(CAPACITY), toolchain, cache=cache)


@pytest.fixture(scope="module")
def solve(artifact: Artifact, solver: WitnessSolver) -> Solve:
    return lambda statement, witness: solver.solve(artifact, shape_inputs(artifact, statement, witness))


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    """Three devices in four slots: the second did not seal, the third is void."""
    made = make_cohort(CAPACITY, devices=3)
    made = change(made, 0, rows=made.devices[0].rows[:47], gateway=14)
    made = change(made, 1, sealed=False, active=False)
    jumped = (*made.devices[2].rows[:30], (WINDOW_MS - 1, 4_000_000_000))
    return change(made, 2, rows=jumped)


def test_absent_void_and_unregistered_slots_stop_nobody(solve: Solve, cohort: Cohort) -> None:
    statement, witness = cohort.compute()
    assert cohort.devices[2].points == 0
    assert statement[-1] == cohort.devices[0].points
    assert solve(statement, witness)


@pytest.mark.parametrize(
    "rows",
    [(), ((0, 0),), ((0, 5), (1, 7)), ((WINDOW_MS - 1, 2**32 - 1),)],
    ids=["none", "zero", "close", "last"],
)
def test_windows_at_their_bounds_are_proven(rows: tuple[tuple[int, int], ...], solve: Solve) -> None:
    assert solve(*change(make_cohort(CAPACITY, devices=1), 0, rows=rows).compute())


def test_a_cohort_that_nobody_sealed_is_proven(solve: Solve) -> None:
    assert solve(*Cohort(CAPACITY, ()).compute())


@pytest.mark.parametrize("index", range(len(NAMES)), ids=NAMES)
def test_every_field_of_the_statement_is_bound(index: int, solve: Solve, cohort: Cohort) -> None:
    statement, witness = cohort.compute()
    statement[index] += 1
    if NAMES[index] in UNBOUND:
        # The verifier is the program's own and the start follows from the window: nothing to check here.
        assert solve(statement, witness)
    else:
        with pytest.raises(UnsatisfiedError):
            solve(statement, witness)


@pytest.mark.parametrize("bitmap", ["active", "sealed", "settled"])
@pytest.mark.parametrize("slot", range(CAPACITY))
def test_no_device_is_paid_that_is_not_active_or_already_settled(
    bitmap: str, slot: int, solve: Solve, cohort: Cohort
) -> None:
    statement, witness = cohort.compute()
    is_sealed = slot in (0, 2)
    statement[NAMES.index(bitmap)] ^= 1 << slot
    if bitmap != "sealed" and not is_sealed:
        assert solve(statement, witness)
    else:
        with pytest.raises(UnsatisfiedError):
            solve(statement, witness)


def test_a_bitmap_has_no_bits_beyond_the_cohort(solve: Solve, cohort: Cohort) -> None:
    for name in ("active", "settled", "sealed"):
        statement, witness = cohort.compute()
        statement[NAMES.index(name)] |= 1 << CAPACITY
        with pytest.raises(UnsatisfiedError):
            solve(statement, witness)


@pytest.mark.parametrize("offset", [0, 1, 2], ids=["low limb of s", "high limb of s", "e"])
def test_a_seal_must_be_the_devices_own(offset: int, solve: Solve, cohort: Cohort) -> None:
    statement, witness = cohort.compute()
    witness["signatures"][0][offset] ^= 1
    with pytest.raises(UnsatisfiedError):
        solve(statement, witness)


def test_a_seal_by_another_key_is_refused(solve: Solve, cohort: Cohort) -> None:
    stranger = make_cohort(CAPACITY, devices=1, seed=9)
    foreign = stranger.compute()[1]["signatures"][0]
    with pytest.raises(UnsatisfiedError):
        solve(*change(cohort, 0, signature_override=(foreign[0] + (foreign[1] << 128), 5)).compute())


@pytest.mark.parametrize(
    "path",
    [
        ("columns", 0, 0, 3),
        ("columns", 0, 1, 3),
        ("columns", 0, 1, SLOTS - 1),
        ("counts", 0),
        ("gateways", 1),
        ("gateways", 2),
        ("salts", 0),
        ("seal_keys", 0, 0),
        ("seal_keys", 1, 1),
    ],
    ids=str,
)
def test_what_was_sealed_or_registered_cannot_be_altered(
    path: tuple[str, *tuple[int, ...]], solve: Solve, cohort: Cohort
) -> None:
    statement, witness = cohort.compute()
    if path == ("gateways", 1):
        witness["gateways"][1] = 15  # not sealed, so any gateway does, but it must be one
    else:
        place = witness
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] += 1
    with pytest.raises(UnsatisfiedError):
        solve(statement, witness)


@pytest.mark.parametrize(
    "rows",
    [
        ((5, 1), (5, 1)),
        ((6, 1), (5, 1)),
        ((0, 1), (0, 1)),
        ((0, 1), (WINDOW_MS, 1)),
        ((0, 1), (2**22, 1)),
        ((0, 1), (1, 2**32)),
        ((0, 1), (1, -1)),
        ((-1, 1), (1, 1)),
    ],
)
def test_readings_that_no_gateway_accepts_are_refused_even_when_sealed(
    rows: tuple[tuple[int, int], ...], solve: Solve
) -> None:
    with pytest.raises(UnsatisfiedError):
        solve(*change(make_cohort(CAPACITY, devices=1), 0, rows=rows).compute())


def test_a_seal_of_another_window_cannot_be_passed_off_by_a_gateway_out_of_range(solve: Solve) -> None:
    # window·2²⁴ + gateway·2¹⁶ stays the same when the window falls by one and the gateway grows by 256.
    cohort = make_cohort(CAPACITY, devices=1)
    statement, witness = cohort.compute()
    statement[NAMES.index("window")] -= 1
    witness["gateways"][0] += 256
    with pytest.raises(UnsatisfiedError):
        solve(statement, witness)


@pytest.mark.parametrize("gateway", [15, 16, 255])
def test_a_gateway_is_at_most_14(gateway: int, solve: Solve) -> None:
    with pytest.raises(UnsatisfiedError):
        solve(*change(make_cohort(CAPACITY, devices=1), 0, gateway=gateway).compute())


def test_an_unsealed_slot_may_hold_anything_and_earns_nothing(solve: Solve, cohort: Cohort) -> None:
    statement, witness = cohort.compute()
    witness["counts"][1] = 1
    witness["columns"][1][0][0] = 17
    witness["columns"][1][1][0] = 1_000_000
    assert solve(statement, witness)
    statement[-1] += 1_000_000 << 32
    with pytest.raises(UnsatisfiedError):
        solve(statement, witness)


def test_the_salt_has_128_bits(solve: Solve) -> None:
    cohort = change(make_cohort(CAPACITY, devices=1), 0, salt=2**128 - 1)
    statement, witness = cohort.compute()
    assert solve(statement, witness)
    # The next domain with a salt of zero would be the same first input of the sponge.
    with pytest.raises(UnsatisfiedError):
        solve(*change(cohort, 0, salt=2**128).compute())


@pytest.mark.parametrize("padding", [(0, 1), (1, 0), (WINDOW_MS - 1, 0), (0, -1)])
def test_empty_slots_are_zero_even_when_sealed_otherwise(padding: tuple[int, int], solve: Solve) -> None:
    # The device is void, so that no result can give the padding away: only the demand itself is left.
    cohort = make_cohort(CAPACITY, devices=1)
    rows = ((0, 0), (1, 4_000_000_000))
    assert solve(*change(cohort, 0, rows=rows).compute())
    with pytest.raises(UnsatisfiedError):
        solve(*change(cohort, 0, rows=rows, padding=padding).compute())


@pytest.mark.parametrize("count", [-1, 0, 39, 41, SLOTS, SLOTS + 1, 2**16])
def test_the_sealed_count_is_that_of_the_readings(count: int, solve: Solve) -> None:
    cohort = make_cohort(CAPACITY, devices=1)
    cohort = change(cohort, 0, rows=cohort.devices[0].rows[:40], claimed_count=count)
    with pytest.raises(UnsatisfiedError):
        solve(*cohort.compute())


def test_a_device_that_is_not_registered_is_not_paid(solve: Solve) -> None:
    cohort = make_cohort(CAPACITY, devices=2)
    assert solve(*cohort.compute())
    with pytest.raises(UnsatisfiedError):
        solve(*change(cohort, 1, registered=False).compute())


def test_a_key_off_the_curve_is_refused(solve: Solve) -> None:
    statement, witness = Cohort(CAPACITY, ()).compute()
    witness["seal_keys"][3][1] += 1
    with pytest.raises(UnsatisfiedError):
        solve(statement, witness)


def test_the_chain_covers_exactly_the_registered(solve: Solve, cohort: Cohort) -> None:
    statement, witness = cohort.compute()
    extra = compute_hash(Domain.CHAIN, 0, statement[5], 12345)
    statement[NAMES.index("key commitment")] = extra
    with pytest.raises(UnsatisfiedError):
        solve(statement, witness)


def test_points_beyond_32_bits_make_a_device_void(solve: Solve) -> None:
    rows = tuple((i, 2**32 - 1) for i in range(2))
    cohort = change(make_cohort(CAPACITY, devices=1), 0, rows=rows)
    statement, witness = cohort.compute()
    assert statement[-1] == 0
    assert solve(statement, witness)


def test_the_values_that_rooms_exchange_are_the_same_fields(cohort: Cohort) -> None:
    fields, named = cohort.compute()
    statement, witness = cohort.to_protocol()
    assert list(statement.to_fields()) == fields
    assert witness.to_inputs() == named
