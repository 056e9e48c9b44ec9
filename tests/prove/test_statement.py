"""What the cohort circuit demands: every field of statement and witness is bound, and lies have no witness.

Solved with the witness solver, which refuses what does not satisfy the circuit; proofs of such witnesses
would be refused by the contract.
"""

from collections.abc import Callable

import pytest

from fieldproof.core.hashing import Domain, compute_hash
from fieldproof.prove.errors import UnsatisfiedError
from fieldproof.prove.inputs import shape_inputs
from fieldproof.prove.noir import Artifact, compile_circuit
from fieldproof.prove.solver import WitnessSolver
from fieldproof.prove.toolchain import Toolchain

from .cohorts import SLOTS, WINDOW_MS, Cohort, Device, change, get_benchmark_sources, make_cohort

CAPACITY = 4
NAMES = (
    "network id", "program id", "cohort", "window", "starts at", "key commitment", "count", "active", "settled",
    "previous state root", "window root", "sealed", "next state root", "packed result",
)  # fmt: skip
UNBOUND = {"program id", "starts at"}
GATEWAYS = 1 + 2 * CAPACITY
COUNTS = GATEWAYS + CAPACITY
SALTS = COUNTS + CAPACITY
SIGNATURES = SALTS + CAPACITY
COLUMNS = SIGNATURES + 3 * CAPACITY

Solve = Callable[[list[int], list[int]], bytes]


@pytest.fixture(scope="module")
def artifact(toolchain: Toolchain, cache) -> Artifact:  # type: ignore[no-untyped-def]
    return compile_circuit(get_benchmark_sources(CAPACITY), toolchain, cache=cache)


@pytest.fixture(scope="module")
def solve(artifact: Artifact, solver: WitnessSolver) -> Solve:
    return lambda statement, witness: solver.solve(artifact, shape_inputs(artifact, [*statement, *witness]))


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
    "rows", [(), ((0, 0),), ((0, 5), (1, 7)), ((WINDOW_MS - 1, 2**32 - 1),)], ids=["none", "zero", "close", "last"]
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
    witness[SIGNATURES + offset] ^= 1
    with pytest.raises(UnsatisfiedError):
        solve(statement, witness)


def test_a_seal_by_another_key_is_refused(solve: Solve, cohort: Cohort) -> None:
    stranger = make_cohort(CAPACITY, devices=1, seed=9)
    foreign = stranger.compute()[1][SIGNATURES : SIGNATURES + 2]
    with pytest.raises(UnsatisfiedError):
        solve(*change(cohort, 0, signature_override=(foreign[0] + (foreign[1] << 128), 5)).compute())


@pytest.mark.parametrize(
    "place",
    [COLUMNS + 3, COLUMNS + SLOTS + 3, COLUMNS + SLOTS - 1, COLUMNS + 2 * SLOTS - 1, COUNTS, GATEWAYS, SALTS],
    ids=["time", "value", "time in an empty slot", "value in an empty slot", "count", "gateway", "salt"],
)
def test_what_was_sealed_cannot_be_altered(place: int, solve: Solve, cohort: Cohort) -> None:
    statement, witness = cohort.compute()
    witness[place] += 1
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
    witness[GATEWAYS] += 256
    with pytest.raises(UnsatisfiedError):
        solve(statement, witness)


@pytest.mark.parametrize("gateway", [15, 16, 255])
def test_a_gateway_is_at_most_14(gateway: int, solve: Solve) -> None:
    with pytest.raises(UnsatisfiedError):
        solve(*change(make_cohort(CAPACITY, devices=1), 0, gateway=gateway).compute())


def test_an_unsealed_slot_may_hold_anything_and_earns_nothing(solve: Solve, cohort: Cohort) -> None:
    statement, witness = cohort.compute()
    witness[COUNTS + 1] = 1
    witness[COLUMNS + 2 * SLOTS] = 17
    witness[COLUMNS + 3 * SLOTS] = 1_000_000
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
        witness[SALTS] = 2**128
        solve(statement, witness)


def test_a_key_off_the_curve_is_refused(solve: Solve) -> None:
    statement, witness = Cohort(CAPACITY, ()).compute()
    witness[1] += 1
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
