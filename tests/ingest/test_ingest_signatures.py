"""The native verifier and the plain one say the same of everything."""

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldproof.core import P256, SECP256K1, Algorithm, verify_signature
from fieldproof.core.signatures import is_signed_by_address
from fieldproof.ingest.signatures import ReceiptKey, is_high_s, verify_native

ORDERS = {Algorithm.ES256: P256.order, Algorithm.ES256K: SECP256K1.order}
CURVES = {Algorithm.ES256: ec.SECP256R1(), Algorithm.ES256K: ec.SECP256K1()}


def sign(algorithm: Algorithm, seed: int, message: bytes) -> tuple[bytes, bytes]:
    if algorithm is Algorithm.EDDSA:
        key = ed25519.Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"%d" % seed).digest())
        return key.public_key().public_bytes_raw(), key.sign(message)
    secret = ec.derive_private_key(seed, CURVES[algorithm])
    r, s = decode_dss_signature(secret.sign(message, ec.ECDSA(hashes.SHA256())))
    s = min(s, ORDERS[algorithm] - s)
    public = secret.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return public, r.to_bytes(32) + s.to_bytes(32)


algorithms = st.sampled_from(list(Algorithm))
seeds = st.integers(1, 2**200)


@given(algorithms, seeds, st.binary(max_size=200))
@settings(max_examples=30, deadline=None)
def test_both_accept_an_honest_signature(algorithm: Algorithm, seed: int, message: bytes) -> None:
    key, signature = sign(algorithm, seed, message)
    assert verify_native(algorithm, key, message, signature)
    assert verify_signature(algorithm, key, message, signature)


@given(algorithms, seeds, st.integers(0, 64 * 8 - 1), st.integers(0, 32 * 8 - 1), st.data())
@settings(max_examples=40, deadline=None)
def test_both_refuse_every_flipped_bit(
    algorithm: Algorithm, seed: int, signature_bit: int, key_bit: int, data: st.DataObject
) -> None:
    key, signature = sign(algorithm, seed, b"message")
    changed = bytearray(signature)
    changed[signature_bit // 8] ^= 1 << signature_bit % 8
    other_key = bytearray(key)
    other_key[key_bit // 8] ^= 1 << key_bit % 8
    for case in ((key, bytes(changed)), (bytes(other_key), signature)):
        public, signed = case
        native = verify_native(algorithm, public, b"message", signed)
        assert native == verify_signature(algorithm, public, b"message", signed)
        assert not native


@given(algorithms, st.binary(max_size=40), st.binary(max_size=70))
@settings(max_examples=100, deadline=None)
def test_both_say_no_to_rubbish_and_never_raise(algorithm: Algorithm, key: bytes, signature: bytes) -> None:
    assert not verify_native(algorithm, key, b"m", signature)
    assert not verify_signature(algorithm, key, b"m", signature)


@pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.ES256K])
def test_a_high_s_is_named_and_refused(algorithm: Algorithm) -> None:
    key, signature = sign(algorithm, 7, b"message")
    high = signature[:32] + (ORDERS[algorithm] - int.from_bytes(signature[32:])).to_bytes(32)
    assert is_high_s(algorithm, high)
    assert not is_high_s(algorithm, signature)
    assert not verify_native(algorithm, key, b"message", high)
    for s in (0, ORDERS[algorithm], 2**256 - 1):
        assert not verify_native(algorithm, key, b"message", signature[:32] + s.to_bytes(32))


def test_a_signature_of_eddsa_has_no_high_s() -> None:
    assert not is_high_s(Algorithm.EDDSA, b"\xff" * 64)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_key_of_another_length_is_refused(algorithm: Algorithm) -> None:
    key, signature = sign(algorithm, 7, b"message")
    for changed in (b"", key[:-1], key + b"\0", b"\x04" + bytes(64)):
        assert not verify_native(algorithm, changed, b"message", signature)


@pytest.mark.parametrize("y", [0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18, 2**255 - 1])
@pytest.mark.parametrize("sign_bit", [0, 1])
def test_both_agree_on_keys_of_small_order_and_second_spellings(y: int, sign_bit: int) -> None:
    key = (y | sign_bit << 255).to_bytes(32, "little")
    for nonce_point in (1, y):
        signature = nonce_point.to_bytes(32, "little") + bytes(32)
        agreed = verify_signature(Algorithm.EDDSA, key, b"message", signature)
        assert verify_native(Algorithm.EDDSA, key, b"message", signature) == agreed


def test_receipts_are_signed_by_the_address_and_always_the_same() -> None:
    key = ReceiptKey(hashlib.sha256(b"gateway").digest())
    signature = key.sign(b"message")
    assert signature == key.sign(b"message")
    assert is_signed_by_address(key.address, b"message", signature)
    assert not is_signed_by_address(key.address, b"other", signature)
    assert key.address.hex() in repr(key)
