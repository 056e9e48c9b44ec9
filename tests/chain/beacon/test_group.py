"""Points, scalars and the second base."""

import hashlib

import pytest

from fieldproof.chain.beacon import Point, Reason, RefusedError
from fieldproof.chain.beacon.group import (
    BASE,
    ORDER,
    SECOND_BASE,
    decode_scalar,
    encode_domain,
    sum_products,
)
from fieldproof.core import SECP256K1
from fieldproof.core.signatures import decode_point, encode_point


def find_second_base() -> bytes:
    for counter in range(256):
        x = hashlib.sha256(encode_domain("fieldproof beacon generator") + counter.to_bytes(4)).digest()
        if decode_point(SECP256K1, b"\2" + x) is not None:
            return b"\2" + x
    raise AssertionError


def test_the_second_base_is_the_first_point_that_its_domain_hashes_to() -> None:
    assert SECOND_BASE.encode() == find_second_base()


def test_the_first_base_is_that_of_secp256k1() -> None:
    assert BASE.encode() == encode_point(SECP256K1.generator)


PRIME = SECP256K1.prime
BAD_POINTS = {
    "infinity": (bytes(33), Reason.NOT_A_POINT),
    "infinity of SEC 1": (b"\0", Reason.WRONG_LENGTH),
    "off the curve": (b"\2" + (5).to_bytes(32), Reason.NOT_A_POINT),
    "x at the prime": (b"\2" + PRIME.to_bytes(32), Reason.NOT_A_POINT),
    "x of a point, beyond the prime": (b"\2" + (PRIME + 1).to_bytes(32), Reason.NOT_A_POINT),
    "uncompressed prefix": (b"\4" + BASE.encode()[1:], Reason.NOT_A_POINT),
    "hybrid prefix": (b"\6" + BASE.encode()[1:], Reason.NOT_A_POINT),
    "uncompressed": (
        b"\4" + b"".join(each.to_bytes(32) for each in SECP256K1.generator),
        Reason.WRONG_LENGTH,
    ),
    "a byte short": (BASE.encode()[:-1], Reason.WRONG_LENGTH),
    "nothing": (b"", Reason.WRONG_LENGTH),
}


@pytest.mark.parametrize("name", BAD_POINTS)
def test_bytes_that_are_no_compressed_point_are_refused(name: str) -> None:
    data, reason = BAD_POINTS[name]
    with pytest.raises(RefusedError) as refusal:
        Point.decode(data)
    assert refusal.value.reason is reason


@pytest.mark.parametrize("value", [0, ORDER, ORDER + 1, 2**256 - 1])
def test_scalars_are_from_one_below_the_order(value: int) -> None:
    with pytest.raises(RefusedError) as refusal:
        decode_scalar(value.to_bytes(32))
    assert refusal.value.reason is Reason.NOT_A_SCALAR


@pytest.mark.parametrize("value", [1, ORDER - 1])
def test_the_ends_of_the_range_of_scalars_are_read(value: int) -> None:
    assert decode_scalar(value.to_bytes(32)) == value


def test_sums_are_those_of_the_plain_curve() -> None:
    scalars, points = [3, 0, ORDER - 1, 2**255], [Point.from_scalar(each) for each in (1, 2, 3, 4)]
    total = sum_products(scalars, points)
    assert total is not None
    expected = SECP256K1.multiply(3 - 3 + 4 * 2**255, SECP256K1.generator)
    assert total.encode() == encode_point(expected)


def test_a_sum_that_is_infinity_is_none() -> None:
    assert Point.add([BASE, BASE.multiply(ORDER - 1)]) is None
    assert Point.add([]) is None
    assert sum_products([0], [BASE]) is None


def test_a_sum_may_pass_through_infinity() -> None:
    assert Point.add([BASE, BASE.multiply(ORDER - 1), SECOND_BASE]) == SECOND_BASE
