"""Curves and signatures in plain Python, against native libraries and Wycheproof."""

import json
from pathlib import Path

import pytest
from coincurve import PrivateKey
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldproof.core import GRUMPKIN, P256, SECP256K1, Algorithm, Curve, verify_signature
from fieldproof.core.curves import INFINITY
from fieldproof.core.signatures import compute_address, encode_point, is_signed_by_address

WYCHEPROOF = Path(__file__).parents[3] / "shared" / "data" / "standards" / "wycheproof"
CURVES = [GRUMPKIN, P256, SECP256K1]


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_the_generator_has_the_stated_order(curve: Curve) -> None:
    assert curve.is_on_curve(curve.generator)
    assert curve.multiply(curve.order - 1, curve.generator) == curve.negate(curve.generator)
    assert curve.add(curve.multiply(curve.order - 1, curve.generator), curve.generator) == INFINITY


@settings(max_examples=20, deadline=None)
@given(st.integers(0, GRUMPKIN.order * 2), st.integers(0, GRUMPKIN.order * 2), st.sampled_from(CURVES))
def test_multiplication_distributes(a: int, b: int, curve: Curve) -> None:
    g = curve.generator
    assert curve.add(curve.multiply(a, g), curve.multiply(b, g)) == curve.multiply(a + b, g)
    assert curve.multiply_add(a, g, b, curve.negate(g)) == curve.multiply(a - b, g)


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_infinity_and_foreign_points_are_not_on_the_curve(curve: Curve) -> None:
    x, y = curve.generator
    for point in (INFINITY, (x, y + 1), (x + curve.prime, y), (x, y - curve.prime)):
        assert not curve.is_on_curve(point)


def test_signatures_of_native_libraries_verify_and_any_change_is_refused() -> None:
    message = b"a packet"
    secp = PrivateKey(b"\x07" * 32)
    p256 = ec.derive_private_key(7, ec.SECP256R1())
    ed = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
    r, s = decode_dss_signature(p256.sign(message, ec.ECDSA(hashes.SHA256())))
    s = min(s, P256.order - s)
    p256_point = (p256.public_key().public_numbers().x, p256.public_key().public_numbers().y)
    for algorithm, key, signature in (
        (Algorithm.ES256K, secp.public_key.format(), secp.sign_recoverable(message)[:64]),
        (Algorithm.ES256, encode_point(p256_point), r.to_bytes(32) + s.to_bytes(32)),
        (Algorithm.EDDSA, ed.public_key().public_bytes_raw(), ed.sign(message)),
    ):
        assert verify_signature(algorithm, key, message, signature)
        assert not verify_signature(algorithm, key, message + b"!", signature)
        assert not verify_signature(algorithm, key, message, signature[:-1])
        for position in (0, 31, 32, 63):
            changed = bytearray(signature)
            changed[position] ^= 1
            assert not verify_signature(algorithm, key, message, bytes(changed))


def test_a_high_s_is_refused() -> None:
    key = PrivateKey(b"\x07" * 32)
    signature = key.sign_recoverable(b"x")[:64]
    high = signature[:32] + (SECP256K1.order - int.from_bytes(signature[32:])).to_bytes(32)
    assert not verify_signature(Algorithm.ES256K, key.public_key.format(), b"x", high)


def test_an_address_is_recognised_by_its_signature() -> None:
    key = PrivateKey(b"\x07" * 32)
    address = compute_address(SECP256K1.multiply(int.from_bytes(b"\x07" * 32), SECP256K1.generator))
    signature = key.sign_recoverable(b"receipt")[:64]
    assert is_signed_by_address(address, b"receipt", signature)
    assert not is_signed_by_address(address, b"other", signature)
    assert not is_signed_by_address(bytes(20), b"receipt", signature)


@pytest.mark.skipif(not WYCHEPROOF.exists(), reason="the standards' vectors are not at hand")
@pytest.mark.parametrize(
    ("file", "algorithm"),
    [
        ("ecdsa_secp256r1_sha256_p1363_test.json", Algorithm.ES256),
        ("ecdsa_secp256k1_sha256_p1363_test.json", Algorithm.ES256K),
        ("ed25519_test.json", Algorithm.EDDSA),
    ],
)
def test_wycheproof_vectors(file: str, algorithm: Algorithm) -> None:
    groups = json.loads((WYCHEPROOF / file).read_text())["testGroups"]
    checked = 0
    for group in groups:
        if algorithm is Algorithm.EDDSA:
            key = bytes.fromhex(group["publicKey"]["pk"])
        else:
            point = bytes.fromhex(group["publicKey"]["uncompressed"])
            key = encode_point((int.from_bytes(point[1:33]), int.from_bytes(point[33:])))
        for case in group["tests"]:
            signature = bytes.fromhex(case["sig"])
            order = P256.order if algorithm is Algorithm.ES256 else SECP256K1.order
            is_high = algorithm is not Algorithm.EDDSA and int.from_bytes(signature[32:]) > order // 2
            expected = case["result"] == "valid" and not is_high
            message = bytes.fromhex(case["msg"])
            assert verify_signature(algorithm, key, message, signature) == expected, case["tcId"]
            checked += 1
    assert checked > 100
