"""The seal check as a bit: right for good and bad signatures, unmoved by lies about the challenge's limbs."""

from pathlib import Path

import pytest

from fieldproof.core.curves import GRUMPKIN
from fieldproof.core.poseidon2 import FIELD_ORDER
from fieldproof.prove.noir import Artifact, compile_circuit
from fieldproof.prove.toolchain import Toolchain

from .cohorts import sign
from .lies import LyingSolver, get_lying_gadgets

SOURCE = """mod gadgets;
use gadgets::seal;
fn main(key: [Field; 2], message: Field, signature: [Field; 3], expected: Field) {
    seal::assert_on_curve(key);
    assert(seal::is_valid(key, message, signature) as Field == expected);
}"""
SECRET, MESSAGE = 0x1234567, 777
KEY = GRUMPKIN.multiply(SECRET, GRUMPKIN.generator)


@pytest.fixture(scope="module")
def artifact(toolchain: Toolchain, cache: Path) -> Artifact:
    return compile_circuit({"main.nr": SOURCE, **get_lying_gadgets()}, toolchain, cache=cache)


def get_inputs(s: int, e: int, expected: int, key: tuple[int, int] = KEY) -> dict[str, object]:
    signature = [s % 2**128, s >> 128, e]
    return {"key": list(key), "message": MESSAGE, "signature": signature, "expected": expected}


def test_good_signatures_are_valid_and_bad_ones_not(artifact: Artifact, lying_solver: LyingSolver) -> None:
    s, e = sign(SECRET, MESSAGE)
    other = sign(SECRET, MESSAGE + 1)
    cases = [(s, e, 1), (s + 1, e, 0), (s, e + 1, 0), (s, 0, 0), (0, 0, 0), (1, 1, 0), (*other, 0), (e, e, 0)]
    for s_given, e_given, expected in cases:
        outcome = lying_solver.solve(artifact, get_inputs(s_given, e_given, expected))
        assert outcome.solved, outcome.reason
        assert not lying_solver.solve(artifact, get_inputs(s_given, e_given, 1 - expected)).solved


def test_a_nonce_of_zero_is_taken_as_gateways_take_it(artifact: Artifact, lying_solver: LyingSolver) -> None:
    """Its nonce point is infinity. What gateways take and the circuit refuses would stop the cohort."""
    s, e = sign(SECRET, MESSAGE, nonce=0)
    assert lying_solver.solve(artifact, get_inputs(s, e, 1)).solved
    assert not lying_solver.solve(artifact, get_inputs(s, e, 0)).solved


def test_the_dummy_key_of_an_empty_slot_is_no_obstacle(artifact: Artifact, lying_solver: LyingSolver) -> None:
    for s, e in ((0, 0), (1, 1), (1, FIELD_ORDER - 2**128)):
        assert lying_solver.solve(artifact, get_inputs(s, e, 0, GRUMPKIN.generator)).solved


def test_keys_off_the_curve_and_infinity_are_refused(artifact: Artifact, lying_solver: LyingSolver) -> None:
    for key in ((0, 0), (KEY[0], KEY[1] + 1), (0, 1)):
        for expected in (0, 1):
            assert not lying_solver.solve(artifact, get_inputs(1, 1, expected, key)).solved


def test_the_challenge_has_one_way_to_be_two_limbs(artifact: Artifact, lying_solver: LyingSolver) -> None:
    s, e = sign(SECRET, MESSAGE)
    low, high = e % 2**128, e >> 128
    for value in (e + FIELD_ORDER, e + 2 * FIELD_ORDER):
        # The same field element as a greater integer: another multiple of the key.
        lies = [value % 2**128 - low, (value >> 128) - high]
        for expected in (0, 1):
            assert not lying_solver.solve(artifact, get_inputs(s, e, expected), lies).solved
    for lies in ([1, 0], [0, 1], [2**128, -1], [-(2**128), 1], [1, pow(2**128, -1, FIELD_ORDER) * -1]):
        for expected in (0, 1):
            assert not lying_solver.solve(artifact, get_inputs(s, e, expected), lies).solved


def test_a_small_challenge_cannot_be_written_as_itself_plus_the_order(
    artifact: Artifact, lying_solver: LyingSolver
) -> None:
    for e in (0, 1, 2**128 - 1, 2**128):
        value = e + FIELD_ORDER
        lies = [value % 2**128 - e % 2**128, (value >> 128) - (e >> 128)]
        assert not lying_solver.solve(artifact, get_inputs(5, e, 0), lies).solved
        assert lying_solver.solve(artifact, get_inputs(5, e, 0)).solved
